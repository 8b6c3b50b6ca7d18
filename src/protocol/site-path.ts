/** No site has this name. */
const base = "https://site.invalid";

/**
 * A path without its percent signs, decoded as often as a server or a router may do it. An encoded slash, backslash or control
 * character would make another path of it then.
 */
function decoded(path: string): string {
  const once = path.replace(/%([0-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return once === path ? path : decoded(once);
}

const slashesIn = (path: string): number => path.split("/").length;

/**
 * The path of a page of this site, with query and fragment, from an address that may come from anybody: from `?next=` of a
 * login page. Otherwise `undefined`: for `//example.org`, `/\example.org`, `https://example.org` and the like, control
 * characters, a path with encoded slashes or backslashes, and more than 2,000 characters.
 *
 *     const next = sitePath(req.query.next) ?? "/account";
 *
 * @param address what came, of any type
 * @returns a path without white space, quotation marks and `<`, and without `&` before its query: written into a header, or into
 *   a quoted attribute as it is, it stays on this site
 */
export function sitePath(address: unknown): string | undefined {
  // Browsers drop some control characters, so that `/\t/example.org` is `//example.org`.
  if (typeof address !== "string" || !/^\/[^\\\p{Cc}]*$/u.test(address)) return undefined;
  if (!URL.canParse(address, base)) return undefined;
  const { origin, pathname, search, hash } = new URL(address, base);
  // `/.//example.org` is a path of this site, and its normal form would be another site's address.
  if (origin !== base || pathname.startsWith("//")) return undefined;
  const plain = decoded(pathname);
  // Dots: Node 20 leaves `..` in `/a/.b/..`, and a browser does not.
  if (/[\\\p{Cc}]|\/\.{1,2}(?:\/|$)/u.test(plain) || slashesIn(plain) > slashesIn(pathname)) return undefined;
  // HTML reads `&sol;` in an attribute as a slash. In a query or a fragment a slash leads nowhere else.
  const path = `${pathname.replaceAll("&", "%26")}${search}${hash}`.replaceAll("'", "%27");
  return path.length <= 2000 ? path : undefined;
}
