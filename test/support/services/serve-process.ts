import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { until } from "../until.js";

/** `serve` in a process of its own. */
export interface ServeProcess {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** What comes after `{name}: ` in a line of stderr. */
  said: (name: string) => Promise<string>;
  exit: () => Promise<number | null>;
}

/** The settings of the API client that `emulator` of the unit tests has. */
export const siteClient: readonly string[] = [
  ...["--client-id", "site", "--client-secret", "site-secret", "--type", "qr-code"],
];

/** Starts `serve` from its sources. */
export const runServe = (t: Pick<TestContext, "after">, ...args: string[]): ServeProcess =>
  start(t, [...fromSources, "serve", ...args]);

/** Starts `serve` of a command, given as Node's arguments. */
export const runServeOf = (
  command: readonly string[],
  t: Pick<TestContext, "after">,
  ...args: string[]
): ServeProcess => start(t, [process.execPath, ...command, "serve", ...args]);

/** Starts it in a process that may open only so many files. */
export const runServeWithFiles = (
  t: Pick<TestContext, "after">,
  openFiles: number,
  ...args: string[]
): ServeProcess =>
  start(t, ["sh", "-c", `ulimit -n ${openFiles}; exec "$@"`, "sh", ...fromSources, "serve", ...args]);

const fromSources = [process.execPath, "--import", "tsx", "src/service/command/cli.ts"];

function start(t: Pick<TestContext, "after">, [command = "", ...args]: string[]): ServeProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close");
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async said(name) {
      const line = new RegExp(`^${name}: (.*)$`, "m");
      await until(() => line.test(stderr) || child.exitCode !== null, `the line ${name}`, 120_000);
      return line.exec(stderr)?.[1] ?? assert.fail(stderr);
    },
    async exit() {
      await ended;
      return child.exitCode;
    },
  };
}
