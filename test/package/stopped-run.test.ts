import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { until } from "../support/until.js";

/** A test file in which a server runs. It prints the server's process. */
const testFile = `
import { startCommand } from "./test/package/support/packed-package.ts";
const server = "require('http').createServer().listen(0, () => console.log('ready: ' + process.pid))";
const { origin } = await startCommand(process.execPath, ["-e", server], ".");
console.log('server ' + origin + '.');
`;

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test(
  "a server that a test has started ends with the test run, also where SIGTERM stops it",
  { skip: process.platform === "win32" },
  async (t) => {
    const args = ["--import", "tsx", "--input-type=module", "--eval", testFile];
    const run = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => run.kill("SIGKILL"));
    const ended = once(run, "exit");
    let output = "";
    run.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    // Newer versions of Node print the head of a test report first.
    const printed = (): string | undefined => /^server (\d+)\.$/m.exec(output)?.[1];
    await until(() => printed() !== undefined || run.exitCode !== null, "the server", 300_000);
    const server = Number(printed());
    assert.ok(runs(server), output);
    t.after(() => runs(server) && process.kill(server, "SIGKILL"));

    run.kill("SIGTERM");
    await ended;
    await until(() => !runs(server), "the server's end");
  },
);
