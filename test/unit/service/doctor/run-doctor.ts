import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { doctor, type DoctorRun } from "../../../../src/service/doctor/doctor-command.js";
import type { Environment } from "../../../../src/service/settings/given-values.js";
import { findLeaks } from "../../../support/secrets.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** The JSON of `--json`. */
interface Found {
  kind: string;
  address: string;
  at: string;
  version: string;
  ok: boolean;
  checks: { check: string; title: string; result: "ok" | "failed" | "unknown"; says: string; fix?: string }[];
  next: string[];
}

export interface Run {
  exit: 0 | 1 | 2;
  stdout: string;
  stderr: string;
  report: string;
}

/** `doctor` in this process, with a report. The times are long: a busy machine must not look like a broken tenant. */
export async function runDoctor(
  t: Pick<TestContext, "after">,
  args: readonly string[],
  edge: Partial<DoctorRun> = {},
  environment: Environment = {},
  // Tests run as root, where a browser has no sandbox.
  asRoot = args.some((arg) => /^--(?:site|return)$/.test(arg)) &&
  !args.some((arg) => /^--(?:no-)?browser/.test(arg))
    ? ["--no-sandbox"]
    : [],
): Promise<Run> {
  const file = join(temporaryFolder(t), "report.txt");
  let [stdout, stderr] = ["", ""];
  const exit = await doctor([...args, ...asRoot, "--report", file], environment, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    version: "1.2.3",
    stop: new AbortController().signal,
    timeoutMs: 30_000,
    streamMs: 30_000,
    ...edge,
    times: { pollMs: 20, callbackMs: 30_000, lateMs: edge.times?.callbackMs ?? 30_000, ...edge.times },
  });
  return { exit, stdout, stderr, report: readFileSync(file, "utf8") };
}

export const foundIn = ({ stdout }: Run): Found => JSON.parse(stdout) as Found;

/** The checks with a result, in the order of the lines. */
export const checksThat = (run: Run, result: "ok" | "failed" | "unknown"): string[] =>
  foundIn(run)
    .checks.filter((line) => line.result === result)
    .map(({ check }) => check);

/** Exactly these lines are ✗, each says what to change, and the exit code fits. */
export function assertFailed(run: Run, expected: readonly string[]): void {
  assert.deepEqual(checksThat(run, "failed"), expected, run.stdout);
  for (const { result, fix } of foundIn(run).checks)
    assert.equal(result === "failed", fix !== undefined && fix !== "");
  assert.equal(run.exit, expected.length > 0 ? 1 : 0);
  assert.doesNotMatch(run.stdout + run.stderr + run.report, /^\s+at .*:\d+:\d+/m, "There is no stack trace.");
}

/** The one check that is ✗, and words of its line or of its advice, which is on a line of its own. */
export interface OneFails {
  fails: readonly [check: string, says: RegExp];
}

export function assertOneFails(run: Run, [check, says]: OneFails["fails"]): { title: string } {
  assertFailed(run, [check]);
  const line = foundIn(run).checks.find(({ result }) => result === "failed")!;
  assert.match(`${line.says}\n${line.fix}`, says);
  return line;
}

/** No output has one of the secrets, in any form. */
export function assertNoSecrets(run: Run, secrets: Readonly<Record<string, string>>): void {
  const outflows = (["stdout", "stderr", "report"] as const).map((where) => ({ where, text: run[where] }));
  assert.deepEqual(
    findLeaks(
      outflows,
      Object.entries(secrets).map(([name, value]) => ({ name, value, belongs: undefined })),
    ),
    [],
  );
}
