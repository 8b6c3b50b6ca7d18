import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { otp } from "../../element/support/models.js";
import { focused } from "../accessibility/support/assistive-technology.js";
import { code, loginSiteInBrowser } from "../accessibility/support/login-site.js";
import { reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { until } from "../../support/until.js";

type Size = readonly [width: number, height: number];

const link = `app-link="example:login?otp={otp}"`;
const enlargeName = "Enlarge QR code";
const phone = { isMobile: true, hasTouch: true } as const;
const viewport = ([width, height]: Size) => ({ viewport: { width, height } });

const sideways: Size = [844, 390];
const upright: Size = [390, 844];

const { browser, site } = loginSiteInBrowser();

async function open(options: BrowserContextOptions, attributes = ""): Promise<Page> {
  site().answers.start = code(600);
  const context = await browser().newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await load(page, attributes);
  return page;
}

async function load(page: Page, attributes = ""): Promise<void> {
  await page.goto(`${site().origin}/?element=${encodeURIComponent(attributes)}`);
  await reachPhase(page, "pending");
}

const resize = (page: Page, [width, height]: Size): Promise<void> => page.setViewportSize({ width, height });
const enlarge = (page: Page) => page.getByRole("button", { name: enlargeName });
const dialog = (page: Page) => page.getByRole("dialog");
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });

/** The edge of a module in CSS pixels: a seventh of the finder pattern, from the canvas's own pixels. */
const moduleOf = (page: Page, where: ".stage" | "dialog"): Promise<number> =>
  page
    .locator(`onegini-otp-login ${where} canvas`)
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data, width } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let start = 0;
      while (data[start * 4] !== 0) start++;
      let end = start;
      while (data[end * 4] === 0) end++;
      return ((end - start) / 7) * (canvas.getBoundingClientRect().width / width);
    })
    .then((module) => Math.round(module * 1000) / 1000);

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(`onegini-otp-login ${selector}`).boundingBox();
  assert.ok(box, selector);
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
};

const boxesOf = (page: Page, ...selectors: string[]) =>
  Promise.all(selectors.map((selector) => boxOf(page, selector)));

describe("The phone layout", () => {
  for (const size of [sideways, [667, 375], [932, 430], upright, [320, 568]] as const)
    it(`is on a phone's screen of ${size.join(" × ")} px, with a body of at least 218 px in every phase`, async () => {
      const page = await open({ ...phone, ...viewport(size), deviceScaleFactor: 2 }, link);
      await heading(page, "Log in with the app").waitFor();
      assert.equal(await page.locator("canvas").count(), 0);
      const heights = new Set<number>();
      const look = async () => heights.add(Math.round((await boxOf(page, ".body")).height));
      await look();
      await until(() => site().watching() > 0, "the stream");
      site().answers.login = "never";
      site().say("pending", { scanned: true });
      await page.getByText("Check the app", { exact: true }).waitFor();
      await look();
      site().say("approved");
      await reachPhase(page, "approved");
      await look();
      assert.equal(heights.size, 1, `${[...heights].join()}`);
      assert.ok([...heights][0]! >= 218, `${[...heights].join()}`);
    });

  it("stays, with the code opened for another phone, when the phone is turned", async () => {
    const page = await open({ ...phone, ...viewport(upright), deviceScaleFactor: 3 }, link);
    await page.getByRole("button", { name: "Use another phone" }).click();
    for (const size of [sideways, upright]) {
      await resize(page, size);
      await heading(page, "Log in with the app").waitFor();
      await page.locator("canvas").scrollIntoViewIfNeeded();
      assert.equal(await codeOn(page), otp);
    }
  });

  it("is not on a tablet, also in a narrow window, nor on a computer, nor without an app link", async () => {
    const tablet = { width: 1280, height: 800 };
    for (const [options, attributes] of [
      [{ ...phone, viewport: tablet }, link],
      [{ ...phone, viewport: { width: 400, height: 800 }, screen: tablet }, link],
      [{ viewport: { width: 390, height: 844 } }, link],
      [{ ...phone, ...viewport(sideways) }, ""],
    ] as const) {
      const page = await open(options, attributes);
      await heading(page, "Log in with your phone").waitFor();
      assert.equal(await page.locator(".stage canvas").count(), 1);
    }
  });

  it("is wider sideways where the site lets the element be, but not as wide as the window", async () => {
    const page = await open({ ...phone, ...viewport(sideways) }, `${link} style="max-inline-size: none"`);
    const [base, button] = [await boxOf(page, "section"), await boxOf(page, ".main-line > .button")];
    assert.equal(base.width, 520);
    assert.equal(base.x + base.right, 844);
    assert.equal(button.width, base.width - 2 * 25);
  });
});

describe("Enlarge", () => {
  /** The edge of a module on the card and in the dialog, in CSS pixels. */
  const expected: [size: Size, ratio: number, card: number, dialog: number | "none"][] = [
    [sideways, 1, 6, "none"],
    [sideways, 2, 6, 6.5],
    [sideways, 3, 6, 6.667],
    [[667, 375], 1, 6, "none"],
    [[667, 375], 2, 6, 6.5],
    [[667, 375], 3, 6, 6.667],
    [upright, 1, 5, 6],
    [upright, 2, 5.5, 6.5],
    [upright, 3, 5.667, 6.667],
    [[320, 568], 1, 5, "none"],
    [[320, 568], 2, 5, 5.5],
    [[320, 568], 3, 5, 5.333],
    [[700, 620], 1, 6, 9],
    [[1280, 800], 1, 6, 12],
    [[1280, 800], 1.5, 6, 12],
    [[320, 256], 4, 5, "none"],
  ];
  // One page for all sizes of a resolution, because a new page takes longer than all else.
  for (const ratio of new Set(expected.map(([, ratio]) => ratio)))
    for (const hasTouch of [false, true])
      it(`never makes the code smaller: at ${ratio}×${hasTouch ? ", by touch" : ""}`, async () => {
        const options = { deviceScaleFactor: ratio, ...(hasTouch && phone) };
        const [first, ...others] = expected.filter((each) => each[1] === ratio);
        const page = await open({ ...viewport(first![0]), ...options });
        await neverMakesItSmaller(page, first!, hasTouch);
        for (const each of others) {
          await resize(page, each[0]);
          await load(page);
          await neverMakesItSmaller(page, each, hasTouch);
        }
      });

  async function neverMakesItSmaller(page: Page, each: (typeof expected)[number], hasTouch: boolean) {
    const [size, , card, large] = each;
    const where = `${size.join(" × ")} px`;
    assert.equal(await moduleOf(page, ".stage"), card, where);
    const canvas = page.locator(".stage canvas");
    assert.equal(await enlarge(page).count(), large === "none" ? 0 : 1, where);
    assert.equal(
      await canvas.evaluate((each) => getComputedStyle(each).cursor),
      large === "none" ? "auto" : "zoom-in",
      where,
    );
    await (hasTouch ? canvas.tap() : canvas.click());
    assert.equal(await dialog(page).count(), large === "none" ? 0 : 1, where);
    if (large === "none") return;
    assert.equal(await moduleOf(page, "dialog"), large, where);
    assert.equal(await codeOn(dialog(page)), otp, where);
    const { x, y, right, bottom, height } = await boxOf(page, "dialog");
    assert.ok(
      x >= 8 && y >= 8 && right <= size[0] - 8 && bottom <= size[1] - 8,
      `it is on the screen of ${where}, away from its edges`,
    );
    if (size[0] > size[1] && size[1] < 600)
      assert.ok(height <= 0.92 * Math.min(...size) + 0.01, `${height} px high, ${where}`);
  }

  it("is also in the phone layout, beside the code for another phone", async () => {
    for (const size of [sideways, upright]) {
      const page = await open({ ...phone, ...viewport(size), deviceScaleFactor: 2 }, link);
      await page.getByRole("button", { name: "Use another phone" }).tap();
      const card = await moduleOf(page, ".stage");
      await enlarge(page).tap();
      assert.ok((await moduleOf(page, "dialog")) > card);
      assert.equal(await codeOn(dialog(page)), otp);
    }
  });

  it("has the words beside the code on a low screen, mirrored from right to left, and above it on others", async () => {
    const page = await open({ ...viewport(sideways), deviceScaleFactor: 2 });
    await enlarge(page).click();
    for (const [dir, lang] of [
      ["ltr", "en"],
      ["rtl", "ar"],
    ]) {
      await page.evaluate((given) => void Object.assign(document.documentElement, given), { dir, lang });
      await page.locator(`section[lang=${lang}]`).waitFor();
      const [frame, place, canvas] = await boxesOf(page, "dialog", ".box", "dialog canvas");
      const words = await boxesOf(page, "dialog h2", "dialog .time", "dialog .close");
      for (const each of words) {
        if (dir === "ltr") assert.ok(each.x >= place!.right);
        else assert.ok(each.right <= place!.x);
        assert.ok(each.y >= frame!.y && each.bottom <= frame!.bottom);
      }
      assert.deepEqual(
        words.map(({ y }) => y),
        words.map(({ y }) => y).toSorted((one, other) => one - other),
        "the heading, the time, Close",
      );
      assert.ok(canvas!.y - frame!.y >= 8 && frame!.bottom - canvas!.bottom >= 8);
      const closeWord = await page
        .locator("dialog .close")
        .evaluate((button) => getComputedStyle(button, "::after").content);
      assert.match(closeWord, dir === "ltr" ? /^"Close"$/ : /^".+"$/);
    }
    await page.evaluate(() => void Object.assign(document.documentElement, { dir: "ltr", lang: "en" }));
    await resize(page, [1280, 800]);
    const title = page.locator("dialog h2");
    await until(
      async () => (await title.boundingBox())!.y < (await boxOf(page, ".box")).y,
      "the words above",
    );
    assert.equal(await page.locator("dialog .close").innerText(), "");
  });

  for (const size of [
    [600, 400],
    [640, 400],
    [720, 480],
  ] as const)
    for (const lang of ["en", "de"])
      it(`shows the whole code beside large words: ${size.join(" × ")} px, ${lang}`, async () => {
        // A narrow card: on a wide one the code is as large as the window by itself.
        const page = await open({ ...viewport(size), deviceScaleFactor: 2 }, `style="inline-size: 300px"`);
        await page.evaluate((lang) => {
          document.documentElement.lang = lang;
          document.documentElement.style.fontSize = "200%";
        }, lang);
        await page.locator(`section[lang=${lang}]`).waitFor();
        await page.locator("onegini-otp-login .enlarge").click();
        const canvas = await boxOf(page, "dialog canvas");
        assert.ok(canvas.y >= 0 && canvas.bottom <= size[1], `from ${canvas.y} to ${canvas.bottom} px`);
        assert.equal(await codeOn(page), otp);
        await page.locator("dialog .close").scrollIntoViewIfNeeded();
        const [frame, words, close] = await boxesOf(page, "dialog", "dialog h2", "dialog .close");
        for (const each of [words!, close!])
          assert.ok(each.right <= frame!.right, "nothing is cut at the side");
        assert.equal(await codeOn(page), otp);
      });

  it("is not needed where the card grows with large text: its code is as large as fits into the window", async () => {
    for (const size of [
      [600, 400],
      [1280, 600],
    ] as const) {
      const page = await open({ ...viewport(size), deviceScaleFactor: 2 });
      await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      await until(async () => (await boxOf(page, ".stage")).height >= 600, "the large square");
      await page
        .locator("onegini-otp-login .stage canvas")
        .evaluate((canvas) => canvas.scrollIntoView({ block: "center" }));
      const [code, stage] = await boxesOf(page, ".code", ".stage");
      assert.ok(code!.y >= 0 && code!.bottom <= size[1], `from ${code!.y} to ${code!.bottom} px`);
      assert.ok(Math.abs(code!.x + code!.right - stage!.x - stage!.right) < 1, "in the square's middle");
      assert.equal(await codeOn(page), otp);
    }
  });

  it("keeps bold words bold", async () => {
    const page = await open({ ...viewport(sideways), deviceScaleFactor: 2 });
    await page
      .locator("onegini-otp-login")
      .evaluate((element) => Object.assign(element, { messages: { step2: "Tap **Scan** and point here" } }));
    await enlarge(page).click();
    for (const size of [sideways, upright]) {
      await resize(page, size);
      const words = dialog(page).getByRole("heading", { name: "Tap Scan and point here", exact: true });
      const weights = await words.evaluate((each) =>
        [each, ...each.querySelectorAll("strong")].map((part) => [
          part.textContent,
          getComputedStyle(part).fontWeight,
        ]),
      );
      assert.deepEqual(weights, [
        ["Tap Scan and point here", "600"],
        ["Scan", "600"],
      ]);
    }
  });

  it("comes and goes when the screen is turned, and the focus stays in the card", async () => {
    const page = await open(viewport(upright));
    await enlarge(page).focus();
    await resize(page, sideways);
    await enlarge(page).waitFor({ state: "detached" });
    assert.equal(await focused(page), "Log in with your phone");
    await resize(page, upright);
    await enlarge(page).waitFor();
    assert.equal(await focused(page), "Log in with your phone");
  });

  it("leaves the focus to the app's button on a phone", async () => {
    const page = await open({ ...phone, ...viewport(upright) }, link);
    await page.getByRole("button", { name: "Use another phone" }).tap();
    await enlarge(page).focus();
    await page.locator("onegini-otp-login").evaluate((element) => (element.style.maxInlineSize = "none"));
    await resize(page, sideways);
    await enlarge(page).waitFor({ state: "detached" });
    assert.equal(await focused(page), "Continue");
  });

  it("closes when the screen is turned to where the code is not larger, and the focus goes to the card", async () => {
    const page = await open(viewport(upright));
    await enlarge(page).click();
    await dialog(page).waitFor();
    await resize(page, sideways);
    await dialog(page).waitFor({ state: "hidden" });
    assert.equal(await enlarge(page).count(), 0);
    assert.equal(await focused(page), "Log in with your phone");
    await resize(page, upright);
    await enlarge(page).waitFor();
    assert.equal(await codeOn(page), otp);
    assert.equal(await dialog(page).count(), 0, "it opens only when asked");
  });

  it("stays open when the screen is turned to where the code is larger too", async () => {
    const page = await open({ ...viewport(upright), deviceScaleFactor: 2 });
    await enlarge(page).click();
    for (const [size, isBeside] of [
      [sideways, true],
      [upright, false],
    ] as const) {
      await resize(page, size);
      await until(
        async () => (await boxOf(page, "dialog h2")).x >= (await boxOf(page, ".box")).right === isBeside,
        "the words",
      );
      assert.ok((await moduleOf(page, "dialog")) > (await moduleOf(page, ".stage")));
      assert.equal(await codeOn(dialog(page)), otp);
    }
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), enlargeName);
  });

  it("follows the card's width at the next change of the window or the time, and the length of the code", async () => {
    const page = await open({ ...viewport(sideways) });
    const setWidth = (width: string) =>
      page.locator("onegini-otp-login").evaluate((element, given) => {
        element.style.width = given;
        dispatchEvent(new Event("resize"));
      }, width);
    assert.equal(await enlarge(page).count(), 0);
    await setWidth("300px");
    await enlarge(page).waitFor();
    await setWidth("");
    await enlarge(page).waitFor({ state: "detached" });
    // 53 modules or more: five pixels each on the card, six in the dialog.
    await page
      .locator("onegini-otp-login")
      .evaluate((element) => element.setAttribute("qr-link", "https://login.example.com/app#{otp}"));
    await enlarge(page).waitFor();
  });
});
