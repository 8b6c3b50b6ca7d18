import ipaddr from "ipaddr.js";

/** Options of `clientIpBehind`. */
export interface ClientIpOptions {
  /**
   * The header that the proxies set: `x-forwarded-for` (the usual one) or `forwarded` (RFC 7239). The other one is
   * ignored, because any client can send it. Default `x-forwarded-for`.
   */
  header?: "x-forwarded-for" | "forwarded";
}

/**
 * Makes the `clientIp` option of a site behind proxies. Each proxy appends the address that called it to the header, so
 * the client's address is the one that the outermost of the site's proxies appended. Everything before it came from the
 * client and is ignored. If the header has fewer addresses, the first one is used: the client came through fewer proxies.
 * A value that is no IP address (`unknown`, `_hidden`) gives undefined.
 *
 * @param proxies how many proxies of the site are between the internet and this server; 0 means the socket's address
 * @throws TypeError if `proxies` is not a whole number from 0 to 100, `header` is neither of the two, or
 *   there is another option
 */
export function clientIpBehind(
  proxies: number,
  { header = "x-forwarded-for", ...others }: ClientIpOptions = {},
): (request: Request, context: unknown) => string | undefined {
  if (!Number.isInteger(proxies) || proxies < 0 || proxies > 100) {
    throw new TypeError("clientIpBehind: the number of proxies must be a whole number from 0 to 100");
  }
  if (header !== "x-forwarded-for" && header !== "forwarded") {
    throw new TypeError('clientIpBehind: "header" must be "x-forwarded-for" or "forwarded"');
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`clientIpBehind: there is no option "${unknown}"`);
  return (request, context) => {
    const value = proxies > 0 ? request.headers.get(header) : null;
    if (value === null) return socketAddress(request, context);
    const hop = nthFromEnd(value, proxies);
    return addressOf(header === "forwarded" ? forwardedFor(hop) : hop);
  };
}

interface SocketContext {
  req?: { socket?: { remoteAddress?: unknown } };
}

/** Whether the context is the Node adapter's. */
export const hasSocket = (context: unknown): boolean =>
  ((context ?? {}) as SocketContext).req?.socket !== undefined;

/** The address of the socket, if the context is the Node adapter's. A connection that was reset has none. */
export function socketAddress(_request: Request, context: unknown): string | undefined {
  const address = ((context ?? {}) as SocketContext).req?.socket?.remoteAddress;
  // A socket that listens on IPv6 and IPv4 shows IPv4 as ::ffff:192.0.2.1.
  return typeof address === "string" ? address.replace(/^::ffff:(?=\d+\.)/i, "") : undefined;
}

/**
 * The n-th element of a list from its end, or the first if the list is shorter. The list is read from its end, so that
 * nothing that the client wrote, such as an open quote, changes how the proxies' part is read.
 */
function nthFromEnd(list: string, n: number): string {
  let end = list.length;
  let isQuoted = false;
  for (let at = list.length - 1, left = n; at >= 0; at--) {
    if (list[at] === '"') isQuoted = !isQuoted;
    if (list[at] !== "," || isQuoted) continue;
    left -= 1;
    if (left === 0) return list.slice(at + 1, end).trim();
    end = at;
  }
  return list.slice(0, end).trim();
}

/** A parameter of `Forwarded`: a token, or a quoted text that may hold `;` and escaped characters. */
const forwardedParameter =
  /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))\s*(?:;|$)/y;

/** The `for` of one element of `Forwarded` (RFC 7239); empty if it has none or is malformed. */
function forwardedFor(element: string): string {
  let client = "";
  let end = 0;
  while (end < element.length) {
    forwardedParameter.lastIndex = end;
    const [parameter = "", name = "", quoted, token = ""] = forwardedParameter.exec(element) ?? [];
    if (parameter === "") return "";
    if (name.toLowerCase() === "for") client = quoted?.replace(/\\(.)/g, "$1") ?? token;
    end += parameter.length;
  }
  return client;
}

/** The IP address of a hop, without port, brackets and the zone of an IPv6 address, which means nothing on another machine. */
function addressOf(hop: string): string | undefined {
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+)(?::\d+)?$/.exec(hop)?.[1] ?? hop;
  if (!(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return undefined;
  return ipaddr.process(host.replace(/%.*$/, "")).toString();
}

/** `unknown`: an address or its country is not known, or the two addresses cannot be compared. */
type Comparison = "same" | "different" | "unknown";

/** What two addresses have in common. Neither part proves that two devices are near each other, or that they are not. */
export interface AddressComparison {
  /**
   * Whether both are in one network: the first 24 bits of IPv4, the first 48 bits of IPv6. An IPv4 and an IPv6 address
   * cannot be compared.
   */
  network: Comparison;
  /** Whether `countryOf` gives the same for both. */
  country: Comparison;
}

/** Options of `compareAddresses`. */
export interface CompareAddressesOptions {
  /**
   * Looks up the country of an address, e.g. `NL`, in the site's own database or service. If it throws or returns nothing,
   * the country is unknown. Without it every country is.
   */
  countryOf?: (address: string) => string | null | undefined | Promise<string | null | undefined>;
}

/**
 * Compares the address of the screen that began a login with the one of the phone that scanned its code. This is a hint and
 * no proof. A phone on mobile data is often in another network than the screen beside it; and an attacker near the victim,
 * behind the same carrier or in the same VPN passes. An address that is missing or invalid makes both parts `unknown`, which
 * is never a reason to trust. Never rejects.
 *
 * @example
 * const { network, country } = await compareAddresses(login.address, login.scanned?.address, { countryOf });
 */
export async function compareAddresses(
  screen: string | undefined,
  phone: string | undefined,
  { countryOf }: CompareAddressesOptions = {},
): Promise<AddressComparison> {
  const one = addressOf(screen ?? "");
  const other = addressOf(phone ?? "");
  if (one === undefined || other === undefined) return { network: "unknown", country: "unknown" };
  const lookUp = async (address: string) => (await countryOf?.(address)) || undefined;
  const [here, there] = await Promise.all([one, other].map((each) => lookUp(each).catch(() => undefined)));
  return {
    network: compareNetworks(one, other),
    country: here && there ? comparison(here === there) : "unknown",
  };
}

function compareNetworks(one: string, other: string): Comparison {
  const [a, b] = [ipaddr.parse(one), ipaddr.parse(other)];
  if (a.kind() !== b.kind()) return "unknown";
  return comparison(a.match(b, a.kind() === "ipv4" ? 24 : 48));
}

const comparison = (isSame: boolean): Comparison => (isSame ? "same" : "different");
