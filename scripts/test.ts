/** `npm test`: every suite, one after the other, and a last line that sums them up. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "./ensure-browser.js";

interface Count {
  passed: number;
  failed: number;
}

/** Runs a command, shows its output, and gives that back too. */
function run(command: string, args: string[]): Promise<{ output: string; code: number }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
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

const lastNumber = (output: string, pattern: RegExp): number =>
  Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** A run that went wrong counts as a failure even where no test says so. */
const count = (passed: number, failed: number, code: number): Count => ({
  passed,
  failed: code === 0 ? failed : Math.max(failed, 1),
});

async function nodeSuite(folder: string): Promise<Count> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file));
  const args = ["--import", "tsx", "--test", "--test-reporter=spec", "--test-concurrency=2", ...files];
  const { output, code } = await run(process.execPath, args);
  const failed = lastNumber(output, /^ℹ fail (\d+)$/gm) + lastNumber(output, /^ℹ cancelled (\d+)$/gm);
  return count(lastNumber(output, /^ℹ pass (\d+)$/gm), failed, code);
}

async function browserSuite(): Promise<Count> {
  const { output, code } = await run("npx", ["web-test-runner"]);
  return count(lastNumber(output, /(\d+) passed/g), lastNumber(output, /(\d+) failed/g), code);
}

async function build(): Promise<Count> {
  const { code } = await run("npm", ["run", "--silent", "build"]);
  return count(0, 0, code);
}

process.env["CHROME_PATH"] = await ensureBrowser();

const suites: Record<string, () => Promise<Count>> = {
  "the build": build,
  "test/build": () => nodeSuite("test/build"),
  "test/emulator": () => nodeSuite("test/emulator"),
  "test/server": () => nodeSuite("test/server"),
  "test/element": browserSuite,
  "test/e2e": () => nodeSuite("test/e2e"),
};
const wanted = process.argv.slice(2);
const total: Count = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n— ${name}`);
  const { passed, failed } = await suite();
  total.passed += passed;
  total.failed += failed;
  lines.push(`${name}: ${passed} passed, ${failed} failed`);
}
console.log(`\n${lines.join("\n")}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
