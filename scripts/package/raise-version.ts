/** `npx tsx scripts/package/raise-version.ts`: raises the version by the waiting changesets, everywhere where it is written. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const shell = process.platform === "win32";
const manifest = (): { name: string; version: string } =>
  JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };

const { name, version: old } = manifest();
execFileSync("changeset", ["version"], { stdio: "inherit", shell });
const { version } = manifest();

// The lock file, the ranges of the examples (below 1.0.0 an older range excludes the new version), addresses in the documents.
execFileSync("npm", ["install", "--package-lock-only"], { stdio: "inherit", shell });
if (existsSync("docs/serve/container"))
  execFileSync("tsx", ["scripts/package/container-lock.ts"], { stdio: "inherit", shell });
const tracked = execFileSync("git", ["ls-files", "examples", "docs", "README.md"], { encoding: "utf8" });
for (const file of tracked.split("\n").filter((each) => /\.md$|\/package\.json$/.test(each))) {
  const text = readFileSync(file, "utf8");
  const raised = text
    .replaceAll(`${name}@${old}`, `${name}@${version}`)
    .replaceAll(`"${name}": "^${old}"`, `"${name}": "^${version}"`);
  if (raised !== text) writeFileSync(file, raised);
}
