import { parseAccept } from "hono/utils/accept";

/** What a request's headers ask for, read leniently: a header that makes no sense asks for nothing. */

/** Whether the client wants the status stream: it names it, and does not rank JSON higher. */
export function wantsStream(accept: string | null): boolean {
  const ranges = parseAccept(accept ?? "").map(({ type, q }) => ({ type: type.toLowerCase(), q }));
  const quality = (type: string): number => ranges.find((range) => range.type === type)?.q ?? 0;
  const stream = quality("text/event-stream");
  return stream > 0 && stream >= quality("application/json");
}

/** The seconds that a client would wait for an answer (RFC 7240 §4.3); undefined if it would not. */
export function preferredWaitSeconds(prefer: string | null): number | undefined {
  const wait = (prefer ?? "")
    .split(",")
    .map((preference) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return wait === undefined || Number(wait) === 0 ? undefined : Number(wait);
}

/**
 * The language of the texts on the phone, as the vendor's administration names languages: two or three letters. What
 * the page says counts, else what the browser prefers.
 */
export function languageCode(
  pageLanguage: string | undefined,
  acceptLanguage: string | null,
): string | undefined {
  const preferred = parseAccept(acceptLanguage ?? "")
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
  return [pageLanguage ?? "", ...preferred].map(primarySubtag).find((code) => code !== undefined);
}

const primarySubtag = (tag: string): string | undefined =>
  /^([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*$/i.exec(tag.trim())?.[1]?.toLowerCase();
