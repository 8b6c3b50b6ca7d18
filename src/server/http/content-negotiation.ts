import { parseAccept } from "hono/utils/accept";
import { copyOf } from "../text/copy.js";

/* A malformed header is treated as one that is missing. */

/** Whether the client wants the status stream: it names `text/event-stream` and does not prefer JSON. */
export function wantsStream(accept: string | null): boolean {
  const ranges = parseAccept(accept ?? "").map(({ type, q }) => ({ type: type.toLowerCase(), q }));
  const quality = (type: string): number => ranges.find((range) => range.type === type)?.q ?? 0;
  const stream = quality("text/event-stream");
  return stream > 0 && stream >= quality("application/json");
}

/** The seconds that a client is willing to wait (`Prefer: wait`, RFC 7240 §4.3); undefined if it is not. */
export function preferredWaitSeconds(prefer: string | null): number | undefined {
  const wait = (prefer ?? "")
    .split(",")
    .map((preference) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return wait === undefined || Number(wait) === 0 ? undefined : Number(wait);
}

/**
 * The language of the texts on the phone: the page's language, or else the one that the browser prefers. Two or three
 * letters, as in the vendor's administration. A copy, because an attempt keeps it.
 */
export function languageCode(
  pageLanguage: string | undefined,
  acceptLanguage: string | null,
): string | undefined {
  const preferred = parseAccept(acceptLanguage ?? "")
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
  const code = [pageLanguage ?? "", ...preferred].map(primarySubtag).find((subtag) => subtag !== undefined);
  return code === undefined ? undefined : copyOf(code);
}

const primarySubtag = (tag: string): string | undefined =>
  /^([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*$/i.exec(tag.trim())?.[1]?.toLowerCase();
