import { spawn, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { engineTitles, type EngineName } from "./find-engines.js";

/** The result of a test file, or of files that ran in one process. */
export interface FileResult {
  /** Its path, and for a test of the element the engine. Of several files, their folder. */
  name: string;
  passed: number;
  failed: number;
  seconds: number;
  /** What its tests have measured, by `t.diagnostic`. */
  measured?: string[];
  /** What the file printed, where something failed. */
  output?: string;
}

/**
 * Runs test files of a folder in one process by Node's test runner, one file after the other. They fail if they take longer than
 * `limitSeconds`. Not by `run()` of `node:test`, whose `isolation: "none"` Node 20 does not have: the counts are read from the
 * output.
 */
export async function runNodeFiles(files: readonly string[], limitSeconds: number): Promise<FileResult> {
  const last = files.at(-1) ?? "";
  const before = files.slice(0, -1).flatMap((file) => ["--import", `./${file}`]);
  const args = ["--import", "tsx", ...before, "--test-reporter=spec", last];
  const { output, isGood, seconds } = await run(process.execPath, args, limitSeconds);
  const { passed, failed: counted } = countsIn(output);
  // A file that was stopped, or that has no test, counts none.
  const failed = isGood && passed > 0 ? counted : Math.max(counted, 1);
  const name = files.length > 1 ? `${dirname(last)} (${files.length} files)` : last;
  return { name, passed, failed, seconds, measured: measuredIn(output), ...(failed > 0 ? { output } : {}) };
}

/**
 * Runs files again at each change, until Ctrl+C. They are of one kind: those of `test/element` in Chromium, or others in Node.
 *
 * @returns the exit code
 */
export function watchFiles(files: readonly string[]): Promise<number> {
  const isElement = files.every((file) => file.startsWith("test/element/"));
  if (!isElement && files.some((file) => file.startsWith("test/element/")))
    throw new Error("Watch the tests of test/element separately: they run in a browser.");
  const args = isElement
    ? ["node_modules/@web/test-runner/dist/bin.js", "--watch", ...files.flatMap((file) => ["--files", file])]
    : ["--import", "tsx", "--watch", "--test", "--test-reporter=spec", ...files];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  process.on("SIGINT", () => undefined);
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 0)));
}

/** What tests have said by `t.diagnostic`, without the counts at the end. */
const measuredIn = (output: string): string[] =>
  [...output.matchAll(/^ *ℹ (.+)$/gm)]
    .map(([, text = ""]) => text)
    .filter((text) => !/^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(text));

/** What Node's test runner counts at the end of its output. A file that was stopped or cannot be loaded has no counts. */
export function countsIn(output: string): { passed: number; failed: number } {
  const count = (name: string): number =>
    Number([...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: count("pass"), failed: count("fail") + count("cancelled") };
}

/** Runs files of test/element in an engine, one after the other, by Web Test Runner. `isBuilt`: on the built file. */
export async function runElementFiles(
  files: readonly string[],
  engine: EngineName,
  limitSeconds: number,
  isBuilt = false,
): Promise<FileResult[]> {
  const runner = "node_modules/@web/test-runner/dist/bin.js";
  const args = [runner, "--static-logging", ...files.flatMap((file) => ["--files", file])];
  const variables = { ENGINES: engine, ...(isBuilt && { BUILT: "1" }) };
  const { output, isGood, seconds } = await run(process.execPath, args, limitSeconds, variables);
  // The lines of web-test-runner.config.js.
  const lines = [...output.matchAll(/(test\/\S+): (\d+) passed, (\d+) failed, ([\d.]+) s$/gm)];
  const results = files.map((file): FileResult => {
    const name = `${file} in ${engineTitles[engine]}${isBuilt ? ", built" : ""}`;
    const [, , ...numbers] = lines.find((line) => line[1] === file) ?? [];
    const [passed = 0, failed = 0, taken = seconds] = numbers.map(Number);
    return { name, passed, failed: passed > 0 ? failed : Math.max(failed, 1), seconds: taken };
  });
  const failing = results.find(({ failed }) => failed > 0) ?? (isGood ? undefined : results[0]);
  if (failing) Object.assign(failing, { failed: Math.max(failing.failed, 1), output });
  return results;
}

/** What a command printed, whether it ended well, and how long it took. */
export interface RunResult {
  output: string;
  isGood: boolean;
  seconds: number;
}

/**
 * Runs a command in a folder and collects its output. After `limitSeconds` it is stopped with all of its child processes.
 */
export async function run(
  command: string,
  args: string[],
  limitSeconds: number,
  variables: Record<string, string> = {},
  folder = ".",
): Promise<RunResult> {
  const start = Date.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && command !== process.execPath,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const limit = setTimeout(() => {
    output += `\nStopped: it took longer than ${limitSeconds} seconds.\n`;
    killTree(child.pid);
  }, limitSeconds * 1000);
  const isGood = await new Promise<boolean>((resolve) => {
    child.once("error", (error) => {
      output += String(error);
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
    // A grandchild that outlives the command keeps its output open.
    child.once("exit", (code) => setTimeout(resolve, 5000, code === 0).unref());
  });
  clearTimeout(limit);
  return { output, isGood, seconds: (Date.now() - start) / 1000 };
}

/** Kills a process and its descendants, also those in process groups of their own, as browsers are. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === "win32") return void spawnSync("taskkill", ["/pid", String(pid), "/t", "/f"]);
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const processes = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const parent of tree) {
    for (const [child, itsParent] of processes) if (itsParent === parent && child) tree.push(child);
  }
  for (const each of tree) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // It has already ended.
    }
  }
}

/** Runs jobs, so many at a time, in their order. Takes them out of the list, which may be shared with another call. */
export async function runJobs(jobs: (() => Promise<void>)[], atATime: number): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await job();
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
