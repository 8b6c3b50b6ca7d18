/**
 * `npm run test:node`: runs `npm test` on the newest Node of each supported line, which it installs into `.cache`, and fails
 * if a run fails. `npm run test:node -- 22 24` runs it on these lines only.
 */
import { delimiter } from "node:path";
import { installNode, nodeLines } from "./node-lines.js";
import { run } from "../test-runner.js";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((line) => !nodeLines.includes(line));
if (unknown.length > 0)
  throw new Error(`Unknown Node release line: ${unknown.join()}. Use some of ${nodeLines.join()}.`);

const path = process.env["PATH"];
const lines: string[] = [];
let passed = 0;
let failed = 0;
for (const line of nodeLines.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  const { version, bin } = await installNode(line);
  // First in the PATH, it is the Node of npm, of the tests and of all that they start.
  process.env["PATH"] = [bin, path].join(delimiter);
  console.log(`Testing on Node ${version}.`);
  const { output, isGood, seconds } = await run("npm", ["test"], 2 * 60 * 60);
  if (!isGood) console.log(output);
  // A run that was stopped, or that failed to build, counts none.
  const counts = /(\d+) passed, (\d+) failed\s*$/.exec(output)?.slice(1).map(Number);
  const [itsPassed = 0, itsFailed = 0] = counts ?? [];
  const counted = isGood ? itsFailed : Math.max(itsFailed, 1);
  passed += itsPassed;
  failed += counted;
  lines.push(`Node ${version}: ${itsPassed} passed, ${counted} failed, ${Math.round(seconds)} s`);
}
for (const line of lines) console.log(line);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
