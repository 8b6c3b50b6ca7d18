import ipaddr from "ipaddr.js";
import { parseAddress } from "./client-ip.js";

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
 * behind the same carrier or in the same VPN passes. An address that is missing, invalid or not public makes both parts
 * `unknown`, which is never a reason to trust. Private, loopback and documentation addresses, carriers' inner ones and those
 * of translators (NAT64) are not public: they say nothing of where a client is, and are often those of the site's own proxy.
 * Never rejects.
 *
 * @example
 * const { network, country } = await compareAddresses(login.address, login.scanned?.address, { countryOf });
 */
export async function compareAddresses(
  screen: string | undefined,
  phone: string | undefined,
  { countryOf }: CompareAddressesOptions = {},
): Promise<AddressComparison> {
  const one = publicAddress(screen);
  const other = publicAddress(phone);
  if (one === undefined || other === undefined) return { network: "unknown", country: "unknown" };
  const lookUp = async (address: Address) => (await countryOf?.(address.toString())) || undefined;
  const [here, there] = await Promise.all([one, other].map((each) => lookUp(each).catch(() => undefined)));
  return {
    network: compareNetworks(one, other),
    country: here && there ? comparison(here === there) : "unknown",
  };
}

/** All IPv6 addresses that IANA has given out for the internet. */
const globalUnicast = ipaddr.IPv6.parse("2000::");

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The address in a text, if a client on the internet can have it. */
function publicAddress(text: string | undefined): Address | undefined {
  const address = parseAddress(text ?? "");
  const isPublic =
    address?.range() === "unicast" && (address.kind() === "ipv4" || address.match(globalUnicast, 3));
  return isPublic ? address : undefined;
}

function compareNetworks(one: Address, other: Address): Comparison {
  if (one.kind() !== other.kind()) return "unknown";
  return comparison(one.match(other, one.kind() === "ipv4" ? 24 : 48));
}

const comparison = (isSame: boolean): Comparison => (isSame ? "same" : "different");
