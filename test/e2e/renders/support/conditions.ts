import type { BrowserContextOptions, Page } from "playwright-core";
import type { Effect } from "./in-page.js";
import * as hostile from "./hostile.js";

/** A kind of page that a code has to be read on. */
export interface Condition {
  name: string;
  /** How many of a hundred renders are its own. */
  share: number;
  /** What the site of each element sets. */
  rules?: hostile.Rules;
  /** Free CSS pixels around each element, where rules may move its card. Default 16. */
  room?: number;
  /** What the page sets around them. */
  sheet?: string;
  /** What the person or the device asks for. */
  media?: Pick<BrowserContextOptions, "colorScheme" | "forcedColors" | "contrast">;
  /** Makes the page what it is called. */
  prepare?: (page: Page) => Promise<void>;
  /** What tells that the page is what it is called. */
  inEffect?: Effect;
  /** The code is seen in the dialog, one at a time. */
  isEnlarged?: true;
}

const dark = ":root { color-scheme: dark; background: #0b0c10; color: #eee }";
const light = ":root { color-scheme: light; background: #fff }";

/** The extension, in the mode that it has by default, with what a person may have set. */
const darkReader = (theme: object) => async (page: Page) => {
  await page.addScriptTag({ url: "/darkreader.js" });
  await page.evaluate((chosen) => {
    const { DarkReader } = globalThis as unknown as {
      DarkReader: { setFetchMethod: (fetch: unknown) => void; enable: (theme: object) => void };
    };
    DarkReader.setFetchMethod(globalThis.fetch);
    DarkReader.enable(chosen);
  }, theme);
};

export const colours: readonly Condition[] = [
  { name: "a plain page, light", share: 6, sheet: light },
  { name: "a plain page, dark", share: 4, sheet: dark, media: { colorScheme: "dark" } },
  {
    name: "forced colours, light",
    share: 5,
    media: { forcedColors: "active" },
    inEffect: "forced colours",
  },
  {
    name: "forced colours, dark",
    share: 5,
    sheet: dark,
    media: { forcedColors: "active", colorScheme: "dark" },
    inEffect: "forced colours",
  },
  { name: "low contrast", share: 5, rules: hostile.lowContrast },
  { name: "enlarged", share: 1, sheet: light, isEnlarged: true },
  {
    name: "enlarged, forced colours",
    share: 1,
    media: { forcedColors: "active" },
    inEffect: "forced colours",
    isEnlarged: true,
  },
];

export const darkened: readonly Condition[] = [
  {
    name: "Dark Reader",
    share: 10,
    sheet: light,
    prepare: darkReader({}),
    inEffect: "cards are dark",
  },
  {
    name: "Dark Reader, pale and sepia",
    share: 4,
    sheet: light,
    prepare: darkReader({ brightness: 60, contrast: 55, sepia: 60, grayscale: 40 }),
    inEffect: "cards are dark",
  },
  {
    name: "Dark Reader, on a hostile site",
    share: 6,
    sheet: light + hostile.keyframes,
    rules: hostile.hostilePart("qr"),
    prepare: darkReader({}),
    inEffect: "cards are dark",
  },
  {
    name: "enlarged, Dark Reader",
    share: 1,
    sheet: light,
    prepare: darkReader({}),
    inEffect: "cards are dark",
    isEnlarged: true,
  },
];

export const around: readonly Condition[] = [
  { name: "inheritance", room: 60, share: 9, rules: hostile.hostileInheritance },
  { name: "custom properties", share: 7, rules: hostile.hostileProperties },
  { name: "resets and fonts", room: 60, share: 8, sheet: hostile.keyframes, rules: hostile.resets },
  { name: "zoomed by the site", share: 4, rules: hostile.zooms },
];

export const parts: readonly Condition[] = [
  { name: "::part(qr)", share: 9, sheet: hostile.keyframes, rules: hostile.hostilePart("qr") },
  {
    name: "::part(base)",
    room: 60,
    share: 9,
    sheet: hostile.keyframes,
    rules: hostile.hostilePart("base"),
  },
  {
    name: "parts that cover",
    room: 60,
    share: 6,
    sheet: hostile.keyframes,
    rules: hostile.coveringParts,
  },
];
