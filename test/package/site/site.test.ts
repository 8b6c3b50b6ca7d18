import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { serve, type ServerType } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { loadAxe, runAxe } from "../../e2e/accessibility/support/page-checks.js";
import { firstCode } from "../../../docs/.vitepress/theme/first-code.js";
import { otp } from "../../element/support/models.js";
import { launchBrowser } from "../../support/browser.js";
import { readCodes } from "../../support/qr.js";

/** The site that `npm run docs` builds of the documents, in a browser. */

const folder = "docs/.vitepress/dist";
let server: ServerType;
let origin: string;
let browser: Browser;
/** What the server was asked for. */
const asked: string[] = [];
/** The addresses of all pages, from the root, and their HTML. */
let pages: string[];
let htmlOf: ReadonlyMap<string, string>;

before(async () => {
  execFileSync("npm", ["run", "docs"], { stdio: "pipe", shell: process.platform === "win32" });
  pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html") && file !== "404.html")
    .map((file) => `/${file.replaceAll("\\", "/").replace(/(^|\/)index\.html$/, "$1")}`);
  htmlOf = new Map(
    pages.map((path) => [path, readFileSync(join(folder, path.replace(/\/$/, "/index.html")), "utf8")]),
  );
  const site = new Hono()
    .use(({ req }, next) => {
      asked.push(req.path);
      return next();
    })
    .use(serveStatic({ root: folder }));
  server = serve({ fetch: site.fetch, port: 0, hostname: "localhost" });
  await once(server, "listening");
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
// A page that stays open goes on working, and slows the next ones down.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
after(async () => {
  await browser.close();
  server.close();
});

/** What pages did that they must not: errors in the console, and requests to another host or without success. */
const complaints: string[] = [];

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  watch(context);
  const page = await context.newPage();
  await visit(page, path);
  return page;
}

function watch(context: BrowserContext): void {
  const note = (page: Page | null, text: string) => complaints.push(`${page?.url()}: ${text}`);
  context.on("console", (message) => {
    if (/error|warning/.test(message.type())) note(message.page(), message.text());
  });
  context.on("weberror", (error) => note(error.page(), error.error().message));
  context.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:"))
      note(request.frame().page(), request.url());
  });
  context.on("response", (response) => {
    if (!response.ok()) note(response.frame().page(), `${response.status()} ${response.url()}`);
  });
}

/** Opens a page, and waits until its scripts have taken it over: before that a press does nothing. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(origin + path);
  await page.waitForFunction(() => "__vue_app__" in document.querySelector("#app")!);
}

describe("The first page", () => {
  /** The card, and the phone beside it. */
  const stage = (page: Page) => {
    const card = page.locator(".login-stage onegini-otp-login");
    const phone = page.getByRole("region", { name: "Phone" });
    const press = (name: string) => phone.getByRole("button", { name }).click();
    /** Scans, and waits until card and phone show it. */
    const scan = async (): Promise<void> => {
      await press("Scan QR code");
      await phone.getByRole("heading", { name: "Is this you logging in?" }).waitFor();
      await card.getByText("Check your phone", { exact: true }).first().waitFor();
    };
    const numberOnPhone = async (): Promise<string> => (await phone.locator(".digits").textContent()) ?? "";
    return { card, phone, press, scan, numberOnPhone };
  };

  const typeNumber = async (card: Locator, number: string): Promise<void> => {
    await card.getByRole("textbox").fill(number);
    await card.getByRole("button", { name: "Continue" }).click();
  };

  test("plays a login by the visitor's own press: scan, accept, number, in", async () => {
    const page = await open("/");
    const { card, phone, press, scan, numberOnPhone } = stage(page);
    await page.getByText("nobody can log in with this code").waitFor();
    await scan();
    const number = await numberOnPhone();
    await phone.getByText("Windows, Chrome").waitFor();
    await press("Accept");
    await phone.getByText("Type this number on the page.").waitFor();
    await card.getByText("Type the number from your phone").first().waitFor();
    await typeNumber(card, number === "1111" ? "2222" : "1111");
    await card.getByText("2 tries left").first().waitFor();
    await typeNumber(card, number);
    await card.getByText("You’re logged in").first().waitFor();
    assert.equal(page.url(), `${origin}/`);
    await press("Done");
    await page.locator("onegini-otp-login:state(pending)").waitFor();
    await scan();
    await press("Decline");
    await card.getByText("You declined on your phone").first().waitFor();
    await card.getByRole("button", { name: "Try again" }).click();
    await phone.getByRole("button", { name: "Scan QR code" }).waitFor();
    await page.locator("onegini-otp-login:state(pending)").waitFor();
  });

  test("plays it with the keyboard, and the focus goes on with the phone", async () => {
    const page = await open("/");
    const { phone } = stage(page);
    await phone.getByRole("button", { name: "Scan QR code" }).focus();
    await page.keyboard.press("Enter");
    await phone.locator("h2:focus").filter({ hasText: "Is this you logging in?" }).waitFor();
    await page.keyboard.press("Tab");
    await phone.locator("button:focus").filter({ hasText: "Accept" }).waitFor();
    await page.keyboard.press("Enter");
    await phone.getByText("Type this number on the page.").waitFor();
  });

  test("scans a card that shows no code any more", async () => {
    const page = await open("/");
    const { card, press, scan } = stage(page);
    await scan();
    await press("Decline");
    await press("Done");
    await card.getByText("You declined on your phone").first().waitFor();
    await scan();
  });

  test("has the listings of the examples in tabs", async () => {
    const page = await open("/");
    const tab = (name: string, selected: boolean) => page.getByRole("tab", { name, exact: true, selected });
    assert.deepEqual(await page.getByRole("tab").allTextContents(), [
      ...["HTML", "React", "Vue", "Svelte", "Next"].map((name) => `Page: ${name}`),
      ...["Express", "Fastify", "Hono", "Next", "Flask", "Spring"].map((name) => `Server: ${name}`),
    ]);
    const listing = page.getByRole("tabpanel");
    await listing.getByText('<onegini-otp-login endpoint="/otp-login">').waitFor();
    await tab("Server: Hono", false).click();
    await listing.getByText("kit.fetch(c.req.raw, c)").waitFor();
    await page.keyboard.press("ArrowLeft");
    await tab("Server: Fastify", true).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    await tab("Server: Spring", true).and(page.locator(":focus")).waitFor();
    assert.equal(await listing.count(), 1);
  });

  test("has all its listings where no script runs", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(origin);
    assert.equal(await page.locator(".code-tabs pre:visible").count(), 11);
    await page.getByRole("heading", { name: "Log in on your computer" }).waitFor();
  });

  test("has four figures, as a command prints them, each with its page", async () => {
    const page = await open("/");
    const printed = execFileSync(process.execPath, ["--import", "tsx", "docs/.vitepress/figures.ts"], {
      encoding: "utf8",
    });
    const figures = page.locator(".figures li");
    const shown = await Promise.all(
      (await figures.all()).map(async (each) =>
        (await each.locator("strong, span").allTextContents()).join("  "),
      ),
    );
    assert.deepEqual(
      shown,
      printed
        .trim()
        .split("\n")
        .map((line) => line.trim()),
    );
    assert.equal(shown.length, 4);
    for (const link of await figures.getByRole("link").all())
      assert.ok(htmlOf.has((await link.getAttribute("href")) ?? ""));
  });

  test("is one screen on a laptop", async () => {
    for (const [width, height] of [
      [1280, 800],
      [1440, 900],
    ] as const) {
      const page = await open("/", { viewport: { width, height } });
      await page.locator("onegini-otp-login:state(pending)").waitFor();
      for (const part of ["h1", ".login-stage", ".code-tabs", ".front-facts"]) {
        const box = await page.locator(part).boundingBox();
        assert.ok(box && box.y + box.height <= height, `${part} ends at ${box && box.y + box.height} px`);
      }
    }
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`paints its card before any script runs, and nothing moves when the element takes its place: ${colorScheme}`, async () => {
      // Not watched: the browser complains about the scripts that do not load.
      const context = await browser.newContext({ colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.addInitScript(() => {
        Object.assign(globalThis, { shift: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            (globalThis as unknown as { shift: number }).shift += (
              entry as PerformanceEntry & { value: number }
            ).value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      const element = page.locator(".login-stage onegini-otp-login");
      const scripts = /\.js$/;
      await page.route(scripts, (route) => route.abort());
      await page.goto(origin);
      await element.getByText("Open the app on your phone").waitFor();
      assert.equal(await page.evaluate(() => customElements.get("onegini-otp-login")), undefined);
      assert.deepEqual(await readCodes(await element.screenshot()), [firstCode.otp]);
      await page.getByRole("heading", { name: "Log in on your computer" }).waitFor();
      const phone = page.locator(".demo-phone");
      const boxes = async () => [await element.boundingBox(), await phone.boundingBox()];
      const painted = await boxes();
      await page.unroute(scripts);
      await page.reload();
      await page.locator("onegini-otp-login:state(pending)").waitFor();
      assert.deepEqual(await readCodes(await element.screenshot()), [firstCode.otp]);
      assert.deepEqual(await boxes(), painted);
      assert.equal(await page.evaluate(() => (globalThis as unknown as { shift: number }).shift), 0);
    });

  test("leads to every page in two clicks", async () => {
    const page = await open("/");
    const siteMap = page.getByRole("navigation", { name: "All pages" });
    const inSiteMap = await siteMap
      .locator("a")
      .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    // The files that the documents link to are the second click.
    const linked = [...htmlOf.values()].join("");
    for (const path of pages)
      assert.ok(
        path === "/" ||
          inSiteMap.includes(path) ||
          (path.startsWith("/files/") && linked.includes(`href="${path}"`)),
        path,
      );
    // The decisions are folded away: one click unfolds them, the next opens one.
    await siteMap.getByText("Decisions", { exact: true }).first().click();
    await siteMap.getByRole("link", { name: "Paint the code on a canvas" }).click();
    await page.getByRole("heading", { level: 1, name: "Paint the code on a canvas" }).waitFor();
  });

  test("begins with its promise, and leads to a first login", async () => {
    const page = await open("/");
    await page.getByRole("heading", { level: 1, name: "One tag to log in with your bank’s app" }).waitFor();
    await page.getByRole("link", { name: "Get started" }).first().click();
    await page.getByRole("heading", { level: 1, name: "Get started" }).waitFor();
  });

  test("has the groups of the pages in its navigation, and so has each page at its side", async () => {
    const groups = ["Start", "Widget", "Server", "Operate", "Trust", "Reference"];
    const page = await open("/");
    const navigation = page.getByRole("navigation", { name: "Main Navigation" });
    const texts = (await navigation.getByRole("link").allTextContents()).map((text) => text.trim());
    assert.deepEqual(texts, groups);
    await navigation.getByRole("link", { name: "Operate" }).click();
    const sidebar = page.getByRole("navigation", { name: "Sidebar" });
    await sidebar.getByRole("link", { name: "Deployment" }).waitFor();
    assert.deepEqual(await sidebar.getByRole("heading", { level: 2 }).allTextContents(), groups);
    for (const [path, group] of [
      ["/kit.html", "Server"],
      ["/kit-reference.html", "Reference"],
      ["/mobile-app/ios.html", "Start"],
    ] as const) {
      await visit(page, path);
      const active = await navigation.locator("a.active").allTextContents();
      const shownGroups = active.map((text) => text.trim());
      assert.deepEqual(shownGroups, [group]);
    }
  });
});

describe("The theming page", () => {
  test("has its headings beside it", async () => {
    const page = await open(path);
    const outline = page.getByRole("navigation", { name: "On this page" }).filter({ visible: true });
    await outline.getByRole("link", { name: "Light and dark" }).click();
    await page.waitForURL("**/theming.html#light-and-dark");
  });

  const recipes = {
    Bank: "bank",
    Material: "material",
    "Corporate portal": "corporate",
    "Gaming site": "gaming",
  };
  const cssOf = (file: string) => readFileSync(`src/public/themes/${file}.css`, "utf8");
  const path = "/theming.html";

  /** What belongs to one recipe. */
  const recipe = (page: Page, name: string) => {
    const box = page.locator(".recipe").filter({ has: page.getByRole("textbox", { name: `CSS: ${name}` }) });
    const card = box.frameLocator("iframe").locator("onegini-otp-login");
    const button = (text: string) => box.getByRole("button", { name: text, exact: true });
    /** The figure of a pair in light or dark. */
    const contrast = (pair: string, column: 0 | 1) =>
      box.getByRole("row", { name: pair }).getByRole("cell").nth(column);
    return { box, card, button, contrast, editor: box.getByRole("textbox") };
  };

  /** On a phone the examples are closed at first. */
  const openAll = async (page: Page): Promise<void> => {
    for (const name of Object.keys(recipes))
      await page.getByRole("button", { name: `Try it: ${name}`, exact: true }).click();
  };

  const surfaceIs = (card: Locator, colour: string): Promise<void> =>
    card.evaluate(async (element, wanted) => {
      const base = element.shadowRoot!.querySelector("[part=base]")!;
      while (getComputedStyle(base).backgroundColor !== wanted)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }, colour);

  test("has its recipes as listings where no script runs", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(origin + path);
    for (const file of Object.values(recipes)) {
      const listing = page.locator("pre:visible").filter({ hasText: cssOf(file).split("\n")[0]! });
      assert.equal(`${await listing.innerText()}\n`, cssOf(file));
    }
  });

  test("shows each recipe live, and every text in it has the contrast of WCAG AA", async () => {
    const page = await open(path);
    for (const [name, file] of Object.entries(recipes)) {
      const { box, card, button, editor } = recipe(page, name);
      await editor.scrollIntoViewIfNeeded();
      assert.equal(`${await editor.inputValue()}\n`, cssOf(file));
      await card.getByText("New code in").waitFor();
      await button("scanned").click();
      await card.getByText("Check your phone", { exact: true }).waitFor();
      await button("message").click();
      await card.locator("section:visible").getByText("You declined on your phone").first().waitFor();
      const figures = await box.getByRole("cell").allTextContents();
      assert.equal(figures.length, 12);
      for (const figure of figures) assert.match(figure, /^\d+\.\d\d ✓$/, name);
    }
  });

  test("follows what is typed, in the example alone, and resets it", async () => {
    const page = await open(path);
    const { card, button, contrast, editor } = recipe(page, "Bank");
    await editor.scrollIntoViewIfNeeded();
    await card.getByText("New code in").waitFor();
    await contrast("accent on surface", 0).filter({ hasText: "6.45" }).waitFor();
    const heading = page.getByRole("heading", { level: 1 });
    const sizeOf = (each: Locator) => each.evaluate((element) => getComputedStyle(element).fontSize);
    const before = await sizeOf(heading);
    await editor.fill(`* { font-size: 40px !important } .VPNav, h1 { display: none }
      onegini-otp-login { --onegini-otp-login-accent: color-mix(in oklab, oklch(0.75 0.1 250), white 20%);
        --onegini-otp-login-surface: light-dark(rgb(255 255 255), rgb(10 20 30)) }`);
    await contrast("accent on surface", 0).filter({ hasText: "too low" }).waitFor();
    await contrast("accent on surface", 1).filter({ hasText: "✓" }).waitFor();
    await button("dark").click();
    await surfaceIs(card, "rgb(10, 20, 30)");
    assert.equal(await sizeOf(heading), before);
    assert.ok(await page.getByRole("navigation", { name: "Main Navigation" }).isVisible());
    await button("Reset").click();
    await surfaceIs(card, "rgb(23, 25, 31)");
    assert.equal(`${await editor.inputValue()}\n`, cssOf("bank"));
  });

  test("has no figure, and no tick, where a property of the pair is no colour", async () => {
    const page = await open(path);
    const { card, contrast, editor } = recipe(page, "Bank");
    await editor.scrollIntoViewIfNeeded();
    await card.getByText("New code in").waitFor();
    const figures = async (): Promise<Record<string, (string | null)[]>> => {
      const rows = ["on-accent on accent", "accent on surface", "text on surface", "muted on surface"];
      return Object.fromEntries(
        await Promise.all(
          rows.map(async (row) => [
            row,
            await Promise.all(([0, 1] as const).map((column) => contrast(row, column).textContent())),
          ]),
        ),
      ) as Record<string, (string | null)[]>;
    };
    const none = ["no colour", "no colour"];
    await editor.fill("onegini-otp-login { --onegini-otp-login-accent: #0b6b5 }");
    await contrast("accent on surface", 1).filter({ hasText: "no colour" }).waitFor();
    assert.deepEqual(await figures(), {
      "on-accent on accent": none,
      "accent on surface": none,
      "text on surface": ["17.77 ✓", "15.80 ✓"],
      "muted on surface": ["6.85 ✓", "8.22 ✓"],
    });
    await editor.fill(`onegini-otp-login { --onegini-otp-login-accent: transparent;
      --onegini-otp-login-on-accent: currentColor; --onegini-otp-login-text: 12px }`);
    await contrast("text on surface", 1).filter({ hasText: "no colour" }).waitFor();
    const {
      "accent on surface": hidden,
      "text on surface": text,
      "muted on surface": muted,
    } = await figures();
    // It is a colour that nobody sees.
    assert.deepEqual(hidden, ["1.00 too low", "1.00 too low"]);
    // The muted colour is mixed from the text's.
    assert.deepEqual([text, muted], [none, none]);
  });

  test("says what its figures do not show: colours of parts, and properties that do not exist", async () => {
    const page = await open(path);
    const { box, card, button, editor } = recipe(page, "Bank");
    await editor.scrollIntoViewIfNeeded();
    await card.getByText("New code in").waitFor();
    const remarks = box.locator("p.low");
    assert.equal(await remarks.count(), 0);
    await editor.fill(`onegini-otp-login { --onegini-otp-login-acent: red; --onegini-otp-login-radius: 0px }
      @media (min-width: 1px) { onegini-otp-login::part(enlarge) { color: teal } }
      onegini-otp-login::part(title) { font-size: 1rem }`);
    await remarks.nth(1).waitFor();
    assert.deepEqual(await remarks.allTextContents(), [
      "There is no --onegini-otp-login-acent.",
      "Not counted: the colour that ::part(enlarge) sets.",
    ]);
    await button("Reset").click();
    await remarks.first().waitFor({ state: "detached" });
  });

  test("copies what is in the editor", async () => {
    const page = await open(path, { permissions: ["clipboard-read", "clipboard-write"] });
    const { button, editor } = recipe(page, "Gaming site");
    await editor.fill("onegini-otp-login { color: teal }");
    await button("Copy CSS").click();
    await button("Copied").waitFor();
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      "onegini-otp-login { color: teal }",
    );
  });

  test("sends no request for what is typed", async () => {
    // Not watched: the browser says in the console what it blocks.
    const page = await (await browser.newContext()).newPage();
    await visit(page, path);
    const { card, editor } = recipe(page, "Bank");
    await editor.scrollIntoViewIfNeeded();
    await card.getByText("New code in").waitFor();
    const blocked = page.waitForEvent("console", (message) => message.text().includes("last-of-all"));
    await editor.fill(`@import "${origin}/typed/import.css";
      @font-face { font-family: typed; src: url(${origin}/typed/font.woff2) }
      body { font-family: typed; background: u\\72l(${origin}/typed/picture.png), url(${origin}/typed/last-of-all.png) }`);
    await blocked;
    const typed = asked.filter((path) => path.startsWith("/typed/"));
    assert.deepEqual(typed, []);
  });

  test("has its examples closed on a phone, and an open one leaves the scrolling to the page", async () => {
    const page = await open(path, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByRole("button", { name: "Try it: Material", exact: true }).waitFor();
    assert.equal(await page.locator(".recipe :is(iframe, textarea)").count(), 0);
    assert.ok(await page.locator(".recipe pre").first().isVisible());
    await page.getByRole("button", { name: "Try it: Material", exact: true }).tap();
    const { box, card, editor } = recipe(page, "Material");
    await card.getByText("New code in").waitFor();
    assert.ok(await editor.evaluate((each) => each.scrollHeight <= each.clientHeight));
    assert.ok(
      await card.evaluate(
        ({ ownerDocument: { documentElement: frame } }) => frame.scrollHeight <= frame.clientHeight,
      ),
    );
    assert.equal(await page.locator(".recipe iframe").count(), 1);
    await box.getByRole("button", { name: "Close: Material" }).tap();
    await box.locator("iframe").waitFor({ state: "detached" });
    assert.ok(await page.getByText("The baseline colours and shapes of Material").isVisible());
  });

  test("shows its examples whole from 320 pixels on", async () => {
    const page = await open(path, { viewport: { width: 320, height: 720 } });
    await openAll(page);
    for (const width of [320, 344, 359, 360, 390]) {
      await page.setViewportSize({ width, height: 720 });
      for (const name of Object.keys(recipes)) {
        const { card, editor } = recipe(page, name);
        await editor.scrollIntoViewIfNeeded();
        await card.getByText("New code in").waitFor();
        const { scrollWidth, clientWidth } = await card.evaluate((element) => {
          const { documentElement } = element.ownerDocument;
          return { scrollWidth: documentElement.scrollWidth, clientWidth: documentElement.clientWidth };
        });
        assert.ok(scrollWidth <= clientWidth, `${name} at ${width} px: ${scrollWidth} px in ${clientWidth}`);
      }
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
    }
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`passes axe on a phone with the examples, and does not scroll sideways: ${colorScheme}`, async () => {
      const page = await open(path, { colorScheme, viewport: { width: 390, height: 844 } });
      await openAll(page);
      for (const name of Object.keys(recipes)) {
        const { card, editor } = recipe(page, name);
        await editor.scrollIntoViewIfNeeded();
        await card.getByText("New code in").waitFor();
      }
      await loadAxe(page);
      const { violations } = await runAxe(page);
      const frames = page.frames().filter((frame) => frame.parentFrame());
      assert.equal(frames.length, Object.keys(recipes).length);
      for (const frame of frames) {
        await loadAxe(frame);
        violations.push(...(await runAxe(frame, { selector: "onegini-otp-login" })).violations);
      }
      assert.deepEqual(violations, []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
});

describe("The gallery", () => {
  const path = "/gallery.html";
  const choose = (page: Page, label: string, value: string) =>
    page.getByRole("combobox", { name: label }).first().selectOption(value);
  const searchOf = (page: Page) => new URL(page.url()).search;
  const cards = (page: Page) => page.locator(".gallery-grid > li");
  const heightOf = (page: Page) => page.evaluate(() => document.documentElement.scrollHeight);

  test("shows one state of each phase first, and draws what the reader comes near", async () => {
    const page = await open(path, { viewport: { width: 1280, height: 900 } });
    await page.getByText("10 of 60 states").waitFor();
    const drawn = page.locator(".gallery-frame view-card");
    await drawn.first().waitFor();
    assert.equal(await cards(page).count(), 10);
    assert.ok((await drawn.count()) < 10);
    assert.ok((await heightOf(page)) < 5 * 900);
    await cards(page).last().scrollIntoViewIfNeeded();
    await cards(page).last().getByText("The login service isn’t answering").first().waitFor();
    const { length } = await page.locator(".gallery-frame:not([inert])").all();
    assert.equal(length, 0);
  });

  test("shows the states of one phase, and keeps each choice in the address", async () => {
    const page = await open(path);
    const choices = {
      Phase: "number",
      Colours: "dark",
      Language: "ar",
      Width: "280",
      Layout: "phone",
      "Text size": "150",
    };
    for (const [label, value] of Object.entries(choices)) await choose(page, label, value);
    const query = "?phase=number&scheme=dark&language=ar&width=280&layout=phone&text=150";
    await page.waitForURL(`**${path}${query}`);
    await page.reload();
    const card = page.locator("view-card").first();
    await card.waitFor();
    for (const name of await page.locator(".gallery-name").allTextContents()) assert.match(name, /^number/);
    const { direction, width, colorScheme, fontSize } = await card.evaluate((element) => {
      const style = getComputedStyle(element);
      return {
        direction: style.direction,
        width: element.getBoundingClientRect().width,
        colorScheme: style.colorScheme,
        fontSize: style.fontSize,
      };
    });
    assert.deepEqual(
      { direction, width, colorScheme, fontSize },
      { direction: "rtl", width: 280, colorScheme: "dark", fontSize: "24px" },
    );
    await card.getByRole("link", { includeHidden: true }).first().waitFor();
    assert.equal(searchOf(page), query);
    for (const [label, value] of Object.entries(choices))
      assert.equal(await page.getByRole("combobox", { name: label }).inputValue(), value);
  });

  test("takes from the address only what can be chosen", async () => {
    for (const name of ["constructor", "__proto__", '"><img src=x onerror=alert(1)>']) {
      const value = encodeURIComponent(name);
      const keys = ["phase", "scheme", "language", "width", "layout", "text", "scheme2"];
      const page = await open(`${path}?${keys.map((key) => `${key}=${value}`).join("&")}`);
      await page.getByText("10 of 60 states").waitFor();
      await page.locator("view-card").first().waitFor();
      assert.equal(await page.getByRole("combobox", { name: "Width" }).count(), 1);
      assert.equal(await page.getByRole("combobox", { name: "Width" }).inputValue(), "320");
    }
  });

  test("shows each state in two looks side by side", async () => {
    const page = await open(path, { viewport: { width: 1280, height: 900 } });
    await choose(page, "Phase", "scanned");
    await page.getByRole("checkbox", { name: "Two side by side" }).check();
    const second = page.getByRole("group", { name: "Beside it" });
    await second.getByRole("combobox", { name: "Language" }).selectOption("de");
    const first = cards(page).first().locator("view-card");
    await first.nth(1).getByText("Angaben prüfen und bestätigen").first().waitFor();
    const boxes = await Promise.all([first.nth(0).boundingBox(), first.nth(1).boundingBox()]);
    assert.equal(boxes[0]!.y, boxes[1]!.y);
    const schemes = await first.evaluateAll((all) => all.map((each) => getComputedStyle(each).colorScheme));
    assert.equal(schemes[1], "dark");
    assert.equal(searchOf(page), "?phase=scanned&scheme2=dark&language2=de");
    await page.reload();
    await first.nth(1).getByText("Angaben prüfen und bestätigen").first().waitFor();
    await page.getByRole("checkbox", { name: "Two side by side", checked: true }).uncheck();
    await second.waitFor({ state: "detached" });
    assert.equal(searchOf(page), "?phase=scanned");
  });

  test("has a link to each card", async () => {
    const page = await open(`${path}#failed-cookies-blocked`);
    const link = page.getByRole("link", { name: "failed, cookies blocked", exact: true });
    await page.locator("#failed-cookies-blocked").getByText("Cookies are off").first().waitFor();
    assert.equal(await link.getAttribute("aria-current"), "true");
    await page.getByRole("link", { name: "failed, paused", exact: true }).click();
    await page.waitForURL(`**${path}#failed-paused`);
    await choose(page, "Phase", "number");
    await page.waitForURL(`**${path}?phase=number`);
  });

  test("opens the dialog with the large code", async () => {
    const page = await open(path);
    const button = page.getByRole("button", { name: "Large code" });
    await page.getByText("of 60 states").waitFor();
    await page.locator("view-card").first().waitFor();
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    assert.deepEqual(await readCodes(await dialog.screenshot()), [otp]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await button.evaluate((element) => element === document.activeElement));
  });

  test("has pictures only where no script runs", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(origin + path);
    assert.equal(await page.getByRole("img", { name: "Every state of the card" }).count(), 2);
    assert.equal(await page.getByRole("combobox").count(), 0);
    const live = await open(path);
    assert.equal(await live.locator(".gallery img").count(), 0);
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`passes axe with two looks, and does not scroll sideways: ${colorScheme}`, async () => {
      const page = await open(`${path}?scheme2=dark&text2=200&width=640`, { colorScheme });
      await loadAxe(page);
      for (const width of [1440, 320]) {
        await page.setViewportSize({ width, height: 900 });
        await page.locator("view-card").nth(1).waitFor();
        assert.deepEqual((await runAxe(page)).violations, []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
      }
    });
});

describe("The theme studio", () => {
  const path = "/studio.html";
  const accents = (page: Page) =>
    page
      .locator(".studio-states view-card")
      .evaluateAll((all) =>
        all
          .slice(0, 2)
          .map((card) => getComputedStyle(card.shadowRoot!.querySelector(".button")!).backgroundColor),
      );
  const contrasts = (page: Page) =>
    page.getByRole("region", { name: "The theme" }).getByRole("status").first();
  const withTheme = (css: string, others: Record<string, string> = {}) =>
    `${path}#${new URLSearchParams({ css, ...others }).toString()}`;

  test("makes a light and a dark theme from one brand colour, which its link keeps", async () => {
    const page = await open(path, { viewport: { width: 1440, height: 900 } });
    await page.getByRole("textbox", { name: "Brand colour" }).fill("#ffe600");
    await contrasts(page)
      .getByText(/^All \d+ contrasts are enough/)
      .waitFor();
    const [light, dark] = await accents(page);
    assert.notEqual(light, "rgb(255, 230, 0)");
    assert.equal(dark, "rgb(255, 230, 0)");
    await page.reload();
    await page.locator(".studio-states view-card").nth(1).waitFor();
    assert.deepEqual(await accents(page), [light, dark]);
    await page.getByRole("tab", { name: "Code" }).click();
    const code = page.getByRole("textbox", { name: "CSS", exact: true });
    assert.match(await code.inputValue(), /--onegini-otp-login-accent: light-dark\(.*#ffe600\)/);
    for (const [format, expected] of [
      ["JSON", /"--onegini-otp-login-accent": /],
      ["Tailwind", /@theme static \{\n {2}--color-login-accent: /],
    ] as const) {
      await page.getByRole("combobox", { name: "Format" }).selectOption(format);
      assert.match(await page.getByRole("textbox", { name: format }).inputValue(), expected);
    }
  });

  test("reads pasted CSS back, and names the contrast that is too low in it", async () => {
    const page = await open(path, { viewport: { width: 1440, height: 900 } });
    await page.getByRole("tab", { name: "Code" }).click();
    await page.getByRole("textbox", { name: "CSS", exact: true }).fill(`
      onegini-otp-login { --onegini-otp-login-radius: 3px }
      onegini-otp-login::part(title) { background: linear-gradient(90deg, #fff, #777) }`);
    await contrasts(page)
      .getByText(/contrasts? (is|are) too low/)
      .waitFor();
    await page.getByRole("tab", { name: "Contrast" }).click();
    await page.getByRole("row", { name: /^the text of title .*not 4\.5: / }).waitFor();
    await page.getByRole("tab", { name: "Tokens" }).click();
    assert.equal(await page.getByRole("textbox", { name: "radius", exact: true }).inputValue(), "3px");
  });

  test("loads nothing that its link names", async () => {
    const address = `url(${origin}/nothing-here.png)`;
    const css = `@import "/nothing-here.css"; onegini-otp-login { background: ${address} }`;
    const page = await open(
      withTheme(css, {
        background: address,
        font: address,
        logo: "/nothing-here.svg",
        width: "constructor",
        text: "1e9",
      }),
    );
    await page.locator(".studio-states view-card").first().waitFor();
    await contrasts(page)
      .getByText(/contrasts are/)
      .waitFor();
    assert.equal(await page.locator(".studio img").count(), 0);
    assert.deepEqual(
      complaints.filter((line) => line.includes("nothing-here")),
      [],
    );
  });

  test("shows the card at any width and text size, and can ask more of its contrasts", async () => {
    const page = await open(path, { viewport: { width: 1440, height: 900 } });
    await page.getByRole("tab", { name: "Page" }).click();
    await page.getByRole("spinbutton", { name: "Width" }).fill("300");
    await page.getByRole("spinbutton", { name: "Text size" }).fill("20");
    const card = page.locator(".studio-states view-card").first();
    await card.waitFor();
    assert.deepEqual(
      await card.evaluate((element) => [
        element.getBoundingClientRect().width,
        getComputedStyle(element).fontSize,
      ]),
      [300, "20px"],
    );
    await page.getByRole("tab", { name: "Contrast" }).click();
    await page.getByRole("combobox", { name: "Words need" }).selectOption("7");
    await contrasts(page)
      .getByText(/contrasts are too low/)
      .waitFor();
    await page.getByRole("row", { name: /^the text of time .*not 7: / }).waitFor();
    await page.getByRole("tab", { name: "Brand" }).click();
    await page.getByRole("textbox", { name: "Brand colour" }).fill("#154273");
    await page.getByRole("tab", { name: "Contrast" }).click();
    await page.getByRole("row", { name: /^the text of new-code \d+\.\d+ \d+\.\d+$/ }).waitFor();
  });

  test("gives its code no token that is none", async () => {
    const page = await open(path);
    await page.getByRole("tab", { name: "Tokens" }).click();
    for (const value of [
      "red; } body { display: none } x {",
      "</style>",
      `url(${origin}/nothing-here.png)`,
      "7px",
    ]) {
      await page.locator(".studio-panel input:visible").first().fill(value);
      await page.getByRole("textbox", { name: "accent: no colour of CSS, left out" }).waitFor();
    }
    await page.getByRole("tab", { name: "Code" }).click();
    assert.equal(await page.getByRole("textbox", { name: "CSS", exact: true }).inputValue(), "");
  });

  test("has the site's logo and font in each state", async () => {
    const page = await open(path);
    await page.getByRole("tab", { name: "Page" }).click();
    const logo = {
      name: "logo.svg",
      mimeType: "image/svg+xml",
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"/>'),
    };
    await page.getByLabel("Logo").setInputFiles(logo);
    await page.getByLabel("Font", { exact: true }).fill("Georgia");
    await page.locator(".studio-states view-card img").first().waitFor();
    await page.waitForURL(/logo=data.*|font=Georgia/);
    await page.reload();
    const card = page.locator(".studio-states view-card").first();
    await card.locator("img").waitFor();
    assert.equal(await card.evaluate((element) => getComputedStyle(element).fontFamily), "Georgia");
  });

  test("shows an uploaded font, also where the theme had one", async () => {
    const page = await open(withTheme("onegini-otp-login { --onegini-otp-login-font: serif }"));
    await page.getByRole("tab", { name: "Page" }).click();
    await page
      .getByLabel("A font’s file")
      .setInputFiles("node_modules/vitepress/dist/client/theme-default/fonts/inter-italic-latin.woff2");
    const base = page.locator(".studio-states view-card section").first();
    await page.getByText("The card has the page’s font.").waitFor();
    assert.equal(await base.evaluate((each) => getComputedStyle(each).fontFamily), "inter-italic-latin");
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`passes axe in each tab, and does not scroll sideways: ${colorScheme}`, async () => {
      const page = await open(path, { colorScheme });
      await loadAxe(page);
      for (const width of [1440, 320]) {
        await page.setViewportSize({ width, height: 900 });
        for (const tab of await page.locator(".studio").getByRole("tab").all()) {
          await tab.click();
          assert.deepEqual((await runAxe(page)).violations, []);
        }
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
      }
    });
});

describe("The pages", () => {
  test("link to headings that exist", () => {
    const links = [...htmlOf].flatMap(([page, html]) =>
      [...html.matchAll(/<a [^>]*?href="([^":]*)#([^"]+)"/g)].map(([, to, id]) => ({
        page,
        to: to || page,
        id,
      })),
    );
    assert.ok(links.some(({ page, to }) => page === "/get-started.html" && to === "/widget.html"));
    const broken = links.filter(({ to, id }) => !htmlOf.get(to)?.includes(` id="${id}"`));
    assert.deepEqual(broken, []);
  });

  test("are found by a search", async () => {
    const page = await open("/");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("searchbox").fill("Redis");
    await page.getByRole("listbox").getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname !== "/");
    await page.getByRole("main").getByText("Redis").first().waitFor();
  });

  test("are found by the words that people have for them", async () => {
    const first = {
      "dark mode": "/theming.html",
      dark: "/theming.html#light-and-dark",
      number: "/kit-reference.html#pairing",
      pause: "/kit.html#a-pause",
      "theme colour": "/theming.html",
      font: "/theming.html",
      logo: "/theming.html",
      CSP: "/widget.html#strict-pages",
      logout: "/sessions.html",
      session: "/sessions.html",
      nginx: "/deployment.html",
      timeout: "/deployment.html",
      Java: "/backends.html",
      Spring: "/backends.html",
      PHP: "/examples/backends/php/",
      Redis: "/kit.html",
      Docker: "/serve.html#containers",
      Kubernetes: "/serve.html#containers",
      React: "/frameworks.html#react",
      "Next.js": "/frameworks.html#nextjs",
      "screen reader": "/accessibility.html",
      translate: "/widget.html#languages-and-words",
      offline: "/widget.html#bad-networks",
      "browser support": "/widget.html#browsers",
      iframe: "/widget.html#where-you-can-put-it",
      metrics: "/logs.html",
      "rate limit": "/kit-reference.html#limits",
      webhook: "/token-server.html#4-set-the-callback",
      iOS: "/mobile-app/ios.html",
      upgrade: "/upgrading.html",
    };
    const page = await open("/");
    await page.getByRole("button", { name: "Search" }).click();
    const box = page.getByRole("searchbox");
    const results = page.getByRole("listbox");
    const found: Record<string, string | null> = {};
    for (const word of Object.keys(first)) {
      // Nothing is found for this one, so that no result of the word before is taken for one of the next.
      await box.fill("qqqqqq");
      await page.getByText("No results for").waitFor();
      await box.fill(word);
      found[word] = await results.getByRole("option").first().getByRole("link").getAttribute("href");
    }
    for (const [word, address] of Object.entries(first))
      assert.ok(found[word]?.startsWith(address), `${word}: ${found[word]}, not ${address}`);
  });

  test("show of a picture for light and one for dark pages the one that fits", async () => {
    const page = await open("/theming.html", { colorScheme: "dark" });
    const shown = await page
      .locator(".callouts img:visible")
      .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).src));
    assert.ok(shown.length > 0);
    const light = shown.filter((src) => !/-dark\b/.test(src));
    assert.deepEqual(light, []);
  });

  test("show the button that copies a listing where nothing can hover", async () => {
    const page = await open("/kit.html", { hasTouch: true, isMobile: true });
    const button = page.locator(".language-js").first().getByRole("button", { name: "Copy Code" });
    assert.equal(await button.evaluate((each) => getComputedStyle(each).opacity), "1");
  });

  test("are there as Markdown, too, with a list and in one file for language models", async () => {
    const list = await (await fetch(`${origin}/llms.txt`)).text();
    const links = [...list.matchAll(/^- \[.+?\]\(([^)]+)\)/gm)].map(([, path = ""]) => path);
    assert.ok(links.includes("docs/get-started.md") && links.length > 30);
    const whole = await (await fetch(`${origin}/llms-full.txt`)).text();
    for (const path of links) {
      const text = await (await fetch(`${origin}/${path}`)).text();
      assert.equal(text, readFileSync(path, "utf8"));
      assert.ok(whole.includes(text), path);
    }
  });

  test("are made from the documents, and not from a site that was built before", async () => {
    // The site is there by now.
    const { documents } = await import("../../../docs/files/[file].paths.js");
    const inFolder = documents.filter((path) => path.startsWith(folder));
    assert.deepEqual(inFolder, []);
  });

  test("have listings with a button that copies them", async () => {
    const page = await open("/kit.html", { permissions: ["clipboard-read", "clipboard-write"] });
    const listing = page.locator(".language-js").first();
    await listing.hover();
    await listing.getByRole("button", { name: "Copy Code" }).click();
    await listing.locator(".copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^import \{ createServer \} from "node:http";\n/);
    for (const [path, html] of htmlOf)
      assert.equal(html.split("<pre").length, html.split('class="copy"').length, path);
  });
});

describe("The site", () => {
  test("has its name and an icon, and its version and licence below each page", async () => {
    const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      "name" | "version",
      string
    >;
    const page = await open("/");
    assert.ok((await page.title()).startsWith(name));
    assert.ok((await fetch(origin + (await page.locator("link[rel=icon]").getAttribute("href")))).ok);
    const footer = page.getByRole("region", { name: "This site" });
    await footer.getByText(`${name} ${version}`).waitFor();
    await footer.getByRole("link", { name: "MIT licence" }).click();
    await page.getByRole("heading", { level: 1, name: "LICENSE" }).waitFor();
    for (const [path, html] of htmlOf) assert.ok(html.includes('class="site-footer"'), path);
  });

  test("leads on from an address that it does not have", async () => {
    const page = await open("/404.html");
    await page.getByRole("heading", { level: 1, name: "This page does not exist" }).waitFor();
    await loadAxe(page);
    assert.deepEqual((await runAxe(page)).violations, []);
    await page.getByRole("navigation", { name: "All pages" }).getByRole("link", { name: "Theming" }).click();
    await page.getByRole("heading", { level: 1, name: "Theming" }).waitFor();
  });
});

describe("Each page", () => {
  const schemes = ["light", "dark"] as const;
  const violations = { light: [] as string[], dark: [] as string[] };
  const tooWide: string[] = [];

  // One visit of each page for all that is looked at, because most of the time goes into the visits.
  before(async () => {
    const page = await open("/");
    for (const path of pages) {
      await visit(page, path);
      await loadAxe(page);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await page.locator(colorScheme === "dark" ? "html.dark" : "html:not(.dark)").waitFor();
        const found = (await runAxe(page, { onlyColours: colorScheme !== schemes[0] })).violations;
        violations[colorScheme].push(...found.map((line) => `${path} ${line}`));
      }
      await page.setViewportSize({ width: 320, height: 720 });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(path);
      await page.setViewportSize({ width: 1280, height: 720 });
    }
  });

  for (const colorScheme of schemes)
    test(`passes axe: ${colorScheme}`, () => {
      assert.ok(pages.length > 40);
      assert.equal(violations[colorScheme].join("\n"), "");
    });

  test("is not too wide for a phone", () => {
    assert.deepEqual(tooWide, []);
  });

  // The last one: it has the complaints about all tests before it, too.
  test("asks no other host, and nothing fails on it", () => {
    assert.deepEqual(complaints, []);
  });
});
