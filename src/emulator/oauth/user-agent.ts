/** What a `user_agent` says about a device, as far as it can be told; only words from the lists below. */
export interface Device {
  operatingSystem: string | undefined;
  browser: string | undefined;
}

// First match wins: most browsers also name the ones that they descend from.
const operatingSystems: readonly [RegExp, string][] = [
  [/iPhone|iPad|iPod/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Macintosh|Mac OS X/, "macOS"],
  [/Linux|X11/, "Linux"],
];

const browsers: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const firstMatch = (list: readonly [RegExp, string][], text: string) =>
  list.find(([pattern]) => pattern.test(text))?.[1];

/** Reads a user agent. Nothing of its text is passed on, so it can put no words of its own on a phone. */
export function readUserAgent(userAgent: string): Device {
  return {
    operatingSystem: firstMatch(operatingSystems, userAgent),
    browser: firstMatch(browsers, userAgent),
  };
}
