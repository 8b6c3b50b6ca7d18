import { exitOnStopSignal, type StopSignal } from "../process/stop-signal.js";
import { revision } from "../process/revision.js";
import { readFlags, type Environment } from "../settings/given-values.js";
import { readSettings, serveSettings } from "../settings/read-settings.js";
import { settingNames, settingOf, type SettingName, type Settings } from "../settings/setting-list.js";
import { compatibilityWith } from "./compatible-with.js";
import { appendOnlyText } from "./store/append-only.js";
import { helpText } from "./help-text.js";
import { healthProblem } from "./ports/health-check.js";
import { createLog } from "./telemetry/log.js";
import { isShared } from "./store/redis-client.js";
import { checkService, startService, stopWarnings, type Checked, type Service } from "./service.js";
import { StartProblem } from "./start-problem.js";
import { unusedProxy } from "../../node/env-proxy.js";

/**
 * The command `serve`: the kit as a process of its own, for a site in any language.
 *
 * This file reads the settings (`../settings/`), prints what an operator needs, and stops the process on a signal. `service.ts`
 * puts the parts together. The public port (`public-server.ts`) serves the login API, which is the kit of `create-kit.ts`, and
 * the widget's files (`assets.ts`). The internal port (`internal-server.ts`) serves the site's own backend. So a login comes in
 * at the public port and ends with `POST /redeem` at the internal one. Events go to `log.ts`, `metrics.ts` and `traces.ts`.
 *
 * stdout is for the log alone; everything else goes to stderr. Resolves to the running service, and to undefined for `--help`.
 */
export async function serve(
  args: readonly string[],
  environment: Environment,
  version: string,
): Promise<Service | undefined> {
  // Needs no settings.
  const other = readFlags(args, serveSettings).texts.get("compatible-with");
  if (other !== undefined) {
    const { text, exitCode } = compatibilityWith(other, version);
    (exitCode === 2 ? process.stderr : process.stdout).write(text);
    process.exit(exitCode);
  }
  const result = readSettings(args, environment);
  if (result.kind === "help") {
    process.stdout.write(helpText);
    return undefined;
  }
  for (const warning of result.warnings) console.error(`warning: ${warning}`);
  if (result.kind === "wrong") {
    for (const problem of result.problems) console.error(problem);
    console.error("Help: npx onegini-otp-login serve --help");
    process.exit(2);
  }
  const { settings, givenAt, secretFiles, switches } = result;
  if (switches.has("health")) {
    const problem = await healthProblem(settings);
    if (problem !== undefined) console.error(problem);
    process.exit(problem === undefined ? 0 : 1);
  }
  const unused = unusedProxy(settings["token-server-url"]);
  for (const warning of [...stopWarnings(settings), ...(unused ? [unused.description] : [])])
    console.error(`warning: ${warning}`);
  const log = createLog(settings.log, undefined, settings["log-level"]);
  try {
    if (switches.has("check")) {
      console.error(summaryOf(settings, givenAt, await checkService(settings, log)));
      process.exit();
    }
    log.info({ version, revision, node: process.version }, "starting");
    const service = await startService(settings, log, secretFiles, version);
    // Before `ready` is printed, because a signal may follow at once. After Ctrl+C a person waits, and no load balancer.
    exitOnStopSignal((signal) => stop(service, signal, signal === "SIGTERM" ? settings.drain : 0));
    report(settings, service);
    const begun = service.ready.then((appendOnly) => {
      if (appendOnly === "off" || appendOnly === "unknown") console.error(appendOnlyText(appendOnly));
      console.error(`ready: ${service.publicAddress}`);
    });
    if (service.waitsFor === undefined) await begun;
    else
      begun.catch(async (error: unknown) => {
        // So that its audit has an end.
        await service.stop();
        fail(error);
      });
    return service;
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  if (!(error instanceof StartProblem)) throw error;
  console.error(error.message);
  process.exit(error.exitCode);
}

/** Prints what an operator needs at the start, one line each, except the last one: `ready:`. */
function report(
  settings: Settings,
  { publicAddress, internalAddress, secret, files, waitsFor }: Service,
): void {
  if (!isShared(settings))
    console.error("attempts are kept in memory: run one process only, or set redis-url");
  if (!isShared(settings) && settings.pairing !== "off")
    console.error(
      "forgotten browsers are kept in memory: after each start everybody is asked for the number once",
    );
  for (const { name, integrity } of files)
    if (!name.startsWith("locales/")) console.error(`integrity: ${name} ${integrity}`);
  if (settings["internal-secret"] === undefined) console.error(`internal-secret: ${secret}`);
  console.error(`internal: ${internalAddress}`);
  if (waitsFor !== undefined)
    console.error(
      `waiting: ${publicAddress} is not ready (/ready is 503), and Redis is tried again. ${waitsFor}`,
    );
}

/** The output of `--check`: each setting that was given, and where the service would listen. */
function summaryOf(
  settings: Settings,
  givenAt: ReadonlyMap<SettingName, string>,
  { publicAddress, internalAddress, appendOnly, notes }: Checked,
): string {
  const given = settingNames.flatMap((name) => {
    const where = givenAt.get(name);
    if (where === undefined) return [];
    return [
      `${name}: ${settingOf(name).isSecret ? "(secret)" : JSON.stringify(settings[name])}, from ${where}`,
    ];
  });
  return [
    ...given,
    `It would start: at ${publicAddress} for browsers, at ${internalAddress} for the site's backend.`,
    isShared(settings) ? "Redis answers." : "Attempts would be kept in memory.",
    ...(appendOnly ? [appendOnlyText(appendOnly)] : []),
    ...notes.map((note) => `note: ${note}`),
    "The Token Server was not checked. To check it: npx onegini-otp-login doctor, with the same settings.",
  ].join("\n");
}

async function stop(service: Service, signal: StopSignal, drain: number): Promise<boolean> {
  console.error(`stopping: ${signal}`);
  const isComplete = await service.stop({ drain });
  if (isComplete) console.error("stopped");
  return isComplete;
}
