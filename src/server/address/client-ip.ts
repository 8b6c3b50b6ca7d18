import ipaddr from "ipaddr.js";
import { copyOf } from "../text/copy.js";
import { isIpv4 } from "../text/ipv4.js";

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
    return plainAddress(header === "forwarded" ? forwardedFor(hop) : hop);
  };
}

interface SocketContext {
  req?: WithSocket;
  request?: WithSocket;
}

interface WithSocket {
  socket?: { remoteAddress?: unknown };
}

/** The socket, if the context is that of the Node adapter (`req`) or of the Fastify plugin (`request`). */
function socketOf(context: unknown): WithSocket["socket"] {
  const { req, request } = (context ?? {}) as SocketContext;
  return (req ?? request)?.socket;
}

/** Whether the context has a socket. */
export const hasSocket = (context: unknown): boolean => socketOf(context) !== undefined;

/** The address of the socket, if the context has one. A connection that was reset has none. */
export function socketAddress(_request: Request, context: unknown): string | undefined {
  const address = socketOf(context)?.remoteAddress;
  return typeof address === "string" ? plainAddress(address) : undefined;
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

/** The IP address in a text, in the one spelling of each; IPv4 that is written as IPv6 (::ffff:192.0.2.1) is IPv4. */
export const plainAddress = (text: string): string | undefined =>
  isIpv4(text) ? copyOf(text) : parseAddress(text)?.toString();

/** The IP address of a hop, without port, brackets and the zone of an IPv6 address, which means nothing on another machine. */
export function parseAddress(hop: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+)(?::\d+)?$/.exec(hop)?.[1] ?? hop;
  if (!(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return undefined;
  return ipaddr.process(host.replace(/%.*$/, ""));
}
