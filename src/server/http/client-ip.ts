import parseForwarded from "forwarded-parse";
import ipaddr from "ipaddr.js";
import { socketAddress } from "./call.js";

/** How the proxies say whom they speak for. */
export interface ClientIpOptions {
  /**
   * The header that the nearest proxy sets: `x-forwarded-for` (the usual one), or `forwarded` (RFC 7239). The other one
   * is not looked at, as anybody may send it. Default `x-forwarded-for`.
   */
  header?: "x-forwarded-for" | "forwarded";
}

/**
 * Makes the `clientIp` option of a site behind proxies. Each proxy adds the address that it was called from at the end
 * of the header; so the client's is the one that the outermost of the trusted proxies added. What stands before it was
 * sent by the client, and is not believed. Where the header is shorter than that, the first address in it is taken: that
 * client came by fewer proxies. What is no IP address (`unknown`, `_hidden`) makes it undefined.
 *
 * @param proxies how many proxies of the site's own stand between the internet and this server; 0 means the socket's address
 * @throws TypeError if `proxies` is no whole number from 0 to 100, or there is no such header
 */
export function clientIpBehind(
  proxies: number,
  { header = "x-forwarded-for" }: ClientIpOptions = {},
): (request: Request, context: unknown) => string | undefined {
  if (!Number.isInteger(proxies) || proxies < 0 || proxies > 100) {
    throw new TypeError("clientIpBehind: the number of proxies must be a whole number from 0 to 100");
  }
  if (header !== "x-forwarded-for" && header !== "forwarded") {
    throw new TypeError('clientIpBehind: "header" must be "x-forwarded-for" or "forwarded"');
  }
  return (request, context) => {
    const value = proxies > 0 ? request.headers.get(header) : null;
    if (value === null) return socketAddress(request, context);
    const hop = nthFromEnd(value, proxies);
    return addressOf(header === "forwarded" ? forwardedFor(hop) : hop);
  };
}

/**
 * The n-th element of a list from its end, or the first where it is shorter. Read from the end, where the proxies wrote:
 * whatever the client wrote before, an open quote included, changes nothing of theirs.
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

/** The `for` of one element of `Forwarded`; empty where it is not written as RFC 7239 has it. */
function forwardedFor(element: string): string {
  try {
    return parseForwarded(element)[0]?.["for"] ?? "";
  } catch {
    return "";
  }
}

/** The address of a hop, without the port and the brackets that may be around it. */
function addressOf(hop: string): string | undefined {
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+)(?::\d+)?$/.exec(hop)?.[1] ?? hop;
  if (!(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return undefined;
  return ipaddr.process(host).toString();
}
