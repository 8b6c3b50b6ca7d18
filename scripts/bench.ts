/**
 * `npm run bench [part] [flags]`: every program of `bench/` (of `bench/part/`) that prints figures, one after the other;
 * fails if one of them misses its bound. The flags are the programs'.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const [onlyPart, ...flags] = process.argv.slice(2);
const parts = onlyPart === undefined ? ["server", "widget"] : [onlyPart];

let failures = 0;
for (const part of parts) {
  for (const file of readdirSync(`bench/${part}`).filter((name) => name.endsWith(".ts"))) {
    console.log(`\n— bench/${part}/${file}`);
    const { status } = spawnSync(process.execPath, ["--import", "tsx", `bench/${part}/${file}`, ...flags], {
      stdio: "inherit",
    });
    if (status !== 0) failures++;
  }
}
process.exitCode = failures > 0 ? 1 : 0;
