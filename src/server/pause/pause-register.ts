import * as v from "valibot";
import type { Pause } from "../store/pause-switch.js";

/*
 * A site's pause is a register: the store, and each server that has heard it, keep what the operator said last, with its version.
 * The newest counts, wherever it is found, so it outlives a store that has lost it as long as one server lives that heard it.
 */

/** What a later version adds is kept when this one writes it back. */
const register = v.looseObject({
  format: v.literal(1),
  // One less than the greatest, because a word gets the next one.
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER - 1)),
  paused: v.boolean(),
  until: v.exactOptional(v.pipe(v.number(), v.finite())),
  by: v.exactOptional(v.string()),
  reason: v.exactOptional(v.string()),
  /** Of one in which nobody has said anything: when a server found none, by the store's clock. */
  since: v.exactOptional(v.pipe(v.number(), v.finite())),
});

/** What an operator says. */
export type Word = { paused: boolean } & Pause;

/** Who says it, and why. */
export type Speaker = Pick<Pause, "by" | "reason">;

/** What an operator has said about a site's logins. */
export type PauseRegister = v.InferOutput<typeof register>;

/**
 * Nobody has said anything. A server that finds nothing in the store writes this, which every server hears: those that know of a
 * newer one write that back.
 */
export const nothingSaid: PauseRegister = { format: 1, version: 0, paused: false };

const stored = v.pipe(v.string(), v.parseJson(), register);

/** The register in a stored text, or what is wrong with it. */
export function parseRegister(text: string): { register: PauseRegister } | { fault: string } {
  const { success, output, issues } = v.safeParse(stored, text, { abortEarly: true });
  if (success) return { register: output };
  return { fault: v.getDotPath(issues[0]) ?? "not a JSON object" };
}

/** Whether `one` counts in place of `other`. Of equal versions the pause does, and of two pauses the longer one. */
export function isNewer(one: PauseRegister, other: PauseRegister): boolean {
  if (one.version !== other.version) return one.version > other.version;
  if (one.paused !== other.paused) return one.paused;
  return one.paused && (one.until ?? Infinity) > (other.until ?? Infinity);
}

/**
 * A new word of the operator, which counts in place of all that were said before.
 *
 * @param newest the newest that is known
 * @param now the store's clock
 */
export const nextRegister = (newest: PauseRegister, now: number, word: Word): PauseRegister => ({
  format: 1,
  version: Math.max(newest.version + 1, Math.floor(now)),
  ...word,
});

/** Who said it, and why. */
export const speakerOf = ({ by, reason }: PauseRegister): Speaker => ({
  ...(by !== undefined && { by }),
  ...(reason !== undefined && { reason }),
});

/** The pause that it says, if that is not over. */
export function pauseOf(said: PauseRegister, now: number): Pause | undefined {
  const { paused, until } = said;
  if (!paused || now >= (until ?? Infinity)) return undefined;
  return { ...(until !== undefined && { until }), ...speakerOf(said) };
}
