import type { Platform } from "./sdk.js";

/** The browsers that the link of a login page may name, and what people call them. */
const names = {
  safari: "Safari",
  chrome: "Chrome",
  firefox: "Firefox",
  edge: "Edge",
  samsung: "Samsung Internet",
  opera: "Opera",
  brave: "Brave",
  duckduckgo: "DuckDuckGo",
  other: undefined,
  app: undefined,
} as const;

export type BrowserHint = keyof typeof names;

/** What a link says about its browser: anything that is not in the list is `other`. `undefined`: it says nothing. */
export function readBrowser(text: string | null): BrowserHint | undefined {
  if (text === null) return undefined;
  return Object.hasOwn(names, text) ? (text as BrowserHint) : "other";
}

/** `undefined` for the default browser, and for a browser in another app. */
export const browserName = (browser: BrowserHint): string | undefined => names[browser];

/**
 * How the app goes back after Accept: the table in `docs/mobile-app.md`.
 * - `stay`: the code was scanned, or the page is older
 * - `background`: the page that opened the app is in front again, by itself
 * - `address`: the app opens its one address, with the number
 * - `number-first`: the same as `background`, but on a press, because the person may have to type the number
 * - `by-hand`: the person goes back, as only iOS offers it
 */
export type WayBack = "stay" | "background" | "address" | "number-first" | "by-hand";

export function wayBack(platform: Platform, browser: BrowserHint | undefined, hasNumber: boolean): WayBack {
  if (browser === undefined) return "stay";
  if (platform === "android") {
    if (!hasNumber) return "background";
    return browser === "app" ? "number-first" : "address";
  }
  switch (browser) {
    case "safari":
    case "other":
      return "address";
    case "chrome":
    case "firefox":
      return hasNumber ? "number-first" : "background";
    case "edge":
    case "samsung":
    case "opera":
    case "brave":
    case "duckduckgo":
    case "app":
      return "by-hand";
    default:
      return browser satisfies never;
  }
}
