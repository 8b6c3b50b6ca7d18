/**
 * `npm run mutation`: changes the kit in every small way that Stryker knows, runs the tests that cover the place, and
 * prints for each file how many of the changes they noticed, and which they did not. Fails below 90 % in any file.
 * `npm run mutation -- src/server/http/csrf.ts` looks at that file alone; `-- redis` at the store on Redis.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";

const minScore = 90;
const report = ".cache/mutation.json";

interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: { line: number; column: number } };
}

const [what = "kit", ...rest] = process.argv.slice(2);
const isConfig = what === "kit" || what === "redis";
const isRedis = what === "redis" || what.startsWith("src/server/redis/");
const config = isRedis ? "stryker.redis.config.mjs" : "stryker.config.mjs";
const files = isConfig ? [] : ["--mutate", [what, ...rest].join()];

rmSync(report, { force: true });
const { status } = spawnSync("npx", ["stryker", "run", config, ...files], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const { files: mutated } = JSON.parse(readFileSync(report, "utf8")) as {
  files: Record<string, { mutants: Mutant[]; source: string }>;
};
const noticed = ["Killed", "Timeout"];
const unnoticed = ["Survived", "NoCoverage"];
const score = (mutants: Mutant[]): number => {
  const among = (statuses: string[]): number =>
    mutants.filter((mutant) => statuses.includes(mutant.status)).length;
  const [killed, survived] = [among(noticed), among(unnoticed)];
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
};

let isEnough = true;
for (const [file, { mutants, source }] of Object.entries(mutated)) {
  const percent = score(mutants);
  isEnough &&= percent >= minScore;
  console.log(`${percent.toFixed(1).padStart(5)} %  ${file}  (${mutants.length} changes)`);
  for (const { status, location, mutatorName, replacement } of mutants) {
    if (!unnoticed.includes(status)) continue;
    const line = source.split("\n")[location.start.line - 1]?.trim();
    console.log(
      `         ${location.start.line}: ${mutatorName}: ${line}\n           → ${oneLine(replacement)} (${status})`,
    );
  }
}
const all = Object.values(mutated).flatMap(({ mutants }) => mutants);
console.log(`${score(all).toFixed(1).padStart(5)} %  in all (${all.length} changes)`);
if (!isEnough) console.error(`Each file takes ${minScore} %.`);
process.exitCode = isEnough ? 0 : 1;

function oneLine(text = ""): string {
  return text.replace(/\s+/g, " ").slice(0, 120);
}
