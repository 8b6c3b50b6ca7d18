/** Part of `npm run check`: packs the build, and has publint and "Are the types wrong?" look at the tarball. */
import { mkdirSync, readFileSync } from "node:fs";
import { run } from "../test-runner.js";

const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, string>;
const folder = ".cache";
const tarball = `${folder}/${name}-${version}.tgz`;

mkdirSync(folder, { recursive: true });
for (const [command = "", ...args] of [
  ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder],
  ["publint", "run", "--strict", tarball],
  // One is for --import alone, the other no module.
  [
    "attw",
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    "opentelemetry.js",
    "reserve.css",
    "--",
    tarball,
  ],
]) {
  const { output, isGood } = await run(command, args, 120);
  if (isGood) continue;
  console.error(output);
  process.exit(1);
}
