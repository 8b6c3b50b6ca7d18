import { openSync, writeSync } from "node:fs";
import type { StartedTransaction } from "../../server/token-server/token-server-answers.js";
import type { Environment } from "../settings/given-values.js";
import { cleaner } from "./clean-lines.js";
import { connectionLines, firstProblem } from "./connection-checks.js";
import { isUsable, lookAtConnection } from "./connection.js";
import { doctorHelp, readDoctorOptions, type Subject } from "./doctor-options.js";
import { fixFirst, notChecked, type Line } from "./lines.js";
import { jsonOf, nextSteps, reportOf, summaryOf, textOf } from "./output.js";
import { serveCodePage, terminalCode } from "./qr-code.js";
import { returnChecks, returnLines, visitReturn } from "./site/return-address.js";
import { siteChecks, siteLines } from "./site/site-checks.js";
import { visitSite, widgetStreamMs, type VisitTimes } from "./site/site-visit.js";
import { checkTenant } from "./tenant/check-tenant.js";
import type { ScanTimes } from "./tenant/scan.js";

/** One run of doctor: where it writes, and its times. */
export interface DoctorRun {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  version: string;
  /** Ends the wait for a scan, which begins with `onCode`. The lines are still printed. */
  stop: AbortSignal;
  /** For each call and connection. Default 5 s. */
  timeoutMs?: number;
  /** For a stream's first event. Default 2.5 s, as the widget has it. */
  streamMs?: number;
  times?: Partial<ScanTimes>;
  /** What a page may take of a browser. */
  limits?: VisitTimes["limits"];
  /** Is called with each code that is shown. */
  onCode?: (code: StartedTransaction) => void;
}

/**
 * The command `doctor`: checks a tenant or, with `--site` and `--return`, a running site, and prints what to
 * change.
 *
 * `doctor-options.ts` reads the command line. `connection.ts` connects to the server; then `tenant/` checks the Token Server's
 * settings, the callback and a scan, or `site/` the login page and the login API. Each first collects facts and then turns them
 * into lines (`lines.ts`): passed, failed with a fix, or "could not tell". Every line passes through `clean-lines.ts`, which
 * removes secrets, and `output.ts` prints the lines as text, JSON or a report.
 *
 * Resolves to the exit code.
 */
export async function doctor(
  args: readonly string[],
  environment: Environment,
  run: DoctorRun,
): Promise<0 | 1 | 2> {
  const options = readDoctorOptions(args, environment);
  if (options.kind === "help") {
    run.stdout(doctorHelp);
    return 0;
  }
  for (const warning of options.warnings) run.stderr(`warning: ${warning}\n`);
  if (options.kind === "wrong") {
    for (const problem of options.problems) run.stderr(`${problem}\n`);
    run.stderr("Help: npx onegini-otp-login doctor --help\n");
    return 2;
  }
  const { subject, json, given } = options;
  let report: number | undefined;
  try {
    // Before the checks, so that they do not run in vain.
    report = options.report === undefined ? undefined : openSync(options.report, "w", 0o600);
  } catch (error) {
    run.stderr(`--report: the file cannot be written (${(error as NodeJS.ErrnoException).code}).\n`);
    return 2;
  }
  const clean = cleaner(options.secrets);
  const at = new Date();
  let transactionId: string | undefined;
  const print = (heading: string, lines: readonly Line[]): void => {
    if (!json) run.stdout(`${textOf(clean.text(heading), lines.map(clean.line))}\n`);
  };
  const found = await check(subject, {
    ...run,
    print,
    clean: clean.text,
    onCode(code) {
      transactionId = code.id;
      run.onCode?.(code);
    },
    showTo: json ? run.stderr : run.stdout,
  });
  const lines = found.map(clean.line);
  const next = nextSteps(lines, subject.kind);
  const address = clean.text(subject.kind === "site" ? subject.page : subject.settings["token-server-url"]);
  const result = { kind: subject.kind, address, at: at.toISOString(), version: run.version, lines, next };
  if (report !== undefined) writeSync(report, reportOf(result, given.map(clean.text), transactionId));
  run.stdout(json ? jsonOf(result) : summaryOf(lines, next));
  return lines.some((line) => line.result === "failed") ? 1 : 0;
}

interface CheckRun extends DoctorRun {
  print: (heading: string, lines: readonly Line[]) => void;
  showTo: (text: string) => void;
  clean: (text: string) => string;
}

async function check(subject: Subject, run: CheckRun): Promise<Line[]> {
  const { timeoutMs = 5_000, streamMs = widgetStreamMs, times, limits, print } = run;
  switch (subject.kind) {
    case "site":
      return checkSite(subject, { timeoutMs, streamMs, limits, clean: run.clean }, print);
    case "tenant":
      return checkTenant(subject.settings, subject.callbackUri, {
        print,
        show: subject.wantsScan ? (code, number) => show(code, number, run) : undefined,
        stop: run.stop,
        timeoutMs,
        times: { pollMs: 2_000, callbackMs: 10_000, lateMs: 30_000, now: Date.now, ...times },
      });
    default:
      return subject satisfies never;
  }
}

async function show(
  code: StartedTransaction,
  number: string | undefined,
  { showTo, onCode }: CheckRun,
): Promise<() => void> {
  const page = await serveCodePage(code.otp);
  // First, so that Ctrl+C works as soon as the code is on the screen.
  onCode?.(code);
  const seconds = Math.round(code.ttlMs / 1000);
  showTo(
    [
      `Scan this code with your app, and accept or decline. It is valid for ${seconds} s. Ctrl+C ends the wait.`,
      ...(number === undefined
        ? []
        : [
            `The phone must show the number ${number}, before and after Accept. If it does not, the Token Server's template drops the message, or the app hides it.`,
          ]),
      terminalCode(code.otp),
      ...(page ? [`As a page, on this machine: ${page.address}`] : []),
      "",
      "",
    ].join("\n"),
  );
  return () => page?.close();
}

async function checkSite(
  { page, site, wayBack }: Extract<Subject, { kind: "site" }>,
  times: VisitTimes,
  print: CheckRun["print"],
): Promise<Line[]> {
  const connection = await lookAtConnection(page, times.timeoutMs);
  const setAt = site ? "--site" : "--return";
  const reached = connectionLines(connection, { title: "the site", setAt }, new Date());
  print(`Connection to ${new URL(page).origin}`, reached);
  const skipped = isUsable(connection) ? undefined : fixFirst(firstProblem(reached));
  const lines = [...reached];
  const add = (heading: string, found: readonly Line[]): void => {
    print(heading, found);
    lines.push(...found);
  };
  if (site) add("Site", skipped ? notChecked(siteChecks, skipped) : siteLines(await visitSite(site, times)));
  if (wayBack)
    add(
      "Way back",
      skipped ? notChecked(returnChecks, skipped) : returnLines(await visitReturn(wayBack, times)),
    );
  return lines;
}
