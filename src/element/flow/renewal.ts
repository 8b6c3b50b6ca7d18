import type { CodeAnswer, StatusAnswer } from "../../protocol/login-api.js";
import type { RequestError } from "../api/backend.js";
import type { Action, Code } from "./state.js";

/*
 * When an attempt's next code is requested, and when it has no code any more: pure functions of what is known and of the
 * time. All times are milliseconds of `Date.now()`.
 */

const second = 1_000;
/** A day: the longest life of a code. Browsers' timers overflow after 25 days. */
const longestSeconds = 86_400;

/**
 * Puts a code's times on this browser's clock. The next code is requested when a quarter of the life is left: at most 30 s
 * before the end, at least 5 s, never more than half of the life, and never sooner than in half a second.
 * @param now when the answer arrived, in milliseconds of `Date.now()`
 */
export function toCode(answer: Pick<CodeAnswer, "otp" | "expires_in">, now: number): Code {
  const life = Math.min(answer.expires_in, longestSeconds) * second;
  const lead = Math.min(30 * second, Math.max(5 * second, life / 4), life / 2);
  return {
    otp: answer.otp,
    since: now,
    renewAt: now + Math.max(life - lead, second / 2),
    endsAt: now + life,
  };
}

/** The time limit of a start or a renewal. The server's own call of the Token Server has 5 s. */
export const codeTimeoutMs = 15_000;
/** The server rounds seconds down, and answers take time: only a larger difference is corrected. */
const toleranceMs = 3_000;
export const minimumTimeoutMs = 6_000;
/** The server says when a scanned code is over; if it has not said so for this long, the page stops waiting for it. */
const scanEndMs = 2_000;
/** How long a renewal is retried when the code is over already: after a wake-up the network takes a moment. */
const wakeUpMs = 10_000;

/** What is known of an attempt, of its code and of the page. */
export interface RenewalState {
  readonly attempt: string;
  /** The code that is shown. */
  readonly code?: Code;
  /** How many fresh codes the attempt has had; -1 before the first code. */
  readonly renewed: number;
  /** Whether the site's app has scanned a code that can still be accepted. */
  readonly scanned: boolean;
  /** Whether the person asked for a new code after the scan: until it arrives, the scan does not count. */
  readonly isAsked?: boolean;
  /** When the server closed the shown code; absent or 0 if it did not. */
  readonly closedAt?: number;
  /** Whether the page is visible and online; absent until that is known. */
  readonly isAwake?: boolean;
  /** Whether the page may send requests. After a wake-up it waits for a status, because the attempt may be approved. */
  readonly isReady?: boolean;
  readonly next: Next;
  /** What comes next does not come before this time. */
  readonly at: number;
  /** How many requests for the next code were sent. */
  readonly tries: number;
  /** Until when they are repeated: until the shown code is over, or for a moment if none is shown. */
  readonly deadline: number;
  /** Why the last request failed. */
  readonly error?: RequestError;
}

/**
 * What comes next:
 * - `renew`: the next code is wanted, or the renewals are used up
 * - `request`: the next code is requested as soon as the page may send requests
 * - `requested`: the answer
 * - `fail`: the deadline, because it comes before another try
 * - `expire`: the end of the last code
 * - `failed`, `expired`: nothing, there is no code any more
 */
export type Next = "renew" | "request" | "requested" | "fail" | "expire" | "failed" | "expired";

/** What is known, what has changed for the page, and when the next step is (infinite: when something arrives). */
export interface Step extends RenewalState {
  readonly actions: readonly Action[];
  readonly nextAt: number;
}

export const noCode = (attempt: string): Step => ({
  attempt,
  renewed: -1,
  scanned: false,
  next: "request",
  at: 0,
  tries: 0,
  deadline: 0,
  actions: [],
  nextAt: Infinity,
});

/** A code arrived: the first one, or the answer to a request. */
export const codeReceived = (known: RenewalState, code: Code): RenewalState => ({
  ...known,
  code,
  // A code that the person asked for uses up no renewal.
  renewed: known.renewed + (known.isAsked ? 0 : 1),
  isAsked: false,
  closedAt: 0,
  next: "renew",
  at: code.renewAt,
  tries: 0,
  deadline: 0,
});

/** The person asks for a new code after a scan. The scanned one could not be scanned again, so it is not shown any longer. */
export const newCodeRequested = (known: RenewalState, now: number): RenewalState =>
  known.scanned
    ? {
        ...known,
        scanned: false,
        isAsked: true,
        closedAt: now,
        // The scanned code may be nearly over, and its acceptance still wins.
        ...(known.next !== "requested" && { next: "request", at: now, deadline: now + wakeUpMs }),
      }
    : known;

/** A failed request, and when it can be repeated. */
interface Failure {
  readonly error: RequestError;
  readonly at: number;
}

export const requestFailed = (known: RenewalState, { error, at }: Failure): RenewalState => ({
  ...known,
  error,
  next: at < known.deadline ? "request" : "fail",
  at: Math.min(at, known.deadline),
});

/** A `pending` status arrived. */
export function statusReceived(known: RenewalState, status: StatusAnswer, now: number): RenewalState {
  const { code, renewed, isAsked, isAwake = false, next } = known;
  const { expires_in: left, scanned = false } = status;
  const heard: RenewalState = { ...known, scanned: scanned && !isAsked, isReady: isAwake };
  // The code ends sooner than this page thinks: it came with a cached page, or the clock was set.
  if (code && left && !isAsked && code.endsAt > now + left * second + toleranceMs)
    return { ...codeReceived(heard, toCode({ otp: code.otp, expires_in: left }, now)), renewed };
  // The server closed the newest transaction: its code no longer works.
  return left === 0 && !scanned && (next === "renew" || next === "expire")
    ? { ...heard, at: now, closedAt: now }
    : heard;
}

/** The page woke up or fell asleep, or the machine has slept. */
export const wokenUp = (known: RenewalState, isAwake: boolean): RenewalState => ({
  ...known,
  isAwake,
  // Only a page that opens with a code does not wait.
  isReady: isAwake && known.isAwake === undefined && !!known.code,
});

/**
 * Does what is due.
 * @param before what was known
 * @param known the same after something arrived
 * @param renewals how many fresh codes an attempt may have; read when the next code is wanted
 */
export function step(before: RenewalState, known: RenewalState, now: number, renewals: () => number): Step {
  const { attempt, code, renewed, scanned, closedAt, next, at } = known;
  const endsAt = code ? code.endsAt : 0;
  const scanEndsAt = code && scanned ? endsAt + scanEndMs : Infinity;
  const isScanned = scanEndsAt < Infinity;
  const isFree = known.isReady && !isScanned;
  const become = (change: Partial<RenewalState>) => step(before, { ...known, ...change }, now, renewals);
  const wait = (): Step => ({
    ...known,
    nextAt: Math.min(at > now ? at : Infinity, scanEndsAt),
    actions: [
      code &&
        code !== before.code &&
        ({ type: before.code ? "renewed" : "started", attempt, code, renewed } as const),
      code && scanned !== !!(before.code && before.scanned) && ({ type: "scanned", scanned } as const),
      closedAt && !before.closedAt && next !== "expired" && ({ type: "codeClosed", now } as const),
    ].filter((action) => !!action),
  });

  if (scanEndsAt <= now) return become({ scanned: false });
  if (at > now) return wait();
  switch (next) {
    case "renew":
      if (isScanned) return wait();
      return become(renewed < renewals() ? { next: "request" } : { next: "expire", at: closedAt || endsAt });
    case "expire":
      return isScanned ? wait() : become({ next: "expired" });
    case "request": {
      if (!isFree) return wait();
      const latest = Math.max(known.deadline, endsAt);
      return become({
        next: "requested",
        tries: known.tries + 1,
        deadline: latest > now ? latest : now + wakeUpMs,
      });
    }
    case "fail":
      // A page that may not send requests goes on waiting, and retries when it may.
      return become({ next: isFree ? "failed" : "request" });
    case "requested":
    case "failed":
    case "expired":
      return wait();
    default:
      return next satisfies never;
  }
}
