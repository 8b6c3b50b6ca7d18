import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "../../../package/support/packed-package.js";
import { unpack } from "./packed-versions.js";

/** The last commit that kept attempts, limits and marks in Redis without a format. */
const withoutFormats = "fbd8881ce570d0846c8dada8ba48afab8cc3a3bc";

// In a container the checkout may belong to another user.
const safe = ["-c", "safe.directory=*"];
const git = (...args: string[]): string =>
  execFileSync("git", [...safe, ...args], { encoding: "utf8" }).trim();
const knows = (commit: string): boolean =>
  spawnSync("git", [...safe, "cat-file", "-e", `${commit}^{commit}`]).status === 0;

/** The newest release that this clone knows, such as `v1.2.3`. */
const lastRelease = (): string | undefined =>
  git("tag", "--list", "v*", "--sort=-v:refname").split("\n")[0] || undefined;

/** The file of the command of an older version: of the last release, from npm; before the first one, of a commit, built here once. */
export function olderCommand(): string {
  const release = lastRelease();
  return release === undefined ? built(withoutFormats) : released(release);
}

function released(tag: string): string {
  const spec = `onegini-otp-login@${tag.slice(1)}`;
  const args = ["pack", spec, "--json", "--pack-destination", temporaryFolder];
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" })) as [
    { filename: string },
  ];
  return join(unpack(join(temporaryFolder, filename), "released"), "dist/command/cli.js");
}

function built(commit: string): string {
  const folder = resolve(`.cache/built-${commit.slice(0, 12)}`);
  const cli = join(folder, "dist/command/cli.js");
  if (existsSync(cli)) return cli;
  // A shallow clone does not have it.
  if (!knows(commit)) git("fetch", "--quiet", "--depth", "1", "origin", commit);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tar = join(temporaryFolder, "older.tar");
  git("archive", "--output", tar, commit);
  execFileSync("tar", ["-xf", tar, "-C", folder]);
  // Its own: what it builds with may have gone since.
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: folder });
  const vite = join(folder, "node_modules/vite/bin/vite.js");
  // What `serve` loads. The last one makes the file that is looked for above.
  for (const mode of ["widget", "server", "file", "early", "command"])
    execFileSync(process.execPath, [vite, "build", "--mode", mode, "--logLevel", "warn"], { cwd: folder });
  return cli;
}
