import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

/**
 * From where an address can be reached, as Private Network Access has it (https://wicg.github.io/private-network-access/), with all
 * addresses of this machine in place of loopback alone.
 */
export type AddressSpace = "public" | "local" | "this machine";

/** The more public one first. */
export const spaces: readonly AddressSpace[] = ["public", "local", "this machine"];

/** Whether a page of a space may call an address of another one. */
export const mayReach = (page: AddressSpace, target: AddressSpace): boolean =>
  spaces.indexOf(target) <= spaces.indexOf(page);

/** `own`: the addresses of this machine, beside loopback. */
export function spaceOf(text: string, own: readonly string[] = ownAddresses()): AddressSpace {
  const address = plain(text);
  if (own.some((each) => plain(each).toString() === address.toString())) return "this machine";
  const range = address.range();
  if (address.kind() === "ipv6") {
    const bytes = address.toByteArray();
    // A translator at 64:ff9b::/96 sends to the IPv4 address at the end: on a network without IPv4 all of the internet's.
    if (address.match(translated, 96)) return spaceOf(ipaddr.fromByteArray(bytes.slice(12)).toString(), own);
    // Tunnels and older spellings of IPv4 addresses that nobody needs.
    if (address.match(unspecified, 96) || embedding.includes(range)) return "this machine";
    return range === "unicast" && address.match(globalUnicast, 3) ? "public" : "local";
  }
  if (range === "loopback" || range === "unspecified") return "this machine";
  return range === "unicast" ? "public" : "local";
}

/** IPv4 as it is, if it is written as IPv6; without a zone. */
const plain = (text: string) => ipaddr.process(text.replace(/%.*$/, ""));

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

const unspecified = ipaddr.IPv6.parse("::");
const translated = ipaddr.IPv6.parse("64:ff9b::");
/** All IPv6 addresses that IANA has given out for the internet. */
const globalUnicast = ipaddr.IPv6.parse("2000::");
const embedding = ["6to4", "teredo", "rfc6145", "rfc6052"];
