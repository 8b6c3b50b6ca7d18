/** `npm test`: every suite, one after the other, and a last line that sums them up. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { startEngine } from "../test/support/engines/engine.js";
import { engineTitles, unwantedEngines, wantedEngines, type EngineName } from "./engines.js";
import { ensureEngines } from "./ensure-engines.js";
import { ensureServices } from "./ensure-services.js";

interface Count {
  passed: number;
  failed: number;
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

/** What a suite of node says of each test that failed, at its end. */
const failuresOf = (output: string): string => output.split(/^✖ failing tests:$/m)[1]?.trim() ?? "";

const failures: string[] = [];

const lastNumber = (output: string, pattern: RegExp): number =>
  Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** A run that went wrong counts as a failure even where no test says so. */
const count = (passed: number, failed: number, code: number): Count => ({
  passed,
  failed: code === 0 ? failed : Math.max(failed, 1),
});

/** A test that hangs fails. The limit holds for a file, too: the longest takes two minutes, and ten on a machine that is busy. */
const testTimeout = "--test-timeout=1800000";

async function nodeSuite(folder: string, concurrency = 2): Promise<Count> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file));
  const args = [
    "--import",
    "tsx",
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${concurrency}`,
    testTimeout,
    ...files,
  ];
  const { output, code } = await run(process.execPath, args);
  if (code !== 0) failures.push(failuresOf(output));
  const failed = lastNumber(output, /^ℹ fail (\d+)$/gm) + lastNumber(output, /^ℹ cancelled (\d+)$/gm);
  return count(lastNumber(output, /^ℹ pass (\d+)$/gm), failed, code);
}

/** The tests that an engine did without, each with the reason: see test/element/support/engine.ts. */
const leftOut = new Set<string>();

async function elementSuite(engine: EngineName): Promise<Count> {
  const { output, code } = await run("npx", ["web-test-runner"], { ENGINES: engine });
  if (code !== 0)
    failures.push(
      ...[...output.matchAll(/^ *❌ .+(?:\n.+){0,3}/gm)].map(([text]) => `${engineTitles[engine]}:${text}`),
    );
  for (const [line] of output.matchAll(/Not in \w+: .+/g)) leftOut.add(line);
  return count(lastNumber(output, /(\d+) passed/g), lastNumber(output, /(\d+) failed/g), code);
}

async function build(): Promise<Count> {
  const { code } = await run("npm", ["run", "--silent", "build"]);
  return count(0, 0, code);
}

/** Each engine starts once before all else: what does not start fails here, and what does says its version. */
async function nameEngines(): Promise<string> {
  const titles: string[] = [];
  for (const name of wantedEngines()) {
    const engine = await startEngine(name);
    titles.push(engine.title);
    await engine.close();
  }
  const without = unwantedEngines().map((engine) => engineTitles[engine]);
  return `engines: ${titles.join(", ")}${without.length > 0 ? `; without ${without.join(", ")}: ENGINES says so` : ""}`;
}

await ensureEngines(wantedEngines());
ensureServices();
const engines = await nameEngines();
console.log(engines);

const suites: Record<string, () => Promise<Count>> = {
  "the build": build,
  "test/build": () => nodeSuite("test/build"),
  "test/emulator": () => nodeSuite("test/emulator"),
  "test/server": () => nodeSuite("test/server"),
  "test/model": () => nodeSuite("test/model"),
  "test/nodes": () => nodeSuite("test/nodes"),
  "test/faults": () => nodeSuite("test/faults", 3),
  ...Object.fromEntries(
    wantedEngines().map((engine) => [`test/element in ${engineTitles[engine]}`, () => elementSuite(engine)]),
  ),
  "test/engines": () => nodeSuite("test/engines", 1),
  "test/connection": () => nodeSuite("test/connection"),
  "test/accessibility": () => nodeSuite("test/accessibility"),
  "test/renders": () => nodeSuite("test/renders"),
  "test/growth": () => nodeSuite("test/growth"),
  "test/e2e": () => nodeSuite("test/e2e"),
};
/** What was asked for on the command line; `test/element` is that of every engine. */
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean =>
  wanted.length === 0 || wanted.some((each) => name === each || name.startsWith(`${each} in `));
const total: Count = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const [name, suite] of Object.entries(suites)) {
  if (!isWanted(name)) continue;
  console.log(`\n— ${name}`);
  const { passed, failed } = await suite();
  total.passed += passed;
  total.failed += failed;
  lines.push(`${name}: ${passed} passed, ${failed} failed`);
}
// Once more at the end, where whoever reads a long log looks first.
if (failures.length > 0) console.log(`\nfailed:\n${failures.join("\n")}`);
if (leftOut.size > 0) console.log(`\nleft out:\n${[...leftOut].join("\n")}`);
console.log(`\n${engines}\n${lines.join("\n")}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
