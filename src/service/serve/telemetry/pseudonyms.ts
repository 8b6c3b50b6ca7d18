import { createHmac } from "node:crypto";
import type { Log } from "./log.js";

/** 96 bits: no two users have the same, and it can still be read. */
const length = 16;

/** Names users and addresses by an HMAC, with the secret `pseudonym-key`, which may change. */
export class Pseudonyms {
  readonly #key: () => string | undefined;

  constructor(key: () => string | undefined) {
    this.#key = key;
  }

  /** The pseudonym of a user's id or an address; undefined without a key. */
  of(kind: "user" | "address", text: string): string | undefined {
    const key = this.#key();
    if (key === undefined) return undefined;
    const message = JSON.stringify([`${kind}/1`, text]);
    return `hmac:${createHmac("sha256", key).update(message).digest("base64url").slice(0, length)}`;
  }
}

/** A log whose lines have pseudonyms in place of users and addresses, while there is a key. */
export function withPseudonyms(log: Log, pseudonyms: Pseudonyms): Log {
  const hide = (line: object): object => {
    const { userId, address, description } = line as Partial<Record<string, unknown>>;
    const user = typeof userId === "string" ? pseudonyms.of("user", userId) : undefined;
    const place = typeof address === "string" ? pseudonyms.of("address", address) : undefined;
    return {
      ...line,
      ...(user !== undefined && { userId: user }),
      ...(place !== undefined && { address: place }),
      // The Token Server may repeat an address that it was sent.
      ...(place !== undefined &&
        typeof description === "string" && { description: description.replaceAll(String(address), place) }),
    };
  };
  return log.child({}, { formatters: { log: hide } });
}
