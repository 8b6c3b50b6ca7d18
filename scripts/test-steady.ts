/**
 * `npm run test:steady`: runs `npm test` ten times in a row while another process keeps a core busy, and fails if a run fails.
 * `npm run test:steady -- 3` runs it three times; `npm run test:steady -- --all 2` runs `npm run test:all` twice.
 */
import { spawn } from "node:child_process";
import { run } from "./test-runner.js";

const command = process.argv.includes("--all") ? "test:all" : "test";
const times = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 10);

/** Minifies a large script in a loop. It keeps one core busy and writes nothing. */
const otherWork = `
  const { readFileSync } = await import("node:fs");
  const { minifySync } = await import("vite");
  const text = readFileSync("node_modules/axe-core/axe.js", "utf8");
  for (;;) minifySync("axe.js", text);
`;
const busy = spawn(process.execPath, ["--input-type=module", "--eval", otherWork], { stdio: "inherit" });
process.once("exit", () => busy.kill("SIGKILL"));

let failures = 0;
for (let time = 1; time <= times; time++) {
  const { output, isGood, seconds } = await run("npm", ["run", command], 2 * 60 * 60);
  const lastLine = output.trimEnd().split("\n").at(-1);
  if (!isGood) {
    failures += 1;
    console.log(output);
  }
  console.log(`${time} of ${times}: ${lastLine}, ${Math.round(seconds)} s`);
}
if (busy.exitCode !== null) throw new Error("The other work ended before the tests did.");
console.log(`${times - failures} of ${times} runs passed`);
process.exitCode = failures > 0 ? 1 : 0;
process.exit();
