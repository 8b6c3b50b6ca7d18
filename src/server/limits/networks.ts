import ipaddr from "ipaddr.js";
import type { AddressLimit } from "../defaults/limits.js";
import { isIpv4 } from "../text/ipv4.js";

/**
 * What is counted for the starts from an address, the largest network first. For IPv6 these are networks, because a customer
 * has all addresses of one: a home has 64 or 56 bits, a company 48. All starts from an unknown address count as one address.
 */
export function countedNetworks(address: string | undefined): [AddressLimit, string][] {
  if (address !== undefined && isIpv4(address)) return [["startsPerAddress", address]];
  const parsed = parse(address);
  if (!parsed) return [["startsPerAddress", "unknown"]];
  if (parsed.kind() === "ipv4") return [["startsPerAddress", parsed.toString()]];
  return [
    ["startsPerIpv6Prefix48", network(parsed, 48)],
    ["startsPerIpv6Prefix56", network(parsed, 56)],
    ["startsPerAddress", network(parsed, 64)],
  ];
}

/** A client that shares a limit with others: what may be one customer's, and the network around it, if that is known. */
export type Client = readonly [customer: string, network?: string];

/**
 * The client at an address. A customer may have 48 bits of IPv6. Anyone who controls a whole network (24 bits of IPv4, 32 bits of
 * IPv6) can pose as any number of customers.
 */
export function clientAt(address: string | undefined): Client {
  if (address !== undefined && isIpv4(address)) return [address, address.replace(/\d+$/, "0/24")];
  const parsed = parse(address);
  if (!parsed) return ["unknown"];
  return parsed.kind() === "ipv4"
    ? [parsed.toString(), network(parsed, 24)]
    : [network(parsed, 48), network(parsed, 32)];
}

type Address = ReturnType<typeof ipaddr.process>;

/** Undefined for what is not an address. */
function parse(address: string | undefined): Address | undefined {
  if (address === undefined) return undefined;
  try {
    return ipaddr.process(address);
  } catch {
    return undefined;
  }
}

const network = (address: Address, bits: number): string =>
  `${ipaddr.fromByteArray(address.toByteArray().fill(0, bits / 8)).toString()}/${bits}`;
