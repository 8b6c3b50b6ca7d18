/**
 * `npm test`: the tests that need only Node and Chromium. `npm run test:all` (`--all`): also the others, in all engines.
 * Runs of their own have what installs packages from npm's registry, and what takes long: `npm run package`, what uses the packed
 * package; `npm run test:examples`, the projects of `examples/`; `npm run test:backends`, those of `examples/backends/`, which need
 * other languages; `npm run test:site`, the site of the documents; `npm run test:soak`, pages that are open for a day.
 * Paths narrow a run: `npm test test/unit/server`, `npm run test:all test/element`.
 * `--part 2/3` runs the second third of the files: `npm run test:examples -- --part 2/3`.
 */
import { readdirSync } from "node:fs";
import { dirname } from "node:path/posix";
import { parseArgs } from "node:util";
import { wantedEngines } from "./find-engines.js";
import { installEngines, installLanguages, installProxies, installServices } from "./install-test-tools.js";
import { run, runElementFiles, runJobs, runNodeFiles, type FileResult } from "./test-runner.js";

/** Tests that need more than Node and Chromium: Redis, a proxy, OpenSSL. */
const needServices = [
  "test/resilience",
  "test/e2e/login/neighbour-cookies.test.ts",
  "test/unit/emulator/callback-certificate.test.ts",
  "test/unit/server/token-server/expired-certificate.test.ts",
  "test/unit/service/doctor/tls.test.ts",
];
/** What `npm test` leaves to `npm run test:all`, unless it is named. */
const onlyInAll = [
  ...needServices,
  "test/e2e/accessibility",
  "test/e2e/demo/contrast.test.ts",
  "test/e2e/demo/demo-first-paint.test.ts",
  "test/e2e/demo/other-tabs.test.ts",
  "test/e2e/demo/phone-scanner.test.ts",
  "test/e2e/demo/phone-states.test.ts",
  "test/e2e/demo/phone.test.ts",
  "test/e2e/demo/playground.test.ts",
  "test/e2e/demo/playground-look.test.ts",
  "test/e2e/demo/playground-network.test.ts",
  "test/e2e/demo/site.test.ts",
  "test/e2e/engines/oldest-chromium.test.ts",
  "test/e2e/login/another-tab.test.ts",
  "test/e2e/login/limits.test.ts",
  "test/e2e/network",
  "test/e2e/page",
  "test/e2e/renders",
  "test/element/i18n/locale-look.test.ts",
];
/** What runs only if it is named. */
const onlyIfNamed = [
  "test/package/backends",
  "test/package/command",
  "test/package/consumers",
  "test/package/examples",
  "test/package/frameworks",
  "test/package/install",
  "test/package/site",
  "test/resilience/soak",
];
const filesAtATime = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "boolean", default: false }, part: { type: "string", default: "1/1" } },
});
const isAll = values.all;
const [part = NaN, parts = NaN] = values.part.split("/").map(Number);
if (!(part >= 1 && part <= parts)) throw new Error(`--part ${values.part} is wrong; expected such as 2/3`);
/** Stops a file that hangs. Far longer than any file takes, also on a busy machine. */
const limitSeconds = 1800;
const paths = positionals.map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));

const isIn = (file: string, places: readonly string[]): boolean =>
  places.some((place) => file === place || file.startsWith(`${place}/`));
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) =>
    paths.length > 0 ? isIn(file, paths) : !isIn(file, isAll ? onlyIfNamed : [...onlyIfNamed, ...onlyInAll]),
  )
  .sort()
  .filter((_file, index) => index % parts === part - 1);

if (files.length === 0) console.log(`No test file is in ${paths.join(" ")}.`);

if (!isAll) process.env["ENGINES"] ??= "chromium";
const engines = wantedEngines();
await installEngines([...new Set(["chromium", ...engines] as const)]);
if (files.some((file) => isIn(file, needServices))) installServices();
if (files.some((file) => isIn(file, ["test/package/frameworks/sessions.test.ts"]))) installProxies();
if (files.some((file) => isIn(file, ["test/package/backends"]))) installLanguages();

const build = await run("npm", ["run", "--silent", "build"], 300);
if (!build.isGood) throw new Error(`The build failed.\n${build.output}`);

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

const elementFiles = files.filter((file) => isIn(file, ["test/element"]));
const unitFiles = files.filter((file) => isIn(file, ["test/unit"]));
/** Unit tests of one folder share a process: what most of their files cost is its start. */
const unitFolders = [...new Set(unitFiles.map((file) => dirname(file)))].map((folder) =>
  unitFiles.filter((file) => dirname(file) === folder),
);
const otherFiles = files.filter((file) => !isIn(file, ["test/element", "test/unit"]));
/** An engine shows one page at a time, so each of two processes runs every other file. */
const shards = [0, 1]
  .map((shard) => elementFiles.filter((_file, index) => index % 2 === shard))
  .filter((shard) => shard.length > 0);
/** `npm run test:all` runs the tests of the element and its view once more, on the built file. */
const builtFiles = isAll ? elementFiles.filter((file) => /^test\/element\/(view\/)?[^/]+$/.test(file)) : [];
await runJobs(
  [
    ...engines.flatMap((engine) =>
      shards.map((shard) => async () => report(...(await runElementFiles(shard, engine, limitSeconds)))),
    ),
    ...(builtFiles.length > 0
      ? [async () => report(...(await runElementFiles(builtFiles, "chromium", limitSeconds, true)))]
      : []),
    ...[...unitFolders, ...otherFiles.map((file) => [file])].map(
      (some) => async () => report(await runNodeFiles(some, limitSeconds)),
    ),
  ],
  filesAtATime,
);

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
