import { randomInt } from "node:crypto";
import type { StartedTransaction } from "../../../server/token-server/token-server-answers.js";
import { connectionLines, firstProblem } from "../connection-checks.js";
import { isUsable, lookAtConnection, type Connection } from "../connection.js";
import type { DoctorSettings } from "../doctor-settings.js";
import { fixFirst, notChecked, type CheckId, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { listenForCallbacks } from "./callback-listener.js";
import { reachLine, tryCallback, whyNotReceived } from "./callback-reach.js";
import { noScanLines, scanLines, waitForScan, type ScanTimes } from "./scan.js";
import { askTokenServer, TokenServerCalls } from "./token-server-calls.js";
import { tokenServerChecks, tokenServerLines } from "./token-server-checks.js";

/** A number as the kit makes it, with its leading zeros. */
const randomNumber = (digits: number): string => String(randomInt(10 ** digits)).padStart(digits, "0");

/** Checks that must pass before a code is shown. */
const ofTheCode: readonly CheckId[] = ["code", "lifetime", "result"];

/** The run of a tenant's checks. */
interface TenantRun {
  print: (heading: string, lines: readonly Line[]) => void;
  /**
   * Shows a code, and the number that the phone must show, until the function that it resolves to is called. Undefined: no scan
   * is wanted.
   */
  show: ((code: StartedTransaction, number: string | undefined) => Promise<() => void>) | undefined;
  /** Ends the wait for a scan. */
  stop: AbortSignal;
  /** The time limit of each call and connection. */
  timeoutMs: number;
  times: ScanTimes;
}

/**
 * Checks a tenant from the outside in. Resolves to all lines.
 *
 * First the connection. Then `token-server-calls.ts` calls the Token Server with the kit's own client, and
 * `token-server-checks.ts` concludes from the answers which setting is wrong. `callback-listener.ts` listens where callbacks
 * arrive, and `callback-reach.ts` posts one itself to find out whether the address can be reached. At last a code is shown, and
 * `scan.ts` waits for the answer and the callback. A step runs only if the ones before it allow it.
 */
export async function checkTenant(
  settings: DoctorSettings,
  callbackUri: string,
  { print, show, stop, timeoutMs, times }: TenantRun,
): Promise<Line[]> {
  const lines: Line[] = [];
  const add = (heading: string, more: readonly Line[]): void => {
    lines.push(...more);
    print(heading, more);
  };
  const url = settings["token-server-url"];
  const connection = await lookAtConnection(url, timeoutMs);
  const server = {
    title: "the Token Server",
    setAt: wordingOf[settings.backend].setting("token-server-url"),
  };
  add(`Connection to ${url}`, connectionLines(connection, server, new Date(times.now())));

  const calls = new TokenServerCalls(settings, callbackUri, timeoutMs);
  const number = settings.pairing === "off" ? undefined : randomNumber(settings["pairing-digits"]);
  const facts = isUsable(connection) ? await askTokenServer(calls, settings.message, number) : undefined;
  const broken = firstProblem(lines);
  add(
    "Token Server settings",
    facts ? tokenServerLines(facts, settings, callbackUri) : notChecked(tokenServerChecks, fixFirst(broken)),
  );

  const isPolling = settings["result-polling"] !== undefined;
  const listening = isPolling ? { error: "not-used" } : await listenForCallbacks(settings, times.now);
  try {
    const tokenServer = addressesIn(connection);
    const reach = isPolling ? undefined : await tryCallback(callbackUri, settings, listening, timeoutMs);
    const reached = reachLine(reach, { callbackUri, tokenServer, settings });
    add("Callback", [reached]);

    const code = facts?.code;
    const isInTheWay = ({ check, result }: Line) =>
      result === "failed" && (!code || ofTheCode.includes(check));
    const inTheWay = facts ? lines.find(isInTheWay)?.check : broken;
    if (!code || !show || inTheWay) {
      add("Login", noScanLines(inTheWay ? fixFirst(inTheWay) : "left out (--no-scan)", settings));
      return lines;
    }
    const hide = await show(code, facts?.number);
    const notReceived = reach && whyNotReceived(reach, settings);
    // If another server receives the callbacks, doctor does not wait for one.
    const listener = notReceived === undefined ? listening : { error: notReceived };
    const scan = await waitForScan(code, calls, listener, times, stop).finally(hide);
    const isUnreachable = reached.result === "failed";
    add("Login", scanLines(scan, { settings, callbackUri, isUnreachable, notReceived }));
    return lines;
  } finally {
    if ("close" in listening) listening.close();
  }
}

/** Where calls go: the proxy, or the addresses of the server. */
function addressesIn({ name, proxy }: Connection): readonly string[] {
  if (proxy.kind === "used") return [proxy.proxy];
  return name && "addresses" in name ? name.addresses : [];
}
