import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineTitles, type EngineName } from "./engines.js";

/** What came of a suite. */
export interface Verdict {
  passed: number;
  failed: number;
  /** What the tests that failed said. */
  failures: string[];
  /** What those said that failed at first, and passed when they were run once more by themselves. */
  unsteady: string[];
}

/** What outcomes-reporter.js says of one test. */
interface Outcome {
  /** Where it stands; of a file that ended without a word, that file. */
  file: string;
  isPassed: boolean;
}

/** Runs a command, shows its output, and gives that back too. */
function run(
  command: string,
  args: string[],
  variables: Record<string, string> = {},
): Promise<{ output: string; code: number }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...variables },
      stdio: ["ignore", "pipe", "inherit"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      output += chunk.toString();
    });
    child.once("error", (error) => resolve({ output: String(error), code: 1 }));
    child.once("close", (code) => resolve({ output, code: code ?? 1 }));
  });
}

/** A suite without tests: it went well, or it did not. */
export async function command(name: string, args: string[]): Promise<Verdict> {
  const { code } = await run(name, args);
  return { passed: 0, failed: code === 0 ? 0 : 1, failures: [], unsteady: [] };
}

/** A test that hangs fails. The limit, in milliseconds, holds for a file too: the longest takes five minutes, on a machine that is busy. */
const testTimeout = "--test-timeout=900000";

/** What `node --test` says of each test that failed, at its end. */
const failuresOf = (output: string): string => output.split(/^✖ failing tests:$/m)[1]?.trim() ?? "";

/** Runs files by `node --test`, so many at a time. */
async function nodeTests(files: readonly string[], concurrency: number) {
  const folder = mkdtempSync(join(tmpdir(), "outcomes-"));
  try {
    const written = join(folder, "outcomes");
    const { output, code } = await run(process.execPath, [
      ...["--import", "tsx", "--test", `--test-concurrency=${concurrency}`, testTimeout],
      ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
      ...["--test-reporter=./scripts/outcomes-reporter.js", `--test-reporter-destination=${written}`],
      ...files,
    ]);
    const lines = readFileSync(written, "utf8").split("\n").filter(Boolean);
    return { code, said: failuresOf(output), outcomes: lines.map((line) => JSON.parse(line) as Outcome) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A folder of tests for `node --test`. A file in which a test fails is run once more, by itself: a machine that stood still for a
 * second is told from a fault that way, and named at the end. See docs/decisions/0046.
 */
export async function nodeSuite(folder: string, concurrency = 2): Promise<Verdict> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file));
  const first = await nodeTests(files, concurrency);
  const failing = [...new Set(first.outcomes.filter(({ isPassed }) => !isPassed).map(({ file }) => file))];
  if (first.code === 0 || failing.length === 0) return verdict(first.outcomes, first.code, first.said);
  console.log(`\n— once more: ${failing.join(", ")}`);
  const again = await nodeTests(failing, 1);
  const steady = first.outcomes.filter(({ file }) => !failing.includes(file));
  const all = verdict([...steady, ...again.outcomes], again.code, again.said);
  return all.failed > 0 ? all : { ...all, unsteady: [first.said] };
}

/** A run that went wrong counts as a failure even where no test says so. */
function verdict(outcomes: readonly Outcome[], code: number, said: string): Verdict {
  const passed = outcomes.filter(({ isPassed }) => isPassed).length;
  const failed = code === 0 ? 0 : Math.max(1, outcomes.length - passed);
  return { passed, failed, failures: code === 0 ? [] : [said], unsteady: [] };
}

/** The tests that an engine did without, each with the reason: see test/element/support/engine.ts. */
export const leftOut = new Set<string>();

const lastNumber = (output: string, pattern: RegExp): number =>
  Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);

async function elementTests(engine: EngineName): Promise<Verdict> {
  const { output, code } = await run("npx", ["web-test-runner"], { ENGINES: engine });
  for (const [line] of output.matchAll(/Not in \w+: .+/g)) leftOut.add(line);
  const failed = lastNumber(output, /(\d+) failed/g);
  return {
    passed: lastNumber(output, /(\d+) passed/g),
    failed: code === 0 ? failed : Math.max(failed, 1),
    failures: [...output.matchAll(/^ *❌ .+(?:\n.+){0,3}/gm)].map(
      ([text]) => `${engineTitles[engine]}:${text}`,
    ),
    unsteady: [],
  };
}

/** The element's tests in one engine; where one fails, all of them once more. */
export async function elementSuite(engine: EngineName): Promise<Verdict> {
  const first = await elementTests(engine);
  if (first.failed === 0) return first;
  console.log(`\n— once more: test/element in ${engineTitles[engine]}`);
  const again = await elementTests(engine);
  return again.failed > 0 ? again : { ...again, unsteady: first.failures };
}
