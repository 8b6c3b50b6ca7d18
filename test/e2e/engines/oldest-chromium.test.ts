import assert from "node:assert/strict";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { phoneCalls, startDemo, type Demo } from "../../support/demo/demo.js";
import { watchForComplaints } from "../../support/login-page.js";
import { readPng, type Picture } from "../../support/png.js";
import { codeOn } from "../../support/qr.js";

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The oldest Chromium that docs/widget.md promises: its major version. */
const oldestChromium = /Chrome and Edge (\d+), Firefox \d+ and Safari/.exec(
  readFileSync(file("docs/widget.md"), "utf8"),
)?.[1];

/** Versions smooth round corners a little differently: by less than this in each of red, green and blue. */
const tolerance = 12;

/** So many pixels of round corners may differ by more: the oldest version draws those of the logo in one of two ways. */
const cornerPixels = 8;

/** How a browser shows a phase of the login page. */
interface Look {
  /** Without text, which each version draws in its own way, and without the code. */
  picture: Picture;
  /** The colour of every element with text, with its text. */
  colours: string[];
}

describe("The oldest Chromium that docs/widget.md promises", () => {
  let demo: Demo;
  let oldest: Browser;
  let newest: Browser;

  before(async () => {
    const executablePath = await oldestChromiumPath();
    [demo, oldest, newest] = await Promise.all([
      // A code that lives so long that its ring stays full.
      startDemo({ CODE_SECONDS: "86400" }),
      launchBrowser([], { executablePath }),
      launchBrowser(),
    ]);
    console.log(`engine: Chromium ${oldest.version()}, compared with ${newest.version()}`);
  });
  after(() => Promise.all([oldest.close(), newest.close(), demo.stop()]));

  it("is the one that is tested", () => {
    assert.equal(oldest.version().split(".")[0], oldestChromium);
  });

  it("shows a readable code, and opens the account of the user who accepted", async () => {
    const context = await oldest.newContext();
    const complaints = await watchForComplaints(context);
    const page = await context.newPage();
    await page.goto(demo.origin);

    await phoneCalls(demo.origin).accept(await codeOn(page));

    await page.waitForURL("**/account");
    await page.getByText("demo-user").first().waitFor();
    await context.close();
    assert.deepEqual(complaints.list, []);
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`looks as today's Chromium does: ${colorScheme}`, async () => {
      const [old, today] = await Promise.all([oldest, newest].map((browser) => looks(browser, colorScheme)));
      for (const phase of ["pending", "denied"] as const) {
        assert.deepEqual(old![phase].colours, today![phase].colours, phase);
        const different = differentPixels(old![phase].picture, today![phase].picture);
        assert.ok(different <= cornerPixels, `${phase}: ${different} pixels differ`);
      }
    });

  /** The login page with a code, and with the button that follows on a declined login. */
  async function looks(
    browser: Browser,
    colorScheme: "light" | "dark",
  ): Promise<Record<"pending" | "denied", Look>> {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1100, height: 1000 } });
    const page = await context.newPage();
    // Otherwise the ring of even the longest code has lost a part of a pixel when a slow machine takes the picture.
    await page.clock.setFixedTime(Date.now());
    await page.goto(demo.origin);
    const code = await codeOn(page);
    // The page's policy allows no style element.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        ":root, input { -webkit-text-fill-color: transparent } svg text { fill: transparent !important }",
      );
      document.adoptedStyleSheets.push(sheet);
    });
    const pending = await look(page);
    await phoneCalls(demo.origin).deny(code);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    const denied = await look(page);
    await context.close();
    return { pending, denied };
  }
});

async function look(page: Page): Promise<Look> {
  const picture = await page.screenshot({ animations: "disabled", mask: [page.locator("canvas")] });
  // Playwright's selectors see through the element's shadow root.
  const colours = await page
    .locator("body *")
    .evaluateAll((elements) =>
      elements
        .filter(
          (each) =>
            each.checkVisibility() &&
            [...each.childNodes].some((node) => node instanceof Text && node.data.trim() !== ""),
        )
        .map((each) => `${getComputedStyle(each).color} ${each.textContent.trim()}`),
    );
  return { picture: await readPng(picture), colours };
}

function differentPixels(one: Picture, other: Picture): number {
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  let count = 0;
  for (let i = 0; i < one.data.length; i += 4) {
    const isDifferent = [0, 1, 2].some(
      (channel) => Math.abs(one.data[i + channel]! - other.data[i + channel]!) > tolerance,
    );
    if (isDifferent) count++;
  }
  return count;
}

/**
 * The path of the Chromium in `@sparticuz/chromium`, a program for Linux on x64. Nothing of the package is run: its own code
 * unpacks the program to `/tmp/chromium`, whatever version is there already.
 */
async function oldestChromiumPath(): Promise<string> {
  const { version } = JSON.parse(
    readFileSync(file("node_modules/@sparticuz/chromium/package.json"), "utf8"),
  ) as { version: string };
  const path = file(`.cache/chromium-${version}`);
  if (existsSync(path)) return path;
  await mkdir(file(".cache"), { recursive: true });
  // Under a name of its own first: another test may unpack it at the same time.
  const unpacked = `${path}.${process.pid}`;
  await pipeline(
    createReadStream(file("node_modules/@sparticuz/chromium/bin/chromium.br")),
    createBrotliDecompress(),
    createWriteStream(unpacked, { mode: 0o755 }),
  );
  await rename(unpacked, path);
  return path;
}
