/** The longest message, in characters, that a caller may send (the vendor's limit). */
export const maxMessageCharacters = 155;

/** The vendor's template for the phone's text. */
export const defaultTemplate = "[message] Device: [operatingSystem] [browser], Location: [location]";

/** Finds the location of an IP address; `undefined` if it is unknown. */
export type Locate = (ipAddress: string) => string | undefined;

export interface MessageParts {
  message: string;
  template: string;
  userAgent: string | undefined;
  ipAddress: string | undefined;
  locate: Locate;
}

/** The phone's text: the message alone if the caller sent neither a user agent nor an IP address. */
export function composeMessage({ message, template, userAgent, ipAddress, locate }: MessageParts): string {
  if (!userAgent && !ipAddress) return toPlainText(message);
  const values: Record<string, string> = {
    message,
    ...readUserAgent(userAgent ?? ""),
    location: safely(locate, ipAddress) ?? "unknown",
  };
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

// The first match wins, because most browsers also name the ones that they descend from.
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

/** Only names from the lists above reach the phone, never text of the user agent itself. */
function readUserAgent(userAgent: string): { operatingSystem: string; browser: string } {
  const browser = firstMatch(browsers, userAgent) ?? "";
  return {
    operatingSystem: firstMatch(operatingSystems, userAgent) ?? (browser === "" ? "unknown" : ""),
    browser,
  };
}

/** A `locate` of the site's own may throw or return anything: the login goes on without a location. */
function safely(locate: Locate, ipAddress: string | undefined): string | undefined {
  if (!ipAddress) return undefined;
  try {
    const location: unknown = locate(ipAddress);
    return typeof location === "string" && location !== "" ? location : undefined;
  } catch {
    return undefined;
  }
}

const loopback = /^(::ffff:)?127(\.\d{1,3}){3}$|^::1$/i;
const privateNetwork =
  /^(::ffff:)?(10(\.\d{1,3}){3}|192\.168(\.\d{1,3}){2}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|169\.254(\.\d{1,3}){2})$|^f[cd][\da-f]{2}:|^fe80:/i;
const looksLikeAddress = /^(?=.*[.:])[\da-f.:]{2,45}$/i;

/** The default `locate`, which has no geolocation service: the address itself, or the name of a local network. */
export const locateByAddress: Locate = (ipAddress) => {
  if (!looksLikeAddress.test(ipAddress)) return undefined;
  if (loopback.test(ipAddress)) return "this computer";
  return privateNetwork.test(ipAddress) ? "local network" : ipAddress;
};
