import type { Code } from "../flow/state.js";

/** The time of a code. */
export interface Countdown {
  /**
   * `next`: until the next code; `last`: until the end of the last one; `late`: the next code is late, and this one still works;
   * `dead`: its time is over.
   */
  kind: "next" | "last" | "late" | "dead";
  /** Milliseconds until then; 0 if it is late or over. */
  left: number;
  /** The same as a share, from 1 (fresh) to 0. */
  share: number;
}

/** The time of a code at an instant of `Date.now()`. */
export function countdown(code: Code, isLast: boolean, now: number): Countdown {
  // The server may have closed the code.
  const target = isLast ? code.endsAt : Math.min(code.renewAt, code.endsAt);
  const left = Math.max(target - now, 0);
  const kind = now >= code.endsAt ? "dead" : !left ? "late" : isLast ? "last" : "next";
  return { kind, left, share: Math.min(1, left / (target - code.since)) };
}

/** The next instant at which the seconds left until another change; `Infinity` once it is over. */
export function nextSecond(until: number, now: number): number {
  const left = until - now;
  return left > 0 ? now + (left % 1000 || 1000) : Infinity;
}

/** Characters from Arabic to Ol Chiki, or beyond U+FFFF: scripts that have digits of their own are among them. */
const ownDigits = /[\u0600-\u1cff\u{10000}-\u{1efff}]/u;

/** A longer time is in minutes. */
export const minutesFromMs = 90_000;

/**
 * A time left: over 90 s in whole minutes ("4 min"), then as `m:ss`. Both are rounded up.
 * @param message the text that the time is for: its script tells whether digits may be other than 0 to 9
 */
export function formatTime(ms: number, language: string, message: string): string {
  const seconds = Math.ceil(ms / 1000);
  const number = (value: number, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(language, options).format(value);
  // No line ends between the number and its unit.
  if (ms > minutesFromMs)
    return number(Math.ceil(seconds / 60), { style: "unit", unit: "minute" }).replace(" ", "\u00a0");
  const minutes = Math.floor(seconds / 60);
  // Without `Intl` where possible.
  return ownDigits.test(message)
    ? `${number(minutes)}:${number(seconds % 60, { minimumIntegerDigits: 2 })}`
    : `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

/** An answer that was on its way for so long does not make 14:31 of 14:30. */
const slackMs = 2_000;

/** The time of day until which something lasts, in minutes, such as 14:30. */
export const formatClock = (instant: number, language: string): string =>
  new Date(Math.ceil((instant - slackMs) / 60_000) * 60_000).toLocaleTimeString(language, {
    timeStyle: "short",
  });
