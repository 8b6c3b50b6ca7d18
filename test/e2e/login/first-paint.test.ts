import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { PNG } from "pngjs";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { holds, until } from "../../support/until.js";
import { launchBrowser } from "../../support/browser.js";
import {
  firstPaintSite,
  styleRule,
  type FirstPaintSite,
  type Way,
} from "../../support/sites/first-paint-site.js";
import { reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn, codesOn, readCodes } from "../../support/qr.js";

const element = "onegini-otp-login";
const starts = ({ calls }: FirstPaintSite) => calls.filter((call) => call === "POST /otp-login").length;

/** The pixels of a part of the page, once they no longer change: right after a change Chromium may still draw a part anew. */
async function pixelsAtRest(page: Page, clip: PageClip): Promise<PNG> {
  let last = await page.screenshot({ clip });
  await until(async () => {
    const before = last;
    last = await page.screenshot({ clip });
    return last.equals(before);
  }, "two equal pictures");
  return PNG.sync.read(last);
}

const pictureOf = (page: Page): Locator => page.locator("svg svg g");

/** The centre and the width of what is dark in a part of the page, in device pixels. */
async function darkBox(
  page: Page,
  part: Locator,
  ratio: number,
): Promise<{ x: number; y: number; size: number }> {
  const clip = (await part.boundingBox())!;
  const { data, width, height } = await pixelsAtRest(page, clip);
  const isDark = (x: number, y: number) => data[(y * width + x) * 4]! < 128;
  const columns = range(width).filter((x) => range(height).some((y) => isDark(x, y)));
  const rows = range(height).filter((y) => range(width).some((x) => isDark(x, y)));
  const [left = 0, right = 0, top = 0, bottom = 0] = [columns.at(0), columns.at(-1), rows.at(0), rows.at(-1)];
  return {
    x: clip.x * ratio + (left + right + 1) / 2,
    y: clip.y * ratio + (top + bottom + 1) / 2,
    size: right + 1 - left,
  };
}

const range = (length: number) => [...Array(length).keys()];

type PageClip = { x: number; y: number; width: number; height: number };

describe("First paint", () => {
  let where: FirstPaintSite;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;
  const closing: (() => void)[] = [];

  before(async () => {
    assert.match(styleRule ?? "", /min-block-size/, "docs/widget.md has the rule");
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    where = await firstPaintSite({ after: (close) => closing.push(close as () => void) });
    context = await browser.newContext({ viewport: { width: 500, height: 900 } });
    complaints = await watchForComplaints(context);
    await watchShifts(context);
  });
  afterEach(async () => {
    await context.close();
    await where.kit.close();
    for (const close of closing.splice(0)) close();
    assert.deepEqual(complaints.list, []);
  });

  /** Opens a page whose script is held back. */
  const openWithoutScript = async (address: string): Promise<{ page: Page; release: () => void }> => {
    const release = where.holdScript();
    const page = await context.newPage();
    await page.goto(address, { waitUntil: "commit" });
    await page.locator("#below").waitFor();
    return { page, release };
  };
  const accept = async (otp: string) => (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
  const deny = async (otp: string) => (await where.emulator.phone("bob", false)).handleMobileAuthWithOtp(otp);

  describe("with kit.begin", () => {
    test("the code can be scanned before the script has loaded, and the login completes after that", async () => {
      const { page, release } = await openWithoutScript(where.page("begin"));
      const code = await codeOn(page);
      await accept(code);
      release();
      await page.waitForURL("**/account");
      assert.equal(starts(where), 0);
      assert.equal(where.logins.length, 1);
    });

    for (const [width, deviceScaleFactor, qrLink] of [
      [500, 1],
      [392, 2],
      [392, 3],
      [392, 3, "https://bank.example/app#{otp}"],
      // The longest link has 61 modules.
      [392, 3, `https://bank.example/app/${"x".repeat(75)}#{otp}`],
    ] as const) {
      test(`the element draws the same pixels in the same place: ${width} px wide at ${deviceScaleFactor}×, ${qrLink ? `with a link of ${qrLink.length} characters` : "the OTP alone"}`, async () => {
        await context.close();
        context = await browser.newContext({ viewport: { width, height: 900 }, deviceScaleFactor });
        where = await firstPaintSite({ after: (close) => closing.push(close as () => void) }, { qrLink });
        const { page, release } = await openWithoutScript(where.page("begin"));
        const box = await pictureOf(page).boundingBox();
        // Without the outermost pixels: there the picture's quiet zone may end between two device pixels.
        const { x, y, width: side } = box!;
        const clip = { x: Math.round(x) + 1, y: Math.round(y) + 1, width: side - 2, height: side - 2 };
        const beforehand = await pixelsAtRest(page, clip);
        release();
        await reachPhase(page, "pending");
        // Chromium may draw an edge between two device pixels once more, and then on the other side.
        await until(async () => {
          const { data } = PNG.sync.read(await page.screenshot({ clip }));
          return Buffer.compare(data, beforehand.data) === 0;
        }, "the same pixels");
      });
    }

    // With 53 and 57 modules the code is an odd number of CSS pixels wide. At 1× the pictures before and after were rarely
    // unequal; which pixels differed was not seen. A likely cause: edges that lie between two device pixels.
    for (const qrLink of [
      "https://bank.example/app#{otp}",
      "https://bank.example/a/longer/path/to/the/app#{otp}",
    ]) {
      test(`the element draws the same code to a pixel: at 1×, with a link of ${qrLink.length} characters`, async () => {
        where = await firstPaintSite({ after: (close) => closing.push(close as () => void) }, { qrLink });
        const { page, release } = await openWithoutScript(where.page("begin"));
        const before = await darkBox(page, pictureOf(page), 1);
        release();
        await reachPhase(page, "pending");
        const after = await darkBox(page, page.locator("canvas"), 1);
        const moved = [after.x - before.x, after.y - before.y, after.size - before.size].map(Math.abs);
        holds(Math.max(...moved) <= 1, `moved and grew by ${moved.join(", ")} px`);
      });
    }

    for (const [card, ratio] of [
      [280, 1],
      [280, 3],
      [320, 1],
      [320, 2],
      [332, 1],
      [345, 2],
      [320, 1.25],
      [420, 1.25],
    ] as const) {
      test(`the code keeps its centre where its size depends on the screen: card of ${card} px at ${ratio}×`, async () => {
        const isWhole = Number.isInteger(ratio);
        const screen = isWhole ? browser : await launchBrowser([`--force-device-scale-factor=${ratio}`]);
        await context.close();
        context = await screen.newContext(isWhole ? { deviceScaleFactor: ratio } : { viewport: null });
        const { page, release } = await openWithoutScript(where.page("begin"));
        await page.evaluate((width) => {
          document.body.style.width = `${width}px`;
        }, card);
        const before = await darkBox(page, pictureOf(page), ratio);
        release();
        await reachPhase(page, "pending");
        const after = await darkBox(page, page.locator("canvas"), ratio);
        if (screen !== browser) await screen.close();

        const moved = [after.x - before.x, after.y - before.y].map((each) => Math.abs(each) / ratio);
        holds(Math.max(...moved) <= 1.5, `moved by ${moved.join(" and ")} px`);
        // 41 modules, without the quiet zone.
        const shrunk = (before.size - after.size) / 41;
        holds(shrunk >= 0 && shrunk < 1, `${shrunk} device pixels less per module`);
      });
    }

    test("the code is in every frame from the first on", async () => {
      const { page, release } = await openWithoutScript(where.page("begin"));
      const code = await codeOn(page);
      const film = await filmOf(page);
      release();
      await reachPhase(page, "pending");
      await until(() => where.calls.some((call) => call.startsWith("GET /otp-login/")), "the stream");
      const frames = await film.end();
      holds(frames.length > 0, "the takeover changed something that can be seen");
      for (const frame of frames) assert.deepEqual(await readCodes(frame), [code]);
    });

    for (const [what, end] of [
      ["used to log in", accept],
      ["declined", deny],
    ] as const) {
      test(`a cached page whose attempt was ${what} starts a new attempt`, async () => {
        const first = await context.newPage();
        await first.goto(where.page("begin"));
        const spent = await codeOn(first);
        await end(spent);
        await until(
          () => where.events.some(({ type }) => type === "attempt_approved" || type === "attempt_denied"),
          "the end",
        );
        // A page that is closed during the navigation to the account may leave that request unanswered.
        if (end === accept) await first.waitForURL("**/account");
        else await reachPhase(first, "denied");
        await first.close();
        await context.clearCookies({ name: "session" });
        const page = await context.newPage();
        await page.goto(where.cached);
        await codeOn(page, spent);
        await reachPhase(page, "pending");
        assert.equal(starts(where), 1);
      });
    }

    test("a cached page with another browser's attempt starts a new attempt", async () => {
      const first = await context.newPage();
      await first.goto(where.page("begin"));
      const foreign = await codeOn(first);
      const stranger = await browser.newContext();
      const page = await stranger.newPage();
      await page.goto(where.cached);
      await codeOn(page, foreign);
      await reachPhase(page, "pending");
      assert.equal(starts(where), 1);
      await stranger.close();
    });

    test("two windows that start at once, one with the other's cookie, can both log in", async () => {
      const [one, two] = [await context.newPage(), await context.newPage()];
      await one.goto(where.page("begin"));
      const lost = await codeOn(one);
      await until(() => where.calls.some((call) => call.startsWith("GET /otp-login/")), "the first's stream");
      // As if it had been requested before the first one's cookie was set.
      await context.clearCookies();
      await two.goto(where.page("begin"));
      await one.bringToFront();
      const code = await codeOn(one, lost);
      await accept(code);
      await one.waitForURL("**/account");
    });

    test("a prefetch of the page starts no attempt", async () => {
      const page = await context.newPage();
      await page.goto(`${where.origin}/elsewhere`);
      const prefetched = page.waitForRequest(/\/begin$/).catch(() => undefined);
      await page.evaluate((href) => {
        const link = Object.assign(document.createElement("link"), { rel: "prefetch", href });
        document.head.append(link);
      }, where.page("begin"));
      await prefetched;
      await until(() => where.pages.includes("prefetch"), "the prefetch");
      assert.equal(where.emulator.starts.length, 0);
    });

    test("the element's children show when scripts are off", async () => {
      const offline = await browser.newContext({ javaScriptEnabled: false });
      const page = await offline.newPage();
      await page.goto(where.page("tag"));
      assert.equal(await page.getByText("Log in by post").isVisible(), true);
      await page.goto(where.page("begin"));
      assert.equal((await codesOn(page)).length, 1);
      await offline.close();
    });
  });

  describe("with early.js", () => {
    test("the code is requested once while the script loads, and the element uses it", async () => {
      const { page, release } = await openWithoutScript(where.page("early"));
      await until(() => starts(where) === 1, "the start");
      release();
      const code = await codeOn(page);
      assert.equal(starts(where), 1);
      await accept(code);
      await page.waitForURL("**/account");
    });

    test("a page that includes the script twice, and once with an invalid endpoint, requests one code", async () => {
      const page = await context.newPage();
      await page.goto(`${where.page("early")}?again`);
      await reachPhase(page, "pending");
      assert.equal(starts(where), 1);
    });

    test("two tabs that open at once share one cookie and both continue", async () => {
      const pages = await Promise.all([context.newPage(), context.newPage()]);
      for (const page of pages) await page.goto(where.page("early"), { waitUntil: "commit" });
      for (const page of pages) {
        await page.bringToFront();
        await reachPhase(page, "pending");
        await codeOn(page);
      }
      assert.equal((await context.cookies()).filter(({ name }) => name.includes("otp-login")).length, 1);
    });
  });

  for (const way of ["tag", "early", "begin"] as const satisfies Way[]) {
    for (const viewport of [
      { width: 500, height: 900 },
      { width: 392, height: 800 },
    ]) {
      test(`nothing shifts from the first paint to the end, ${viewport.width} px wide: ${way}`, async () => {
        const page = await context.newPage();
        await page.setViewportSize(viewport);
        const release = where.holdScript();
        await page.goto(where.page(way), { waitUntil: "commit" });
        await page.locator("#below").waitFor();
        await twoFrames(page);
        const place = () => page.locator("#below").boundingBox();
        const beforehand = await place();
        release();
        const code = await codeOn(page);
        await page.evaluate((name) => {
          const login = document.querySelector(name);
          login?.addEventListener("login", (event) => event.preventDefault());
        }, element);
        await twoFrames(page);
        assert.deepEqual(await place(), beforehand);
        await accept(code);
        await reachPhase(page, "completed");
        await twoFrames(page);
        assert.deepEqual(await place(), beforehand);
        assert.deepEqual(await shiftsOf(page), []);
      });
    }
  }
});

/** Records every layout shift of a context's pages, also those right after a person's input. */
async function watchShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(globalThis, { shifts });
    type Shift = PerformanceEntry & {
      value: number;
      sources: { node: Element | null; previousRect: DOMRect; currentRect: DOMRect }[];
    };
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as Shift[])
        for (const { node, previousRect, currentRect } of sources)
          shifts.push(
            `${value} ${node?.nodeName}: ${JSON.stringify([node?.outerHTML?.slice(0, 60), previousRect, currentRect])}`,
          );
    }).observe({ type: "layout-shift", buffered: true });
  });
}

const shiftsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { shifts: string[] }).shifts);

const twoFrames = (page: Page): Promise<void> =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Films a page: every frame that the browser shows. */
async function filmOf(page: Page): Promise<{ end(): Promise<Buffer[]> }> {
  const session = await page.context().newCDPSession(page);
  const frames: Buffer[] = [];
  session.on("Page.screencastFrame", ({ data, sessionId }) => {
    frames.push(Buffer.from(data, "base64"));
    void session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
  });
  await session.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
  return {
    async end() {
      await session.send("Page.stopScreencast");
      await session.detach();
      return frames;
    },
  };
}
