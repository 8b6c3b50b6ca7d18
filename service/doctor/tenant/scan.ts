import type {
  StartedTransaction,
  TransactionResult,
} from "../../../src/server/token-server/token-server-answers.js";
import { failed, fixFirst, notChecked, ok, unknown, type Line } from "../lines.js";
import { wordingOf, type Backend } from "../wording.js";
import type { CallbackListener, Heard, Listening } from "./callback-listener.js";
import { words, wrongIn } from "./reply-words.js";
import type { TokenServerCalls } from "./token-server-calls.js";

/** What became of the code that was shown. Times are milliseconds after it was shown. */
export interface Scan {
  result:
    | Exclude<TransactionResult, { kind: "waiting" }>
    /** A result that the kit does not take: it has a wrong member. */
    | { kind: "wrong" }
    | { kind: "nobody" | "stopped" };
  afterMs: number;
  callback:
    | {
        afterMs: number;
        isLate: boolean;
        authentication: Heard["authentication"];
        refusal: string | undefined;
      }
    | undefined;
  /** The transactions of callbacks that came for others. */
  others: readonly string[];
  /** The last answer to a result call that was no result. */
  trouble?: string | undefined;
}

export interface ScanTimes {
  /** Between two result calls. */
  pollMs: number;
  /** How long after the answer a callback may still come. */
  callbackMs: number;
  /** How long one is waited for: a callback that is late tells more than none. */
  lateMs: number;
  now: () => number;
}

/** How long a second callback is waited for, where the kit refuses the first. */
const secondMs = 2_000;

/** Waits until the code is answered, its time is over or `stop` is aborted. A callback is a reason to ask at once. */
export async function waitForScan(
  { id: transactionId, ttlMs }: StartedTransaction,
  calls: TokenServerCalls,
  listening: Listening,
  { pollMs, callbackMs, lateMs, now }: ScanTimes,
  stop: AbortSignal,
): Promise<Scan> {
  const begin = now();
  const listener = "heard" in listening ? listening : undefined;
  let trouble: string | undefined;
  const end = async (result: Scan["result"]): Promise<Scan> => {
    const afterMs = now() - begin;
    const isAnswered = result.kind !== "nobody" && result.kind !== "stopped";
    const first = listener?.heard(transactionId);
    // One that the kit refuses may be followed by one that it takes: some clients send their password only when they are asked.
    if (listener && isAnswered && first?.isTaken !== true)
      await next(listener, transactionId, first ? Math.min(secondMs, lateMs) : lateMs, stop);
    const heard = listener?.heard(transactionId);
    const callback = heard && {
      afterMs: heard.at - begin,
      isLate: heard.at - begin - afterMs > callbackMs,
      authentication: heard.authentication,
      refusal: heard.refusal,
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
        // It stays so, however often it is asked.
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
    // The last question is asked when the time is over.
    if (left <= -pollMs) return end({ kind: "nobody" });
    await next(listener, transactionId, pollMs, stop);
  }
  return end({ kind: "stopped" });
}

/** Resolves after a time, or earlier at a callback for the transaction, or when it is stopped. */
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
      if (listener) listener.onHeard = () => undefined;
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done);
    if (listener) listener.onHeard = (text) => text.includes(transactionId) && done();
  });
}

const callbackConfig = "Configuration → Mobile authentication → Callback config";

/** What the lines of a scan need besides it. */
export interface ScanSettings {
  callbackUri: string;
  hasCredentials: boolean;
  usesResultPolling: boolean;
  /** Whether the line before said that nothing can reach the callback's address. */
  isUnreachable: boolean;
  /** Why doctor does not hear callbacks itself. */
  notHeard: string | undefined;
  backend: Backend;
}

/** The lines of a code that nobody was shown. */
export const noScanLines = (why: string): Line[] => notChecked(["scan", "callback", "callback-auth"], why);

/** The lines of a scan, of its callback, and of the callback's Basic authentication. */
export function scanLines(scan: Scan, settings: ScanSettings): Line[] {
  return [scanLine(scan), callbackLine(scan, settings), authenticationLine(scan, settings)];
}

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
        "The code reached the Token Server, and the answer failed there. Look at the event of this time in Activity in the console, and at the app's error.",
      );
    case "wrong":
      return failed(
        "scan",
        `the kit does not take the result (${trouble})`,
        "The vendor does not document this answer, so no login would come of it. Show its support this report (--report FILE).",
      );
    case "nobody":
      return trouble === undefined
        ? unknown("scan", "nobody answered before the code's time was over")
        : failed(
            "scan",
            `the result could not be asked for (${trouble})`,
            "The Token Server, or a proxy in front of it, stopped answering while the code was shown. Run doctor again.",
          );
    case "stopped":
      return unknown("scan", "stopped before the code was answered");
    default:
      return result satisfies never;
  }
}

const callbackEvent: Record<Backend, string> = {
  kit: "A callback that comes is the kit's event callback_received",
  service: "A service that runs there logs callback_received",
};

function callbackLine({ result, afterMs, callback, others }: Scan, settings: ScanSettings): Line {
  if (callback?.refusal !== undefined)
    return failed(
      "callback",
      `came by ${callback.refusal}`,
      `The Token Server posts JSON. Something on the way changes the call: a proxy or gateway has to pass it on to ${settings.callbackUri} as it is.`,
    );
  if (callback) {
    const lag = callback.afterMs - afterMs;
    if (callback.isLate)
      return failed(
        "callback",
        `late: it came ${seconds(lag)} after the answer`,
        `People wait as long for their login. Look for what is slow between the Token Server and ${settings.callbackUri}: a queue, a retry after a failed call, a firewall. In Activity in the console, look for PUSH AUTH CALLBACK FAILED.`,
      );
    return ok(
      "callback",
      `came ${seconds(callback.afterMs)} after the code was shown${lag > 1000 ? `, ${seconds(lag)} after the answer` : ""}`,
    );
  }
  if (result.kind === "nobody" || result.kind === "stopped")
    return unknown("callback", "no code was answered");
  const { setting } = wordingOf[settings.backend];
  if (settings.notHeard !== undefined)
    return unknown(
      "callback",
      `${settings.notHeard}; it learned of the answer by asking. ${callbackEvent[settings.backend]}`,
    );
  if (settings.usesResultPolling)
    return unknown(
      "callback",
      `did not come; ${setting("result-polling")} is set, and doctor learned of the answer by asking`,
    );
  if (settings.isUnreachable) return unknown("callback", fixFirst("callback-reachable"));
  const [other] = others;
  if (other !== undefined)
    return failed(
      "callback",
      `did not come; one came for another transaction, ${other}`,
      "Two faults look alike: somebody else logs in at the same time (run doctor again), or the Token Server, or what is in front of it, names another transaction_id in the callback than in the answer to the start.",
    );
  return failed(
    "callback",
    "did not come; doctor learned of the answer only by asking",
    `The Token Server must reach ${settings.callbackUri}: through firewalls, without a redirect, by a name that it knows, with a certificate that it trusts. These look alike from here. In Activity in the console, look for PUSH AUTH CALLBACK FAILED. Until then a login comes two seconds before the code runs out.`,
  );
}

function authenticationLine({ callback }: Scan, settings: ScanSettings): Line {
  const { callbackUri, hasCredentials, backend } = settings;
  const check = "callback-auth";
  const [username, password] = (["callback-username", "callback-password"] as const).map(
    wordingOf[backend].setting,
  );
  if (!callback) return unknown(check, "no callback came");
  switch (callback.authentication) {
    case "as-set":
      return ok(check, hasCredentials ? "the same on both sides" : "none on both sides");
    case "none":
      return failed(
        check,
        "the callback came without a user name and a password",
        `${callbackConfig} → the entry for exactly ${callbackUri}: set Username and Password to those of ${username} and ${password}.`,
      );
    case "other":
      return failed(
        check,
        "the callback came with another user name or password",
        `${callbackConfig} → the entry for exactly ${callbackUri}: Username and Password, the same as ${username} and ${password}.`,
      );
    case "not-set":
      return failed(
        check,
        "the callback came with a user name and a password, and nobody checks them",
        `Set ${username} and ${password} to those of ${callbackConfig}, or remove them there.`,
      );
    default:
      return callback.authentication satisfies never;
  }
}
