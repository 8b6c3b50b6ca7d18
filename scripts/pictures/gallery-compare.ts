/**
 * `npx tsx scripts/pictures/gallery-compare.ts origin/main`: takes the gallery's pictures of another commit and of the working
 * tree, and says which differ. Both are taken on this machine, because fonts and browsers draw a little differently elsewhere.
 * `--out` is the folder for pictures of each difference: before, after, and what has changed. CI calls it for a pull request.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compare } from "./compare.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string", default: ".cache/gallery-changes" } },
});
const [base = "origin/main"] = positionals;
const { out } = values;

const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
const run = (cwd: string, folder: string): void => {
  execFileSync(process.execPath, ["--import", "tsx", "scripts/pictures/gallery.ts", "--out", folder], {
    cwd,
    env: { ...process.env, EXACT_PICTURES: "1" },
    // The list that this command prints is for readers.
    stdio: ["ignore", "ignore", "inherit"],
  });
};

const folder = mkdtempSync(join(tmpdir(), "gallery-"));
const [checkout, before, after] = ["checkout", "before", "after"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
try {
  git("worktree", "add", "--quiet", "--detach", checkout, git("merge-base", base, "HEAD"));
  // Its packages are those of the working tree: a new version of one is no change of the look.
  symlinkSync(resolve("node_modules"), join(checkout, "node_modules"), "junction");
  for (const each of [before, after]) mkdirSync(each);
  run(checkout, before);
  run(".", after);
  rmSync(out, { recursive: true, force: true });
  const lines: string[] = [];
  for (const name of picturesIn(before, after)) {
    const [old, now] = [join(before, name), join(after, name)];
    if (!existsSync(old) || !existsSync(now)) {
      lines.push(`- \`${name}\`: ${existsSync(now) ? "new" : "no more"}`);
      continue;
    }
    const { changed, picture } = await compare(old, now);
    if (changed === 0) continue;
    lines.push(`- \`${name}\`: ${changed} pixels`);
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), picture);
  }
  console.log(
    lines.length === 0
      ? "No picture of the gallery changes."
      : `Pictures of the gallery that change (before, after, difference):\n\n${lines.join("\n")}`,
  );
} finally {
  git("worktree", "remove", "--force", checkout);
  rmSync(folder, { recursive: true, force: true });
}

/** The names of all pictures. */
function picturesIn(...folders: string[]): string[] {
  const names = folders.flatMap((each) => readdirSync(each, { recursive: true, encoding: "utf8" }));
  return [...new Set(names.map((name) => name.replaceAll("\\", "/")))]
    .filter((name) => name.endsWith(".png"))
    .sort();
}
