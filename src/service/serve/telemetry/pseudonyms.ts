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

/** Members in which the Token Server's words may be. */
const repeating: ReadonlySet<string> = new Set(["description", "reason", "code"]);

/** Replaces a name where it is a whole word: a user may be called `e`. */
function replaced(text: string, name: string, by: string): string {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "gu"), by);
}

/** A log whose lines have pseudonyms in place of users and addresses, while there is a key. */
export function withPseudonyms(log: Log, pseudonyms: Pseudonyms): Log {
  const hide = (line: object): object => {
    const { userId, address } = line as Partial<Record<string, unknown>>;
    const user = typeof userId === "string" ? pseudonyms.of("user", userId) : undefined;
    const place = typeof address === "string" ? pseudonyms.of("address", address) : undefined;
    // The Token Server may repeat what it was sent, in words. Those of a refused request are the kit's, and may name the site's host.
    const hidden = (text: string): string => {
      if ("method" in line) return text;
      const withoutUser = user === undefined ? text : replaced(text, String(userId), user);
      return place === undefined ? withoutUser : replaced(withoutUser, String(address), place);
    };
    const texts = Object.entries(line).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "string" && repeating.has(name) ? [[name, hidden(value)] as const] : [],
    );
    return {
      ...line,
      ...(user !== undefined && { userId: user }),
      ...(place !== undefined && { address: place }),
      ...Object.fromEntries(texts),
    };
  };
  return log.child({}, { formatters: { log: hide } });
}
