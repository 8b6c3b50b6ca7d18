import { createHash } from "node:crypto";

/** Random values from a seed: the same seed gives the same renders. */
export interface Random {
  /** From 0 up to 1. */
  next: () => number;
  /** A number between two, both possible at the resolution of a step. */
  between: (least: number, most: number, step?: number) => number;
  pick: <T>(values: readonly T[]) => T;
  /** Each of the values with a probability, in a random order, and at least one. */
  some: <T>(values: readonly T[], probability: number) => T[];
}

/** Random numbers from a seed (mulberry32). */
export function randomFrom(seed: string): Random {
  let state = createHash("sha256").update(seed).digest().readUInt32LE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  return {
    next,
    pick,
    between: (least, most, step = 1) => least + Math.floor(next() * ((most - least) / step + 1)) * step,
    some: (values, probability) => {
      const chosen = values.filter(() => next() < probability);
      const shuffled = chosen.length > 0 ? chosen : [pick(values)];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const other = Math.floor(next() * (i + 1));
        [shuffled[i], shuffled[other]] = [shuffled[other]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}

/** An OTP in the vendor's format from a seed: 120 characters of base64, JSON with a UUID and 16 random bytes in it. */
export function otpFrom(seed: string): string {
  const bytes = createHash("sha256").update(seed).digest();
  const hex = bytes.toString("hex");
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const content = { transaction_id: id, otp: bytes.subarray(16).toString("base64") };
  return Buffer.from(JSON.stringify(content)).toString("base64");
}
