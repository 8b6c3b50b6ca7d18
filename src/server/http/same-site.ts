/*
 * What can be said of sites without the public suffix list, which changes every week. Browsers have that list: they say
 * `Sec-Fetch-Site: cross-site`, and send no cookie.
 */

/** Suffixes of two labels under which others register their names, such as `co.uk` and `com.au`. */
const isKnownSuffix = (name: string): boolean =>
  /^(?:ac|co|com|edu|gob|gov|gouv|go|mil|ne|net|nom|or|org)\.[a-z]{2}$/.test(name);

const isIpAddress = (hostname: string): boolean => /^\[|(?:^|\.)\d+$/.test(hostname);

const lastLabels = (hostname: string, count: number): string => hostname.split(".").slice(-count).join(".");

/** Whether two origins can be of one site. If not, no browser sends the cookie of one to calls from the other. */
export function canShareSite(origin: string, other: string): boolean {
  const [a, b] = [new URL(origin), new URL(other)];
  if (a.protocol !== b.protocol) return false;
  if (a.hostname === b.hostname) return true;
  if (isIpAddress(a.hostname) || isIpAddress(b.hostname)) return false;
  const isName = [a, b].every(({ hostname }) => hostname.includes("."));
  return isName && lastLabels(a.hostname, 2) === lastLabels(b.hostname, 2);
}

/**
 * Whether each host of a pattern is below the registrable name of an origin, such as `example.com` or `example.co.uk`.
 *
 * @param pattern `https://*.` and the rest of an origin
 */
export function isPatternOfSite(pattern: string, origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  const fixed = new URL(pattern.replace("*.", "")).hostname;
  if (protocol !== "https:" || isIpAddress(hostname) || !fixed.includes(".") || isKnownSuffix(fixed))
    return false;
  const site = lastLabels(hostname, isKnownSuffix(lastLabels(hostname, 2)) ? 3 : 2);
  return fixed === site || fixed.endsWith(`.${site}`);
}
