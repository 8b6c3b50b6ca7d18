import type {
  StartedTransaction,
  TransactionResult,
} from "../../../server/token-server/token-server-answers.js";
import type { DoctorSettings } from "../doctor-settings.js";
import { failed, fixFirst, notChecked, ok, unknown, type Line } from "../lines.js";
import { wordingOf, type Backend } from "../wording.js";
import type { CallbackListener, Listening, ReceivedCallback } from "./callback-listener.js";
import { callbackConfig } from "./callback-reach.js";
import { words, wrongIn } from "./reply-words.js";
import type { TokenServerCalls } from "./token-server-calls.js";

/** The outcome of the code that was shown. Times are milliseconds after it was shown. */
interface Scan {
  result:
    | Exclude<TransactionResult, { kind: "waiting" }>
    /** A result that the kit does not accept, because a member is wrong. */
    | { kind: "wrong" }
    | { kind: "nobody" | "stopped" };
  afterMs: number;
  callback:
    | {
        afterMs: number;
        isLate: boolean;
        authentication: ReceivedCallback["authentication"];
        refusal: string | undefined;
      }
    | undefined;
  /** Other transactions for which callbacks came. */
  others: readonly string[];
  /** The last failed result call. */
  trouble?: string | undefined;
}

export interface ScanTimes {
  /** Between two result calls. */
  pollMs: number;
  /** How long after the answer a callback still counts as on time. */
  callbackMs: number;
  /** How long doctor waits for it. A late callback tells more than a missing one. */
  lateMs: number;
  now: () => number;
}

/** How long doctor waits for a second callback if the kit refuses the first. */
const secondMs = 2_000;

/** Waits until the code is answered, expires, or `stop` is aborted. After a callback it asks for the result at once. */
export async function waitForScan(
  { id: transactionId, ttlMs }: StartedTransaction,
  calls: TokenServerCalls,
  listening: Listening,
  { pollMs, callbackMs, lateMs, now }: ScanTimes,
  stop: AbortSignal,
): Promise<Scan> {
  const begin = now();
  const listener = "received" in listening ? listening : undefined;
  let trouble: string | undefined;
  const end = async (result: Scan["result"]): Promise<Scan> => {
    const afterMs = now() - begin;
    const isAnswered = result.kind !== "nobody" && result.kind !== "stopped";
    const first = listener?.received(transactionId);
    // A refused callback may be followed by an accepted one: some clients send the password only after a 401.
    if (listener && isAnswered && first?.isAccepted !== true)
      await next(listener, transactionId, first ? Math.min(secondMs, lateMs) : lateMs, stop);
    const received = listener?.received(transactionId);
    const callback = received && {
      afterMs: received.at - begin,
      isLate: received.at - begin - afterMs > callbackMs,
      authentication: received.authentication,
      refusal: received.refusal,
    };
    return { result, afterMs, callback, others: listener?.others(transactionId) ?? [], trouble };
  };
  while (!stop.aborted) {
    const reply = await calls.result(transactionId);
    const { outcome } = reply;
    switch (outcome.kind) {
      case "waiting":
        break;
      case "unanswered":
        trouble = words(reply);
        // Further calls would get the same.
        if (wrongIn(reply)?.member !== undefined) return end({ kind: "wrong" });
        break;
      case "approved":
      case "denied":
      case "closed":
        return end(outcome);
      default:
        outcome satisfies never;
    }
    const left = begin + ttlMs - now();
    // One last call is made after the code has expired.
    if (left <= -pollMs) return end({ kind: "nobody" });
    await next(listener, transactionId, pollMs, stop);
  }
  return end({ kind: "stopped" });
}

/** Resolves after `ms`, or earlier: at a callback for the transaction, or when `stop` is aborted. */
function next(
  listener: CallbackListener | undefined,
  transactionId: string,
  ms: number,
  stop: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      if (listener) listener.onReceived = () => undefined;
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done);
    if (listener) listener.onReceived = (text) => text.includes(transactionId) && done();
  });
}

/** The context of a scan's lines. */
interface ScanContext {
  settings: DoctorSettings;
  callbackUri: string;
  /** Whether the check of the callback's address failed. */
  isUnreachable: boolean;
  /** Why doctor does not receive callbacks itself. */
  notReceived: string | undefined;
}

/** The lines if no code was shown. */
export const noScanLines = (why: string, settings: DoctorSettings): Line[] => [
  unknown("scan", why),
  ...(unusedLines(settings) ?? notChecked(["callback", "callback-auth"], why)),
];

/** The lines of a scan, of its callback, and of the callback's Basic authentication. */
export const scanLines = (scan: Scan, context: ScanContext): Line[] => [
  scanLine(scan),
  ...(unusedLines(context.settings) ?? [callbackLine(scan, context), authenticationLine(scan, context)]),
];

/** The lines of the callback and its authentication if results are polled instead; else undefined. */
const unusedLines = ({ backend, "result-polling": polling }: DoctorSettings): Line[] | undefined =>
  polling === undefined
    ? undefined
    : [
        unknown("callback", `not used: ${wordingOf[backend].setting("result-polling")} is set`),
        unknown("callback-auth", "no callback is used"),
      ];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function scanLine({ result, afterMs, trouble }: Scan): Line {
  switch (result.kind) {
    case "approved":
      return ok(
        "scan",
        `accepted by the user “${result.userId}”, ${seconds(afterMs)} after the code was shown`,
      );
    case "denied":
      return ok("scan", `declined on the phone, ${seconds(afterMs)} after the code was shown`);
    case "closed":
      return failed(
        "scan",
        `the Token Server closed it: ${result.reason}`,
        "The scan reached the Token Server, and the login failed there. Look for an event at this time under Activity in the console, and at the app's error.",
      );
    case "wrong":
      return failed(
        "scan",
        `the kit does not accept the result (${trouble})`,
        "The vendor does not document this answer, so logins would fail. Send the report (--report FILE) to the vendor's support.",
      );
    case "nobody":
      return trouble === undefined
        ? unknown("scan", "nobody answered before the code expired")
        : failed(
            "scan",
            `the result could not be requested (${trouble})`,
            "The Token Server, or a proxy in front of it, stopped answering while the code was shown. Run doctor again.",
          );
    case "stopped":
      return unknown("scan", "stopped before the code was answered");
    default:
      return result satisfies never;
  }
}

const callbackEvent: Record<Backend, string> = {
  kit: "If the callback came, the kit has the event callback_received",
  service: "If the callback came, the service there logged callback_received",
};

function callbackLine(scan: Scan, { settings, callbackUri, isUnreachable, notReceived }: ScanContext): Line {
  const { result, afterMs, callback, others } = scan;
  if (callback?.refusal !== undefined)
    return failed(
      "callback",
      callback.refusal,
      `The Token Server posts short JSON. A proxy or gateway changes the call: it has to forward it unchanged to ${callbackUri}.`,
    );
  if (callback) {
    const lag = callback.afterMs - afterMs;
    if (callback.isLate)
      return failed(
        "callback",
        `late: it came ${seconds(lag)} after the answer`,
        `People wait that long for their login. Find out what is slow between the Token Server and ${callbackUri}: a queue, a retry after a failed call, a firewall. Under Activity in the console, look for PUSH AUTH CALLBACK FAILED.`,
      );
    return ok(
      "callback",
      `came ${seconds(callback.afterMs)} after the code was shown${lag > 1000 ? `, ${seconds(lag)} after the answer` : ""}`,
    );
  }
  if (result.kind === "nobody" || result.kind === "stopped")
    return unknown("callback", "no code was answered");
  if (notReceived !== undefined)
    return unknown(
      "callback",
      `${notReceived}; doctor got the answer by polling. ${callbackEvent[settings.backend]}`,
    );
  if (isUnreachable) return unknown("callback", fixFirst("callback-reachable"));
  const [other] = others;
  if (other !== undefined)
    return failed(
      "callback",
      `did not come; one came for another transaction, ${other}`,
      "Two possible causes: somebody else logs in at the same time (run doctor again), or the transaction_id in the callback differs from the one in the answer to the start, because of the Token Server or a proxy in front of it.",
    );
  return failed(
    "callback",
    "did not come; doctor got the answer only by polling",
    `The Token Server must reach ${callbackUri}: through firewalls, without a redirect, with a name that it can resolve and a certificate that it trusts. doctor cannot tell these apart. Under Activity in the console, look for PUSH AUTH CALLBACK FAILED. Until this is fixed, people are logged in only two seconds before the code expires.`,
  );
}

function authenticationLine({ callback }: Scan, { settings, callbackUri }: ScanContext): Line {
  const check = "callback-auth";
  const [username, password] = (["callback-username", "callback-password"] as const).map(
    wordingOf[settings.backend].setting,
  );
  if (!callback) return unknown(check, "no callback came");
  switch (callback.authentication) {
    case "as-set":
      return ok(
        check,
        settings["callback-username"] === undefined ? "none on both sides" : "the same on both sides",
      );
    case "none":
    case "other":
      return failed(
        check,
        callback.authentication === "none"
          ? "the callback came without a user name and a password"
          : "the callback came with a different user name or password",
        `${callbackConfig} → the entry for exactly ${callbackUri}: set Username and Password to those of ${username} and ${password}.`,
      );
    case "not-set":
      return failed(
        check,
        "the callback came with a user name and a password, but they are not checked",
        `Set ${username} and ${password} to those of ${callbackConfig}, or remove them there.`,
      );
    default:
      return callback.authentication satisfies never;
  }
}
