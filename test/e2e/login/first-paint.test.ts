import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { holds, until } from "../../support/until.js";
import { launchBrowser } from "../../support/browser.js";
import {
  firstPaintSite,
  openWithoutScript,
  type FirstPaintSite,
  type Way,
} from "../../support/sites/first-paint-site.js";
import { reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn, codesOn, readCodes } from "../../support/qr.js";

const element = "onegini-otp-login";
const starts = ({ calls }: FirstPaintSite) => calls.filter((call) => call === "POST /otp-login").length;

/** The centre of a part of the page, in CSS pixels. */
async function centreOf(part: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await part.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** What a theme gives the card. */
const looks = [
  "backgroundColor",
  "borderTopColor",
  "borderTopWidth",
  "borderTopLeftRadius",
  "boxShadow",
  "color",
] as const;

/** What a site sets on the element. */
const themes = {
  "no theme": "",
  "a surface": "--onegini-otp-login-surface: #e9dcc5; --onegini-otp-login-text: #402000",
  everything: `--onegini-otp-login-line: #123456; --onegini-otp-login-radius: 3px; --onegini-otp-login-code-radius: 24px;
    --onegini-otp-login-border-width: 3px; --onegini-otp-login-shadow: 0 1px 2px #0008; --onegini-otp-login-padding: 30px`,
};

/** What stands in the slots of a page. The canvas is the picture. */
const slotted = {
  "a logo": { logo: 28 },
  "a wide logo": { logo: 120, above: true },
  "a footer": {},
};

describe("First paint", () => {
  let where: FirstPaintSite;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;
  const closing: (() => void)[] = [];

  before(async () => {
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

  const accept = async (otp: string) => (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
  const deny = async (otp: string) => (await where.emulator.phone("bob", false)).handleMobileAuthWithOtp(otp);

  describe("with kit.begin", () => {
    test("the code can be scanned before the script has loaded, and the login completes after that", async () => {
      const { page, release } = await openWithoutScript(context, where, "begin");
      const code = await codeOn(page);
      await accept(code);
      release();
      await page.waitForURL("**/account");
      assert.equal(starts(where), 0);
      assert.equal(where.logins.length, 1);
    });

    // With a short title: the picture knows one of one line.
    for (const font of [14, 16, 18, 20, 24])
      for (const width of [300, 360])
        test(`the element draws the code where the picture was: card of ${width} px, page font of ${font} px`, async () => {
          const { page, release } = await openWithoutScript(context, where, "begin");
          await page.evaluate(
            ([name, card, size]) => {
              document.documentElement.style.fontSize = `${size}px`;
              document.body.style.inlineSize = `${card}px`;
              Object.assign(document.querySelector(name)!, { messages: { title: "Log in" } });
            },
            [element, width, font] as const,
          );
          const before = await centreOf(page.locator("svg svg g"));
          release();
          await reachPhase(page, "pending");
          const after = await centreOf(page.locator("canvas"));
          const moved = [after.x - before.x, after.y - before.y].map(Math.abs);
          holds(Math.max(...moved) <= 0.5, `moved by ${moved.join(" and ")} px`);
        });

    for (const [what, inside] of Object.entries(slotted))
      for (const [width, font] of [
        [300, 16],
        [420, 16],
        [420, 20],
      ] as const)
        test(`${what} and the code keep their places: card of ${width} px, page font of ${font} px`, async () => {
          const { page, release } = await openWithoutScript(context, where, "begin");
          await page.evaluate(
            ([name, card, size, { logo, above }]) => {
              document.documentElement.style.fontSize = `${size}px`;
              document.body.style.inlineSize = `${card}px`;
              const login = document.querySelector(name)!;
              Object.assign(login, { messages: { title: "Log in" } });
              const inside = document.createElement(logo === undefined ? "p" : "canvas");
              inside.slot = logo === undefined ? "footer" : "logo";
              if (logo === undefined) inside.textContent = "Only accept a login that you started.";
              else Object.assign(inside, { width: logo, height: 28 });
              if (above) {
                inside.style.cssText = "flex-basis: 100%; object-fit: contain; object-position: left";
                login.style.setProperty("--onegini-otp-login-reserve-logo", "max(48px, 3em)");
              }
              login.append(inside);
            },
            [element, width, font, { logo: undefined, above: false, ...inside }] as const,
          );
          const placesOf = async (code: Locator) => {
            const { x, y } = await centreOf(code);
            const below = (await page.locator("#below").boundingBox())!.y;
            const [logo] = await page.locator('[slot="logo"]').all();
            const box = await logo?.boundingBox();
            return [x, y, below, ...(box ? [box.x, box.y, box.height] : [])];
          };
          const before = await placesOf(page.locator("svg svg g"));
          release();
          await reachPhase(page, "pending");
          const after = await placesOf(page.locator('canvas[part="qr"]'));
          const moved = after.map((place, at) => Math.abs(place - before[at]!));
          holds(Math.max(...moved) <= 0.5, `moved by ${moved.join(", ")} px`);
        });

    for (const colorScheme of ["light", "dark"] as const)
      for (const [what, theme] of Object.entries(themes))
        test(`the card has its colours and corners before the script: ${what}, ${colorScheme}`, async () => {
          const { page, release } = await openWithoutScript(context, where, "begin");
          await page.emulateMedia({ colorScheme });
          await page.evaluate(
            ([name, css]) => {
              document.documentElement.style.colorScheme = "light dark";
              document.querySelector<HTMLElement>(name)!.style.cssText = css;
              Object.assign(document.querySelector(name)!, { messages: { title: "Log in" } });
            },
            [element, theme] as const,
          );
          const looksOf = (box: Locator, plate: Locator, radius: "rx" | "borderTopLeftRadius") =>
            Promise.all([
              box.evaluate((each, names) => {
                const style = getComputedStyle(each);
                const { x, y, width, height } = each.getBoundingClientRect();
                return [...names.map((name) => style[name]), ...[x, y, width, height].map(Math.round)];
              }, looks),
              plate.evaluate((each, name) => getComputedStyle(each)[name], radius),
            ]);
          const before = await looksOf(page.locator(element), page.locator("svg rect"), "rx");
          release();
          await reachPhase(page, "pending");
          const after = await looksOf(
            page.locator(`${element} section`),
            page.locator(".plate"),
            "borderTopLeftRadius",
          );
          assert.deepEqual(before, after);
        });

    test("the code is in every frame from the first on", async () => {
      const { page, release } = await openWithoutScript(context, where, "begin");
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
      const { page, release } = await openWithoutScript(context, where, "early");
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

  for (const font of [14, 20])
    for (const [name, query, options] of [
      ["a computer", "", { viewport: { width: 640, height: 1100 } }],
      [
        "a phone with app-link",
        "?app",
        {
          viewport: { width: 470, height: 1000 },
          screen: { width: 470, height: 1000 },
          hasTouch: true,
          isMobile: true,
        },
      ],
    ] as const)
      test(`nothing shifts where people have set a font of ${font} px: ${name}`, async (t) => {
        const large = await launchBrowser([`--blink-settings=defaultFontSize=${font}`]);
        t.after(() => large.close());
        const page = await (await large.newContext(options)).newPage();
        const release = where.holdScript();
        await page.goto(`${where.page("tag")}${query}`, { waitUntil: "commit" });
        await page.locator("#below").waitFor();
        const place = async () => Math.round((await page.locator("#below").boundingBox())!.y);
        const beforehand = await place();
        release();
        await reachPhase(page, "pending");
        await twoFrames(page);
        assert.equal(await place(), beforehand);
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

    for (const [name, width, screenHeight] of [
      ["a phone", 390, 844],
      ["a phone", 430, 932],
      ["a phone held sideways", 667, 375],
      ["a phone held sideways", 844, 390],
    ] as const)
      test(`nothing shifts on ${name} with app-link, ${width} px wide: ${way}`, async (t) => {
        const phone = await browser.newContext({
          viewport: { width, height: 800 },
          screen: { width, height: screenHeight },
          hasTouch: true,
          isMobile: true,
        });
        t.after(() => phone.close());
        await watchShifts(phone);
        const page = await phone.newPage();
        const release = where.holdScript();
        await page.goto(`${where.page(way)}?app`, { waitUntil: "commit" });
        await page.locator("#below").waitFor();
        await twoFrames(page);
        const place = async () => Math.round((await page.locator("#below").boundingBox())!.y);
        const beforehand = await place();
        release();
        await reachPhase(page, "pending");
        await page.getByRole("link", { name: "Continue" }).waitFor();
        await twoFrames(page);
        assert.equal(await place(), beforehand);
        assert.deepEqual(await shiftsOf(page), []);
      });

    if (way !== "tag")
      test(`nothing shifts on a tablet with app-link: ${way}`, async (t) => {
        const size = { width: 800, height: 1200 };
        const tablet = await browser.newContext({
          viewport: size,
          screen: size,
          hasTouch: true,
          isMobile: true,
        });
        t.after(() => tablet.close());
        await watchShifts(tablet);
        const page = await tablet.newPage();
        await page.goto(`${where.page(way)}?app`);
        await reachPhase(page, "pending");
        await page.getByRole("link", { name: "Open the app on this device" }).waitFor();
        await twoFrames(page);
        assert.deepEqual(await shiftsOf(page), []);
      });
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
