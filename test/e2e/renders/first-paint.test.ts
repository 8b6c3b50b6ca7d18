import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { holds, until } from "../../support/until.js";
import { launchBrowser } from "../../support/browser.js";
import {
  firstPaintSite,
  openWithoutScript,
  type FirstPaintSite,
} from "../../support/sites/first-paint-site.js";
import { reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { readPng, type Picture } from "../../support/png.js";

/** The pixels of a part of the page, once they no longer change: right after a change Chromium may still draw a part anew. */
async function pixelsAtRest(page: Page, clip: PageClip): Promise<Picture> {
  let last = await page.screenshot({ clip });
  await until(async () => {
    const before = last;
    last = await page.screenshot({ clip });
    return last.equals(before);
  }, "two equal pictures");
  return readPng(last);
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

describe("The server's picture of the code and the element's, which replaces it", () => {
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
  });
  afterEach(async () => {
    await context.close();
    await where.kit.close();
    for (const close of closing.splice(0)) close();
    assert.deepEqual(complaints.list, []);
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
      const { page, release } = await openWithoutScript(context, where, "begin");
      const box = await pictureOf(page).boundingBox();
      // Without the outermost pixels: there the picture's quiet zone may end between two device pixels.
      const { x, y, width: side } = box!;
      const clip = { x: Math.round(x) + 1, y: Math.round(y) + 1, width: side - 2, height: side - 2 };
      const beforehand = await pixelsAtRest(page, clip);
      release();
      await reachPhase(page, "pending");
      // Chromium may draw an edge between two device pixels once more, and then on the other side.
      await until(async () => {
        const { data } = await readPng(await page.screenshot({ clip }));
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
      const { page, release } = await openWithoutScript(context, where, "begin");
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
      const { page, release } = await openWithoutScript(context, where, "begin");
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
});
