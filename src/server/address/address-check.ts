import type { AddressSource, Report } from "../kit-events.js";
import { plainAddress } from "./client-ip.js";

/**
 * Checks what the site gives as a client's address. A site that believes every proxy passes on what a client wrote into a
 * header, and the phone would show it.
 */
export class AddressCheck {
  readonly #report: Report;
  readonly #reported = new Set<AddressSource>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** The address in its one spelling, without port and zone; undefined if the text is none, with one warning for each source. */
  ipAddress(text: string | undefined, source: AddressSource): string | undefined {
    const address = text === undefined ? undefined : plainAddress(text);
    if (text !== undefined && address === undefined) this.#reportOnce(source);
    return address;
  }

  #reportOnce(source: AddressSource): void {
    if (this.#reported.has(source)) return;
    this.#reported.add(source);
    const mistake =
      source === "clientIp"
        ? '"clientIp" returned a string that is not an IP address'
        : '"address" of kit.scanned is not an IP address';
    this.#report({
      type: "invalid_client_address",
      level: "warn",
      description: `${mistake}, so the client counts as one whose address is unknown. A client can write anything into X-Forwarded-For: believe exactly the proxies in front, such as with clientIpBehind(1).`,
      source,
    });
  }
}
