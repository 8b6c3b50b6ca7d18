#!/usr/bin/env node
/**
 * The package's command, `npx onegini-otp-login`. `readCommand` (`flags.ts`) parses the command line; this file then starts one
 * of the five commands: `demo` from `demo/server/`, `emulator` from `emulator-server.ts`, `serve`, `doctor` and `audit` from their
 * own folders (`commands.ts`). These three are imported only when needed, because `npm run build` bundles each with its libraries into a file of its
 * own. Errors in the command line end with exit code 2.
 */
import { join } from "node:path";
import { readAssets } from "../../../demo/server/assets.js";
import { startDemo } from "../../../demo/server/demo-server.js";
import { exit } from "../../../demo/server/listen-or-exit.js";
import { endWithReader, readVersion, runAudit, runDoctor, runServe } from "./commands.js";
import { startEmulator } from "./emulator-server.js";
import { flagWords, readCommand } from "./flags.js";

const getAssets = () => readAssets(join(import.meta.dirname, "assets"));

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
    await runDoctor(command.args);
    break;
  case "audit":
    await runAudit(command.args);
    break;
  default:
    command satisfies never;
}
