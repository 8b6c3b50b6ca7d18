import { type Locate } from "./geolocation.js";
import { readUserAgent } from "./user-agent.js";

/** The longest message, in characters, that a caller may send (the vendor's limit). */
export const maxMessageCharacters = 155;

/** The vendor's template for what a phone shows. */
export const defaultTemplate = "[message] Device: [operatingSystem] [browser], Location: [location]";

/** A message's length as a person counts it: an emoji is one character, not two. */
export const countCharacters = (text: string): number => [...text].length;

/**
 * Makes text harmless to show: no control characters, none that turn the direction of writing (they can make
 * "Decline" read as something else), no halves of surrogate pairs, one space at a time.
 */
export function toPlainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

export interface MessageParts {
  message: string;
  template: string;
  userAgent: string | undefined;
  ipAddress: string | undefined;
  locate: Locate;
}

/**
 * What the phone shows. Where the caller said neither which browser nor which address asks, there is nothing to fill
 * the template with, and the message stands alone.
 */
export function composeMessage({ message, template, userAgent, ipAddress, locate }: MessageParts): string {
  if (!userAgent && !ipAddress) return toPlainText(message);
  const { operatingSystem, browser } = readUserAgent(userAgent ?? "");
  const values: Record<string, string> = {
    message,
    operatingSystem: operatingSystem ?? (browser ? "" : "unknown"),
    browser: browser ?? "",
    location: findPlace(locate, ipAddress) ?? "unknown",
  };
  const filled = template.replace(/\[(\w+)\]/g, (placeholder, name: string) => values[name] ?? placeholder);
  return toPlainText(filled).replaceAll(" ,", ",");
}

/** `locate` is the site's own: whatever it does, a login goes on. */
function findPlace(locate: Locate, ipAddress: string | undefined): string | undefined {
  if (!ipAddress) return undefined;
  try {
    const place: unknown = locate(ipAddress);
    return typeof place === "string" && place !== "" ? place : undefined;
  } catch {
    return undefined;
  }
}
