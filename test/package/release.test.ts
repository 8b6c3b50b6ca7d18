import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/package/release.ts", import.meta.url));
const repository = { type: "git", url: "git+https://git.example/owner/name.git" };

/** What `npm run release` says in a project with these files, all of them committed. It must refuse. */
function refusalOf(
  t: TestContext,
  files: Record<string, string>,
  uncommitted: Record<string, string> = {},
): string {
  const cwd = mkdtempSync(join(tmpdir(), "onegini-otp-login-release-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  mkdirSync(join(cwd, ".changeset"));
  const write = (some: Record<string, string>): void => {
    for (const [name, text] of Object.entries(some)) writeFileSync(join(cwd, name), text);
  };
  write(files);
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...author, "commit", "-q", "-m", "All"],
  ])
    execFileSync("git", args, { cwd });
  write(uncommitted);
  const { status, stderr } = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), script], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(status, 1);
  return stderr;
}

test("a release is refused while the package has no repository", (t) => {
  assert.match(refusalOf(t, { "package.json": "{}" }), /^Not released: package\.json has no repository/);
});

test("a release is refused while something is not committed", (t) => {
  const refusal = refusalOf(t, { "package.json": JSON.stringify({ repository }) }, { "note.txt": "" });
  assert.match(refusal, /^Not released: the tree is not clean\.\n\?\? note\.txt/);
});

test("a release is refused while a changeset is waiting", (t) => {
  const refusal = refusalOf(t, {
    "package.json": JSON.stringify({ repository }),
    ".changeset/quick-fox.md": "---\nonegini-otp-login: patch\n---\n\nA change.\n",
  });
  assert.match(refusal, /^Not released: changesets are waiting: quick-fox\.md/);
});
