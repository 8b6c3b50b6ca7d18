import * as v from "valibot";

/** The longest message, in characters, that a caller may send (the vendor's limit). */
export const maxMessageCharacters = 155;

/** The vendor's template for the phone's text. */
export const defaultTemplate =
  "[message] Device: [operatingSystem] [browser], Location: [countryCode], [region], [city]";

/** The location of an IP address, with the vendor's names. */
export interface Location {
  /** Two letters (ISO 3166-1), e.g. `NL`. */
  countryCode: string;
  /** For example `Provincie Utrecht`. */
  region: string;
  city: string;
}

/** Finds the location of an IP address. If it throws or returns `undefined`, the phone shows the message alone. */
export type Locate = (ipAddress: string) => Location | undefined;

interface MessageOptions {
  message: string;
  template: string;
  userAgent: string | undefined;
  ipAddress: string | undefined;
  /** Undefined if the feature "Geolocation for mobile authentication" is off. */
  locate: Locate | undefined;
}

/** The phone's text: the message alone if anything for the template is missing. */
export function composeMessage({ message, template, userAgent, ipAddress, locate }: MessageOptions): string {
  const location = userAgent && ipAddress && locate ? safely(locate, ipAddress) : undefined;
  if (!userAgent || !location) return toPlainText(message);
  const values: Record<string, string> = { message, ...readUserAgent(userAgent), ...location };
  const filled = template.replace(/\[(\w+)\]/g, (placeholder, name: string) => values[name] ?? placeholder);
  return toPlainText(filled).replaceAll(" ,", ",");
}

/** The number of characters as a person counts them: an emoji is one, not two. */
export const countCharacters = (text: string): number => [...text].length;

/**
 * Makes text safe to show: without control characters, without those that reverse the direction of writing (they can
 * make "Decline" read as something else), without halves of surrogate pairs, with single spaces.
 */
function toPlainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

// The first match wins, because most user agents also name the browsers from which theirs descends. A group is a version.
const operatingSystems: readonly [RegExp, string][] = [
  [/(?:iPhone|iPad|iPod).*? OS (\d+[._]\d+)/, "iOS"],
  [/Android(?: (\d+))?/, "Android"],
  [/Windows(?: NT (10)\.)?/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X(?: (\d+[._]\d+))?/, "Mac"],
  [/Linux|X11/, "Linux"],
];

const browsers: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/(\d+\.\d+)/, "Edge"],
  [/(?:OPR|Opera)\/(\d+\.\d+)/, "Opera"],
  [/SamsungBrowser\/(\d+\.\d+)/, "Samsung Internet"],
  [/(?:Firefox|FxiOS)\/(\d+\.\d+)/, "Firefox"],
  [/(?:Chrome|CriOS|Chromium)\/(\d+\.\d+)/, "Chrome"],
  [/Version\/(\d+\.\d+).* Safari\//, "Safari"],
];

/** Only names from the lists above and digits reach the phone, never other text of the user agent. */
function firstMatch(list: readonly [RegExp, string][], text: string): string {
  for (const [pattern, name] of list) {
    const match = pattern.exec(text);
    if (match) return [name, match[1]?.replace("_", ".")].filter(Boolean).join(" ");
  }
  return "";
}

const readUserAgent = (userAgent: string): { operatingSystem: string; browser: string } => ({
  operatingSystem: firstMatch(operatingSystems, userAgent),
  browser: firstMatch(browsers, userAgent),
});

/** A `locate` of the site's own may throw or return anything. */
function safely(locate: Locate, ipAddress: string): Location | undefined {
  try {
    const { success, output } = v.safeParse(location, locate(ipAddress));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

const location = v.object({ countryCode: v.string(), region: v.string(), city: v.string() });

const looksLikeAddress = /^(?=.*[.:])[\da-f.:]{2,45}$/i;

/** The default `locate`, which asks no service: every address is in the vendor's example, Utrecht. */
export const locateInUtrecht: Locate = (ipAddress) =>
  looksLikeAddress.test(ipAddress)
    ? { countryCode: "NL", region: "Provincie Utrecht", city: "Utrecht" }
    : undefined;
