/**
 * `npm run test:claims`: takes each defence of docs/security.md out of a copy of this checkout, one after the other, and runs
 * the test that must fail then. The run fails if such a test passes. A word narrows it: `npm run test:claims callback`.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { installEngines, installServices } from "../install-test-tools.js";
import { suiteOf } from "../suites.js";
import { countsIn, run, runJobs } from "../test-runner.js";
import { fileOf, withoutDefence } from "./defence.js";
import { defences } from "./defences.js";

const copyCount = 2;
/** Stops a test that hangs. Far longer than one takes, also on a busy machine. */
const limitSeconds = 600;

const [word = ""] = process.argv.slice(2);
const wanted = defences.filter(({ claim, at, test, title }) =>
  [claim, at, test, title].some((text) => text.includes(word)),
);

const isOfElement = (test: string): boolean => test.startsWith("test/element/");
const isOfBrowser = (test: string): boolean => isOfElement(test) || test.startsWith("test/e2e/");

/** A copy of the files that git has or would add, with the same packages. */
function copyCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "onegini-otp-login-claims-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { encoding: "utf8" }).split("\0");
  for (const file of files.filter((name) => name !== "" && existsSync(name))) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(file, join(folder, file));
  }
  // The packages, and the built widget that the service serves.
  for (const name of ["node_modules", "dist"]) symlinkSync(resolve(name), join(folder, name), "junction");
  return folder;
}

/** A pattern for the full name of a test, which begins with its suites' titles; … stands for anything. */
const patternOf = (title: string): string =>
  `(^| )${title
    .split("…")
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    .join(".*")}( |$)`;

/** `broken`: no test came to its end. */
type Outcome = { kind: "passed" | "failed" | "broken"; output: string };

/** Runs the tests of a file with these titles. Of a file for the element all tests run, and those with these titles count. */
async function runTests(folder: string, test: string, titles: readonly string[]): Promise<Outcome> {
  if (isOfElement(test)) {
    const args = ["node_modules/@web/test-runner/dist/bin.js", "--static-logging", "--files", test];
    const { output } = await run(process.execPath, args, limitSeconds, { ENGINES: "chromium" }, folder);
    const failed = [...output.matchAll(/^ *❌ (.+)$/gm)].map(([, title = ""]) => title);
    const isOne = (title: string) => titles.some((each) => new RegExp(patternOf(each)).test(title));
    const isComplete = output.includes(`${test}: `);
    return { kind: !isComplete ? "broken" : failed.some(isOne) ? "failed" : "passed", output };
  }
  const pattern = titles.map(patternOf).join("|");
  const args = ["--import", "tsx", "--test-reporter=spec", "--test-name-pattern", pattern, test];
  const { output } = await run(process.execPath, args, limitSeconds, {}, folder);
  const { passed, failed } = countsIn(output);
  return { kind: failed > 0 ? "failed" : passed > 0 ? "passed" : "broken", output };
}

const sums = { "failed as it should": 0, SURVIVED: 0, broken: 0 };

function report(defence: (typeof defences)[number], result: keyof typeof sums, output = ""): void {
  sums[result] += 1;
  const { claim, test, title, at, ...change } = defence;
  console.log(`${claim} · ${at}: ${JSON.stringify(change)} · ${test}: “${title}” · ${result}`);
  if (output !== "") console.log(output);
}

for (const defence of wanted) withoutDefence(readFileSync(fileOf(defence), "utf8"), defence);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const build = await run("npm", ["run", "--silent", "build"], limitSeconds);
if (!build.isGood) throw new Error(`The build failed.\n${build.output}`);
const folders = Array.from({ length: copyCount }, copyCheckout);

/** Runs each defence's test without it, after all of them with it: a test that fails anyway shows nothing. */
async function tryFile(test: string): Promise<void> {
  const some = wanted.filter((defence) => defence.test === test);
  const folder = folders.pop() ?? copyCheckout();
  const titles = [...new Set(some.map(({ title }) => title))];
  const before = await runTests(folder, test, titles);
  for (const defence of some) {
    if (before.kind !== "passed") {
      report(defence, "broken", defence === some[0] ? before.output : "");
      continue;
    }
    const path = join(folder, fileOf(defence));
    const source = readFileSync(path, "utf8");
    writeFileSync(path, withoutDefence(source, defence));
    const { kind, output } = await runTests(folder, test, [defence.title]);
    writeFileSync(path, source);
    if (kind === "broken") report(defence, "broken", output);
    else report(defence, kind === "failed" ? "failed as it should" : "SURVIVED");
  }
  folders.push(folder);
}

const tests = [...new Set(wanted.map(({ test }) => test))];
if (tests.some(isOfBrowser)) await installEngines(["chromium"]);
if (tests.some((test) => suiteOf(test).needs.includes("services"))) installServices();
const start = Date.now();
await runJobs(
  [
    // One browser at a time: a page behind another would be hidden.
    async () => {
      for (const test of tests.filter(isOfBrowser)) await tryFile(test);
    },
    ...tests.filter((test) => !isOfBrowser(test)).map((test) => () => tryFile(test)),
  ],
  copyCount,
);
const minutes = ((Date.now() - start) / 60_000).toFixed(1);
const counts = Object.entries(sums).map(([result, count]) => `${count} ${result}`);
console.log(`${wanted.length} defences in ${minutes} minutes: ${counts.join(", ")}`);
process.exitCode = sums["failed as it should"] === wanted.length && wanted.length > 0 ? 0 : 1;
