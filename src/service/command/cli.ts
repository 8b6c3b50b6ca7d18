#!/usr/bin/env node
/**
 * The package's command, `npx onegini-otp-login`. `readCommand` (`flags.ts`) parses the command line; this file then starts one
 * of the five commands: `demo` from `demo/server/`, `emulator` from `emulator-server.ts`, `serve`, `doctor` and `audit` from their
 * own folders. These three are imported only when needed, because `npm run build` bundles each with its libraries into a file of its
 * own. Errors in the command line end with exit code 2.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readAssets } from "../../../demo/server/assets.js";
import { startDemo } from "../../../demo/server/demo-server.js";
import { exit } from "../../../demo/server/listen-or-exit.js";
import { packageFolder } from "../process/package-folder.js";
import { onReloadSignal } from "../serve/reload-signal.js";
import { startEmulator } from "./emulator-server.js";
import { flagWords, readCommand } from "./flags.js";

const getAssets = () => readAssets(join(import.meta.dirname, "assets"));

const readVersion = (): string => {
  const text = readFileSync(join(packageFolder, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
};

/** Exits quietly with 141 when the reader of the output has ended, such as `head`. Node ignores SIGPIPE, which has this code. */
function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(141);
      throw error;
    });
}

function goOnWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

async function runServe(args: readonly string[]): Promise<void> {
  // Imported here, because the other commands need none of its libraries.
  const loading = import("../serve/serve-command.js");
  const starting = loading.then(({ serve }) => serve(args, process.env, readVersion()));
  // Before anything else: without a listener the signal ends the process.
  onReloadSignal(() => void starting.then((service) => service?.rereadSecrets()).catch(() => undefined));
  await starting;
}

async function runDoctor(args: readonly string[]): Promise<void> {
  // As in `runServe`.
  const { doctor } = await import("../doctor/doctor-command.js");
  const stop = new AbortController();
  process.exitCode = await doctor(args, process.env, {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    version: readVersion(),
    stop: stop.signal,
    // Until then a signal ends the process at once, as usual: a handler would have to wait for the checks that run.
    onCode: () => process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort()),
  });
}

async function runAudit(args: readonly string[]): Promise<void> {
  // As in `runServe`.
  const { audit } = await import("../audit/audit-command.js");
  process.exitCode = await audit(args, {
    stdin: process.stdin,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  });
}

const command = readCommand(process.argv.slice(2));
switch (command.kind) {
  case "help":
    endWithReader();
    process.stdout.write(command.text);
    break;
  case "version":
    endWithReader();
    process.stdout.write(`${readVersion()}\n`);
    break;
  case "wrong":
    exit(`${command.problem}\nHelp: npx onegini-otp-login --help`, 2);
    break;
  case "demo":
    await startDemo(command.config, getAssets, flagWords);
    break;
  case "emulator":
    await startEmulator(command.config, getAssets, flagWords);
    break;
  case "serve":
    await runServe(command.args);
    break;
  case "doctor":
    // The report is still written.
    if (command.args.some((arg) => /^--report(=|$)/.test(arg))) goOnWithoutReader();
    else endWithReader();
    await runDoctor(command.args);
    break;
  case "audit":
    endWithReader();
    await runAudit(command.args);
    break;
  default:
    command satisfies never;
}
