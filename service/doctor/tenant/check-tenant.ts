import type { StartedTransaction } from "../../../src/server/token-server/token-server-answers.js";
import { connectionLines } from "../connection-checks.js";
import { isUsable, lookAtConnection } from "../connection.js";
import type { DoctorSettings } from "../doctor-settings.js";
import { fixFirst, notChecked, type CheckId, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { listenForCallbacks } from "./callback-listener.js";
import { reachLine, tryCallback, whyNotHeard } from "./callback-reach.js";
import { noScanLines, scanLines, waitForScan, type ScanTimes } from "./scan.js";
import { askTokenServer, TokenServerCalls } from "./token-server-calls.js";
import { tokenServerChecks, tokenServerLines } from "./token-server-checks.js";

/** Checks without which a scan is of no use. */
const ofTheCode: readonly CheckId[] = ["code", "lifetime", "result"];

/** What doctor does at the edges while it checks a tenant. */
export interface TenantEdge {
  print: (heading: string, lines: readonly Line[]) => void;
  /** Shows a code until the function that it resolves to is called. Undefined: no scan is wanted. */
  show: ((code: StartedTransaction) => Promise<() => void>) | undefined;
  /** Ends the wait for a scan. */
  stop: AbortSignal;
  /** For each call and connection. */
  timeoutMs: number;
  times: ScanTimes;
}

/** Checks a tenant from the outside in: its address, its settings, the callback, a scan. Resolves to all lines. */
export async function checkTenant(
  settings: DoctorSettings,
  callbackUri: string,
  { print, show, stop, timeoutMs, times }: TenantEdge,
): Promise<Line[]> {
  const lines: Line[] = [];
  const add = (heading: string, more: readonly Line[]): void => {
    lines.push(...more);
    print(heading, more);
  };
  const url = settings["token-server-url"];
  const connection = await lookAtConnection(url, timeoutMs);
  const server = { what: "the Token Server", setAt: wordingOf[settings.backend].setting("token-server-url") };
  add(`Connection to ${url}`, connectionLines(connection, server, new Date(times.now())));

  const calls = new TokenServerCalls(settings, callbackUri, timeoutMs);
  const facts = isUsable(connection) ? await askTokenServer(calls, settings.message) : undefined;
  const broken = lines.find(({ result }) => result === "failed")?.check ?? "port";
  add(
    "The Token Server's settings",
    facts ? tokenServerLines(facts, settings, callbackUri) : notChecked(tokenServerChecks, fixFirst(broken)),
  );

  const listening = await listenForCallbacks(settings, times.now);
  try {
    const { name, proxy } = connection;
    const known = name && "addresses" in name ? name.addresses : [];
    const tokenServer = proxy.kind === "used" ? [proxy.proxy] : known;
    const reach = await tryCallback(callbackUri, settings, listening, timeoutMs);
    const reached = reachLine(reach, { callbackUri, tokenServer, settings });
    add("The callback", [reached]);

    const code = facts?.code;
    const inTheWay = lines.find(
      ({ check, result }) => result === "failed" && (!code || ofTheCode.includes(check)),
    );
    if (!code || !show || inTheWay) {
      add("A login", noScanLines(inTheWay ? fixFirst(inTheWay.check) : "left out (--no-scan)"));
      return lines;
    }
    const hide = await show(code);
    const notHeard = whyNotHeard(reach, settings);
    // Where another server hears the callbacks, doctor does not wait for one.
    const hearing = notHeard === undefined ? listening : { error: notHeard };
    const scan = await waitForScan(code, calls, hearing, times, stop).finally(hide);
    add(
      "A login",
      scanLines(scan, {
        callbackUri,
        hasCredentials: settings["callback-username"] !== undefined,
        usesResultPolling: settings["result-polling"] !== undefined,
        isUnreachable: reached.result === "failed",
        notHeard,
        backend: settings.backend,
      }),
    );
    return lines;
  } finally {
    if ("close" in listening) listening.close();
  }
}
