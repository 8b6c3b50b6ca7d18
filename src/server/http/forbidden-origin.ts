import type { PageOrigins } from "./page-origins.js";

const proxies = "Let the proxies pass Origin and Sec-Fetch-Site on as they came.";

/**
 * Why the CSRF check refuses a call, and the option that changes it, for the site's log. What the caller sent is repeated
 * only if it is an origin.
 *
 * @param from the header `Origin`
 * @param site the header `Sec-Fetch-Site`
 */
export function whyForbidden(from: string | null, site: string | null, pages: PageOrigins): string {
  if (from === null) {
    if (site === "same-origin")
      return `The call has no Origin, and "apiOrigin", ${pages.apiOrigin}, is not among the origins whose pages may call. ${proxies} For pages of that origin add it to "origins".`;
    return site === null
      ? `The call has neither Origin nor Sec-Fetch-Site. It comes from no browser, or a proxy removes them. ${proxies}`
      : `The call has no Origin, and the browser says that its page is of another origin. ${proxies}`;
  }
  if (from === "null")
    return `The page has no origin: it is a file or in a sandboxed frame. Open the login page at "origin", ${pages.origin}.`;
  const match = pages.match(from);
  if (!isPageOrigin(from)) return `The header Origin is not the origin of a page. ${proxies}`;
  if (match === undefined) return whyUnlisted(from, site, pages);
  if (site === null && match === "pattern")
    return `${from} fits a pattern in "origins", and the call has no Sec-Fetch-Site, which tells whether it is of the same site. ${proxies} For browsers without it name the origin itself in "origins".`;
  if (site === null || site === "same-site")
    return `${from} may call, and its page called another origin of the site. Set "apiOrigin" to the origin that the page calls: that of the element's "endpoint". It is ${pages.apiOrigin} now.`;
  return site === "cross-site"
    ? `${from} may call, and the browser says that the login API is of another site, where it does not send the kit's cookie. Serve the login API on the page's site, and set "apiOrigin" to its origin there. Otherwise a proxy changes Origin or Sec-Fetch-Site. ${proxies}`
    : `${from} may call, and Sec-Fetch-Site says that no page made this call. ${proxies}`;
}

/** For a page whose origin no option names. */
function whyUnlisted(from: string, site: string | null, { origin, apiOrigin }: PageOrigins): string {
  if (site === "cross-site")
    return `${from} is another site, or the login API is. If it is your login page, serve the login API on the same site, and set "origin" to ${from}. It is ${origin} now.`;
  if (site === "same-site" && from !== apiOrigin)
    return `If ${from} is your login page, set "origin" to it, and "apiOrigin" to the origin of the element's "endpoint". If it is a further page, add it to "origins". "origin" is ${origin} now.`;
  return `If ${from} is your login page, set "origin" to it: the address in the browser. If it is a further page, add it to "origins". "origin" is ${origin} now.`;
}

/** No host's name is longer. */
const maxLength = 300;

const isPageOrigin = (text: string): boolean =>
  text.length <= maxLength && URL.canParse(text) && new URL(text).origin === text;
