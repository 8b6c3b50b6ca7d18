import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startSite, type Site } from "./support/site.js";
import { launchBrowser } from "../../support/browser.js";
import { readPng } from "../../support/png.js";
import { codesOn } from "../../support/qr.js";

/** A card on the page. */
interface Place {
  /** CSS pixels. */
  width: number;
  /** How far its corner is from a whole CSS pixel. */
  offset: number;
  qrLink: string | undefined;
  /** The page's CSS `zoom`. */
  zoom: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const links = [
  undefined,
  "https://bank.example/app#{otp}",
  "https://bank.example/a/longer/path/app#otp={otp}",
];
const places: Place[] = [280, 320, 360, 392.5, 420].flatMap((width) =>
  links.flatMap((qrLink) => [0, 0.3].map((offset) => ({ width, offset, qrLink, zoom: 1 }))),
);
/** With 1.25 device pixels a CSS pixel and no offset, the canvas begins in the middle of a device pixel. */
const zoomedPlaces: Place[] = [320, 360].flatMap((width) =>
  [0, 0.3, 0.5].map((offset) => ({ width, offset, qrLink: undefined, zoom: 1.2 })),
);
/** On one page: so many fit into a window of a usual size, and an element that is not seen does not start. */
const columns = 3;
const together = 2 * columns;
const cell = { width: 440, height: 620 };
const viewport = { width: columns * cell.width, height: (together / columns) * cell.height };

describe("Every module of the code has the same number of device pixels", () => {
  let site: Site;
  let browser: Browser;

  before(async () => {
    site = await startSite();
  });
  afterEach(() => browser.close());
  after(() => site.close());

  async function check(page: Page, ratio: number, places: readonly Place[]): Promise<void> {
    const uneven: string[] = [];
    for (let at = 0; at < places.length; at += together) {
      const shown = places.slice(at, at + together);
      const boxes = await show(page, site, shown);
      assert.equal(await page.evaluate(() => devicePixelRatio.toFixed(3)), ratio.toFixed(3));
      const { data, width } = await readPng(await page.screenshot());
      const isDark = (x: number, y: number) => (data[(y * width + x) * 4] ?? 255) < 128;
      for (const [i, box] of boxes.entries()) {
        const [first] = unevenModules(isDark, scaled(box, ratio));
        if (first !== undefined) uneven.push(`${JSON.stringify(shown[i])}: ${first}`);
      }
    }
    assert.deepEqual(uneven, []);
  }

  for (const ratio of [1.1, 1.25, 1.5, 1.75, 2.625, 3])
    it(`on a screen with ${ratio} device pixels a CSS pixel`, async () => {
      const size = `--window-size=${viewport.width},${viewport.height + 100}`;
      browser = await launchBrowser([`--force-device-scale-factor=${ratio}`, size]);
      await check(await browser.newPage({ viewport: null }), ratio, [...places, ...zoomedPlaces]);
    });

  // Without 1.75: there a canvas may lie half a device pixel off the grid, where the emulation scales it unevenly. The other files
  // emulate 1, 2 and 3.
  for (const ratio of [1.1, 1.25, 1.5, 2.625])
    it(`where developer tools emulate ${ratio} device pixels a CSS pixel, and lay out in CSS pixels`, async () => {
      browser = await launchBrowser();
      await check(await browser.newPage({ deviceScaleFactor: ratio, viewport }), ratio, places);
    });

  // There the emulation scales a canvas unevenly, by a device pixel in single columns.
  for (const ratio of [1.33, 1.75, 2.625])
    it(`or the code can at least be read, where developer tools emulate ${ratio} and the page zooms by CSS`, async () => {
      browser = await launchBrowser();
      const page = await browser.newPage({ deviceScaleFactor: ratio, viewport });
      await show(page, site, zoomedPlaces);
      assert.equal((await codesOn(page)).length, zoomedPlaces.length);
    });
});

/** Shows an element in each place. Returns where their canvases are, in CSS pixels. */
async function show(page: Page, site: Site, places: readonly Place[]): Promise<Box[]> {
  await page.goto(site.url);
  const cells = places.map(
    ({ width, offset, qrLink, zoom }, i) =>
      `<div class="cell"><div style="width: ${width}px; margin: ${offset}px; zoom: ${zoom}"><onegini-otp-login
        endpoint="${site.endpointOf(`${i}`)}" ${qrLink ? `qr-link="${qrLink}"` : ""}></onegini-otp-login></div></div>`,
  );
  await page.evaluate(
    ([html, columns, width, height]) => {
      document.body.innerHTML = `<style>body { display: grid; grid: auto / repeat(${columns}, ${width}px); margin: 0 }
        .cell { height: ${height}px; overflow: hidden }</style>${html}`;
    },
    [cells.join(""), columns, cell.width, cell.height] as const,
  );
  await page.waitForFunction(() =>
    [...document.querySelectorAll("onegini-otp-login")].every((each) =>
      each.shadowRoot?.querySelector("canvas"),
    ),
  );
  return page.evaluate(() =>
    [...document.querySelectorAll("onegini-otp-login")].map((each) => {
      const { left, top, width, height } = each.shadowRoot!.querySelector("canvas")!.getBoundingClientRect();
      return { left, top, width, height };
    }),
  );
}

/** In device pixels, without the outermost ones: they may show what is beside the canvas. */
const scaled = ({ left, top, width, height }: Box, factor: number): Box => ({
  left: Math.ceil(left * factor) + 1,
  top: Math.ceil(top * factor) + 1,
  width: Math.floor(width * factor) - 3,
  height: Math.floor(height * factor) - 3,
});

/** The edges between dark and light that are not where a module of that many pixels begins. */
function unevenModules(isDark: (x: number, y: number) => boolean, box: Box): string[] {
  const across = edges((x, y) => isDark(box.left + x, box.top + y), box.width, box.height);
  const down = edges((y, x) => isDark(box.left + x, box.top + y), box.height, box.width);
  // A finder pattern's first edge is one module from its second one.
  const [first = 0, second = 0] = across;
  const module = second - first;
  const uneven = (list: number[]) => list.filter((at) => (at - (list[0] ?? 0)) % module !== 0);
  return [
    ...(module >= 4 ? [] : [`${module} px a module`]),
    ...uneven(across).map((x) => `column at ${x} (${module} px a module)`),
    ...uneven(down).map((y) => `row at ${y} (${module} px a module)`),
  ];
}

/** Where dark and light meet along the lines of a code, each once, in order. */
function edges(isDark: (along: number, line: number) => boolean, length: number, lines: number): number[] {
  const found = new Set<number>();
  for (let line = 0; line < lines; line++)
    for (let along = 1; along < length; along++)
      if (isDark(along, line) !== isDark(along - 1, line)) found.add(along);
  return [...found].sort((a, b) => a - b);
}
