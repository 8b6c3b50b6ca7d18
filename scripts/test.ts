/**
 * `npm test`: the tests that need only Node and Chromium. `npm run test:all` (`--all`): also the others, in all engines.
 * Paths narrow a run: `npm test test/unit/server`, `npm run test:all test/element`. Some suites run only if they are named: see
 * `suites.ts`, which also says what each needs. Only what is needed is built or installed.
 * `--watch` runs the tests of the paths again at each change: `npm test -- --watch test/unit/server/attempt`.
 * `--write` writes snapshots and API reports again: `npm test -- --write test/package/api`.
 * `--part 2/3` runs the second third of the files: `npm test -- --part 2/3 test/package/examples`.
 */
import { readdirSync } from "node:fs";
import { dirname } from "node:path/posix";
import { parseArgs } from "node:util";
import { wantedEngines } from "./find-engines.js";
import {
  installEngines,
  installLanguages,
  installProxies,
  installRedis,
  installScreenReader,
  installServices,
} from "./install-test-tools.js";
import { isIn, suiteOf, type Need } from "./suites.js";
import { run, runElementFiles, runJobs, runNodeFiles, watchFiles, type FileResult } from "./test-runner.js";

const filesAtATime = 2;
/** Besides, of those that wait for most of their time. */
const waitingFilesAtATime = 1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    part: { type: "string", default: "1/1" },
    watch: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const isAll = values.all;
const [part = NaN, parts = NaN] = values.part.split("/").map(Number);
if (!(part >= 1 && part <= parts))
  throw new Error(`--part ${values.part} is wrong; expected a part such as 2/3`);
/** Stops a file that hangs. Far longer than any file takes, also on a busy machine. */
const limitSeconds = 1800;
const paths = positionals.map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));

const runsIn = isAll ? ["test", "all"] : ["test"];
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) =>
    paths.length > 0 ? paths.some((path) => isIn(file, path)) : runsIn.includes(suiteOf(file).runsIn),
  )
  .sort()
  .filter((_file, index) => index % parts === part - 1);

if (files.length === 0) console.log(`No test files in ${paths.join(" ")}.`);

/** `npm run test:all` runs the tests of the element and its view once more, on the built file. */
const builtFiles = isAll ? files.filter((file) => /^test\/element\/(view\/)?[^/]+$/.test(file)) : [];

if (values.write) process.env["WRITE_SNAPSHOTS"] = "1";
if (!isAll) process.env["ENGINES"] ??= "chromium";
const engines = wantedEngines();
const needs = new Set<Need>(files.flatMap((file) => suiteOf(file).needs));
if (needs.has("browser")) await installEngines([...new Set(["chromium", ...engines] as const)]);
if (needs.has("screen reader")) installScreenReader();
if (needs.has("services")) installServices();
if (needs.has("redis")) installRedis();
if (needs.has("proxies")) installProxies();
if (needs.has("languages")) installLanguages();
if (needs.has("build") || builtFiles.length > 0) {
  const build = await run("npm", ["run", "--silent", "build"], 300);
  if (!build.isGood) throw new Error(`The build failed.\n${build.output}`);
}
if (values.watch) process.exit(await watchFiles(files));

const results: FileResult[] = [];
function report(...some: FileResult[]): void {
  results.push(...some);
  for (const { name, passed, failed, seconds, measured = [], output } of some) {
    const counts = `${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`;
    console.log(`${failed > 0 ? "✖" : "✔"} ${name}: ${counts}`);
    for (const line of measured) console.log(`    ${line}`);
    if (output !== undefined) console.log(output);
  }
}

const elementFiles = files.filter((file) => isIn(file, "test/element"));
const unitFiles = files.filter((file) => isIn(file, "test/unit"));
/** Unit tests of one folder share a process: what most of their files cost is its start. */
const unitFolders = [...new Set(unitFiles.map((file) => dirname(file)))].map((folder) =>
  unitFiles.filter((file) => dirname(file) === folder),
);
const otherFiles = files.filter((file) => !["test/element", "test/unit"].some((path) => isIn(file, path)));
/** An engine shows one page at a time, so each of two processes runs every other file. */
const shards = [0, 1]
  .map((shard) => elementFiles.filter((_file, index) => index % 2 === shard))
  .filter((shard) => shard.length > 0);
const nodeJobs = (groups: string[][]) =>
  groups.map((some) => async () => report(await runNodeFiles(some, limitSeconds)));
const isWaiting = (file: string): boolean => suiteOf(file).waits === true;
const busyJobs = [
  ...engines.flatMap((engine) =>
    shards.map((shard) => async () => report(...(await runElementFiles(shard, engine, limitSeconds)))),
  ),
  ...(builtFiles.length > 0
    ? [async () => report(...(await runElementFiles(builtFiles, "chromium", limitSeconds, true)))]
    : []),
  ...nodeJobs(unitFolders),
  ...nodeJobs(otherFiles.filter((file) => !isWaiting(file)).map((file) => [file])),
];
const waitingJobs = nodeJobs(otherFiles.filter(isWaiting).map((file) => [file]));
await Promise.all([
  runJobs(waitingJobs, waitingFilesAtATime),
  runJobs(busyJobs, filesAtATime).then(() => runJobs(waitingJobs, filesAtATime)),
]);

const sum = (kind: "passed" | "failed"): number => results.reduce((total, result) => total + result[kind], 0);
const list = (title: string, some: FileResult[]): void => {
  if (some.length === 0) return;
  console.log(`\n${title}:`);
  for (const { name, seconds } of some) console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}`);
};
list(
  "Failed",
  results.filter(({ failed }) => failed > 0),
);
list("The five slowest files", results.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5));
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;
