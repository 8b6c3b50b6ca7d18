import type { Language } from "./site-language.js";
import { pageTexts } from "./page-texts.js";

// The first match wins, because most browsers also name the ones that they descend from.
const browsers: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrom(?:e|ium)\/|CriOS\//, "Chrome"],
  [/Version\/.* Safari\//, "Safari"],
];

const systems: readonly [RegExp, string][] = [
  [/iPhone|iPod/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
];

/** A browser in words, e.g. "Chrome on Windows". The words are the site's own: any client can send any user agent. */
export function deviceName(userAgent: string | undefined, language: Language): string {
  const texts = pageTexts[language];
  const nameIn = (list: typeof browsers) => list.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const [browser, system] = [nameIn(browsers), nameIn(systems)];
  return browser && system
    ? texts.deviceOn.replace("{browser}", browser).replace("{system}", system)
    : (browser ?? system ?? texts.unknownDevice);
}
