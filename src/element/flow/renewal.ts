import type { CodeAnswer, StatusAnswer } from "../../protocol/login-api.js";
import type { RequestError } from "../api/backend.js";
import type { Action, Code } from "./state.js";

/*
 * When an attempt's next code is requested, and when it has no code any more: pure functions of what is known and of the
 * time. All times are milliseconds of `Date.now()`.
 *
 * A code A that works for 120 s, whose renewal fails once; its successor B is the last one:
 *
 *     seconds   0                  90          91               92             182            212
 *               |------------------|-----------|----------------|--------------|--------------|
 *     code      A                  :           :                B              :              (none)
 *     plan      renew at 90        requested   request at 91.5  renew at 182   expire at 212  expired
 *
 * - Nobody scans, and the page is visible: as above. A stays on the screen meanwhile, so the failed try at 91 is not seen.
 * - Every try fails: `failed` at 120.
 * - A is scanned at 60: nothing is requested until A has ended, plus 2 s in which the server may say so: 122.
 * - "Scan again" at 70: A is closed, and B is requested at once. B uses up no renewal.
 * - The page is hidden at 80: at 90 the plan is `request`. When the page is shown, it waits for one status, because the attempt
 *   may be approved by then, and goes on with `requested`.
 */

/** A day: the longest life of a code. Browsers' timers overflow after 25 days. */
const longestSeconds = 86_400;

/**
 * Puts a code's times on this browser's clock. The next code is requested when a quarter of the life is left: at most 30 s
 * before the end, at least 5 s, never more than half of the life, and never sooner than in half a second.
 * @param now when the answer arrived, in milliseconds of `Date.now()`
 */
export function receivedCode(answer: Pick<CodeAnswer, "otp" | "expires_in">, now: number): Code {
  const life = Math.min(answer.expires_in, longestSeconds) * 1_000;
  const lead = Math.min(30_000, Math.max(5_000, life / 4), life / 2);
  return {
    otp: answer.otp,
    since: now,
    renewAt: now + Math.max(life - lead, 500),
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
  /** When the server closed that code; absent or 0 if it did not. */
  readonly closedAt?: number;
  /** How many fresh codes the attempt has had; -1 before the first code. */
  readonly renewed: number;
  readonly scan: Scan;
  readonly page: PageState;
  readonly plan: Plan;
}

/**
 * Whether the site's app has scanned a code that can still be accepted. `dismissed`: the person asked for a new code after the
 * scan, and until it arrives no scan counts.
 */
type Scan = "none" | "scanned" | "dismissed";

/**
 * Whether the page may send requests. Only a `ready` one may: it is visible and online, and knows the status. A page that
 * `woke` waits for a status, because the attempt may be approved. At first nothing is known.
 */
type PageState = "unknown" | "asleep" | "woke" | "ready";

/** The requests for the next code: how many were sent, and until when they are repeated. */
interface Tries {
  readonly tries: number;
  /** The end of the shown code, or a moment later if none is shown. */
  readonly deadline: number;
}

/** What comes next, and the time before which it does not come. */
export type Plan =
  /** The next code is wanted, or the renewals are used up. */
  | { readonly type: "renew"; readonly at: number }
  /**
   * The next code is requested as soon as the page may send requests. `error`: why the last request failed, at the deadline if
   * another try would come after it.
   */
  | (Tries & { readonly type: "request"; readonly at: number; readonly error?: RequestError | undefined })
  /** The answer. */
  | (Tries & { readonly type: "requested" })
  /** The end of the last code. */
  | { readonly type: "expire"; readonly at: number }
  /** Nothing: there is no code any more. */
  | { readonly type: "failed"; readonly error: RequestError }
  | { readonly type: "expired" };

/** What is known, what has changed for the page, and when the next step is (infinite: when something arrives). */
interface Step extends RenewalState {
  readonly actions: readonly Action[];
  readonly nextAt: number;
}

export const noCode = (attempt: string): Step => ({
  attempt,
  renewed: -1,
  scan: "none",
  page: "unknown",
  plan: { type: "request", at: 0, tries: 0, deadline: 0 },
  actions: [],
  nextAt: Infinity,
});

/** A code arrived: the first one, or the answer to a request. */
export const codeReceived = (known: RenewalState, code: Code): RenewalState => ({
  ...known,
  code,
  closedAt: 0,
  // A code that the person asked for uses up no renewal.
  ...(known.scan === "dismissed" ? { scan: "none" } : { renewed: known.renewed + 1 }),
  plan: { type: "renew", at: code.renewAt },
});

/** The person asks for a new code after a scan. The scanned one could not be scanned again, so it is not shown any longer. */
export const newCodeRequested = (known: RenewalState, now: number): RenewalState =>
  known.scan === "scanned"
    ? {
        ...known,
        scan: "dismissed",
        closedAt: now,
        // The scanned code may be nearly over, and its acceptance still wins.
        ...(known.plan.type !== "requested" && {
          plan: { type: "request", at: now, tries: 0, deadline: now + wakeUpMs },
        }),
      }
    : known;

/** A failed request, and when it can be repeated. */
interface Failure {
  readonly error: RequestError;
  readonly at: number;
}

export const requestFailed = (known: RenewalState, { error, at }: Failure): RenewalState =>
  known.plan.type === "requested"
    ? {
        ...known,
        plan: { ...known.plan, type: "request", at: Math.min(at, known.plan.deadline), error },
      }
    : known;

/** A `pending` status arrived. */
export function statusReceived(known: RenewalState, status: StatusAnswer, now: number): RenewalState {
  const { code, renewed, scan, page, plan } = known;
  const { expires_in: left, scanned = false } = status;
  const isDismissed = scan === "dismissed";
  const informed: RenewalState = {
    ...known,
    scan: isDismissed ? scan : scanned ? "scanned" : "none",
    page: page === "woke" ? "ready" : page,
  };
  // The code ends sooner than this page thinks: it came with a cached page, or the clock was set.
  if (code && left && !isDismissed && code.endsAt > now + left * 1_000 + toleranceMs)
    return { ...codeReceived(informed, receivedCode({ otp: code.otp, expires_in: left }, now)), renewed };
  // The server closed the newest transaction: its code no longer works.
  return left === 0 && !scanned && (plan.type === "renew" || plan.type === "expire")
    ? { ...informed, plan: { ...plan, at: now }, closedAt: now }
    : informed;
}

/** The page woke up or fell asleep, or the machine has slept. */
export const wokenUp = (known: RenewalState, isAwake: boolean): RenewalState => ({
  ...known,
  // Only a page that opens with a code does not wait.
  page: !isAwake ? "asleep" : known.page === "unknown" && known.code ? "ready" : "woke",
});

/**
 * Does what is due.
 * @param before what was known
 * @param known the same after something arrived
 * @param renewals how many fresh codes an attempt may have; read when the next code is wanted
 */
export function step(before: RenewalState, known: RenewalState, now: number, renewals: () => number): Step {
  const { attempt, code, closedAt, renewed, page, plan } = known;
  const at = "at" in plan ? plan.at : 0;
  const endsAt = code?.endsAt ?? 0;
  // Until then a scanned code may be accepted.
  const isScanned = hasScan(known);
  const scanEndsAt = isScanned ? endsAt + scanEndMs : Infinity;
  const isFree = page === "ready" && !isScanned;
  const become = (change: Partial<RenewalState>) => step(before, { ...known, ...change }, now, renewals);
  const wait = (): Step => ({
    ...known,
    nextAt: Math.min(at > now ? at : Infinity, scanEndsAt),
    actions: [
      code &&
        code !== before.code &&
        ({ type: before.code ? "renewed" : "started", attempt, code, renewed } as const),
      isScanned !== hasScan(before) && ({ type: "scanned", scanned: isScanned } as const),
      closedAt && !before.closedAt && plan.type !== "expired" && ({ type: "codeClosed", now } as const),
    ].filter((action) => !!action),
  });

  if (scanEndsAt <= now) return become({ scan: "none" });
  if (at > now) return wait();
  switch (plan.type) {
    case "renew":
      if (isScanned) return wait();
      return become({
        plan:
          renewed < renewals()
            ? { type: "request", at: 0, tries: 0, deadline: 0 }
            : { type: "expire", at: closedAt || endsAt },
      });
    case "expire":
      return isScanned ? wait() : become({ plan: { type: "expired" } });
    case "request": {
      const { tries, deadline, error } = plan;
      // A page that may not send requests goes on waiting, and retries when it may.
      if (!isFree) return error ? become({ plan: { ...plan, error: undefined } }) : wait();
      if (error && at >= deadline) return become({ plan: { type: "failed", error } });
      const latest = Math.max(deadline, endsAt);
      return become({
        plan: { type: "requested", tries: tries + 1, deadline: latest > now ? latest : now + wakeUpMs },
      });
    }
    case "requested":
    case "failed":
    case "expired":
      return wait();
    default:
      return plan satisfies never;
  }
}

const hasScan = ({ code, scan }: RenewalState): boolean => !!code && scan === "scanned";
