/** `npm run bench`: every program of `bench/` that prints figures, one after the other; fails if one misses its bound. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

let failures = 0;
for (const file of readdirSync("bench").filter((name) => name.endsWith(".ts"))) {
  console.log(`\n— bench/${file}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", `bench/${file}`], { stdio: "inherit" });
  if (status !== 0) failures++;
}
process.exitCode = failures > 0 ? 1 : 0;
