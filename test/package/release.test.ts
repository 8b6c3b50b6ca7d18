import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/temporary-folder.js";

const script = fileURLToPath(new URL("../../scripts/package/release.ts", import.meta.url));
const repository = { type: "git", url: "git+https://git.example/owner/name.git" };
const project = {
  "package.json": JSON.stringify({ version: "1.2.3", repository }),
  "publiccode.yml": "url: https://git.example/owner/name.git\nmaintenance:\n  contacts: [{ name: Team }]\n",
  "SECURITY.md": "Report it: https://git.example/owner/name/security/advisories/new\n",
};

interface Options {
  uncommitted?: Record<string, string>;
  /** Whether git knows an author. Default true. */
  hasIdentity?: boolean;
  args?: string[];
}

/** Runs `npm run release` in a project with these files, all of them committed. Its commands do nothing but print. */
function release(
  t: TestContext,
  files: Record<string, string>,
  { uncommitted = {}, hasIdentity = true, args = [] }: Options = {},
): { status: number | null; stdout: string; stderr: string } {
  const folder = temporaryFolder(t);
  const [cwd, bin] = [join(folder, "project"), join(folder, "bin")];
  for (const each of [cwd, join(cwd, ".changeset"), bin]) mkdirSync(each);
  const write = (some: Record<string, string>): void => {
    for (const [name, text] of Object.entries(some)) writeFileSync(join(cwd, name), text);
  };
  write(files);
  const git = (...words: string[]) => execFileSync("git", words, { cwd });
  git("init", "-q");
  git("add", ".");
  git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "All");
  // Else git makes an identity up where the machine's name looks like a domain.
  git("config", "user.useConfigOnly", "true");
  if (hasIdentity) {
    git("config", "user.name", "Test");
    git("config", "user.email", "test@example.com");
  }
  write(uncommitted);
  for (const command of ["npm", "tsx", "changeset"])
    writeFileSync(join(bin, command), `#!/bin/sh\necho ${command} "$@"\n`, { mode: 0o755 });
  const env = {
    ...process.env,
    PATH: [bin, process.env["PATH"]].join(delimiter),
    GIT_CONFIG_GLOBAL: join(folder, "none"),
    GIT_CONFIG_SYSTEM: join(folder, "none"),
  };
  return spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), script, ...args], {
    cwd,
    env,
    encoding: "utf8",
  });
}

/** What it says where it must refuse. */
function refusalOf(t: TestContext, files: Record<string, string>, options?: Options): string {
  const { status, stdout, stderr } = release(t, files, options);
  assert.equal(status, 1);
  assert.equal(stdout, "", "It runs no command.");
  return stderr;
}

test("a release is refused while the package has no repository", (t) => {
  assert.match(refusalOf(t, { "package.json": "{}" }), /^Not released: package\.json has no repository/);
});

test("a release is refused while people would not find the repository or whom to report to", (t) => {
  for (const [file, text, reason] of [
    [
      "publiccode.yml",
      "maintenance: {}\n",
      /publiccode\.yml has no url https:\/\/git\.example\/owner\/name\.git/,
    ],
    [
      "publiccode.yml",
      project["publiccode.yml"].replace("name.git", "other.git"),
      /publiccode\.yml has no url https:\/\/git\.example\/owner\/name\.git/,
    ],
    ["publiccode.yml", project["publiccode.yml"].replace(/contacts:.*/, "type: community"), /names nobody/],
    ["SECURITY.md", readFileSync("SECURITY.md", "utf8"), /SECURITY\.md has no address/],
  ] as const)
    assert.match(refusalOf(t, { ...project, [file]: text }), reason);
});

test("a release is refused while something is not committed", (t) => {
  const refusal = refusalOf(t, project, { uncommitted: { "note.txt": "" } });
  assert.match(refusal, /^Not released: the working tree is not clean\.\n\?\? note\.txt/);
});

test("a release is refused while a changeset is waiting", (t) => {
  const refusal = refusalOf(t, {
    ...project,
    ".changeset/quick-fox.md": "---\nonegini-otp-login: patch\n---\n\nA change.\n",
  });
  assert.match(refusal, /^Not released: changesets are waiting: quick-fox\.md/);
});

test("a release is refused while git knows nobody who could make the tag", (t) => {
  assert.match(refusalOf(t, project, { hasIdentity: false }), /^Not released: git has no name and email/);
});

const checks = "npm run check\ntsx scripts/package/known-vulnerabilities.ts\n";

test("a release fails if it ends without the version's tag", (t) => {
  const { status, stdout, stderr } = release(t, project);

  assert.equal(stdout, `${checks}npm test\nchangeset publish\n`);
  assert.match(stderr, /^Published, but the tag v1\.2\.3 is missing\./);
  assert.equal(status, 1);
});

test("with --pack the tarball is packed after the same checks, without a tag", (t) => {
  const { status, stdout } = release(t, project, { hasIdentity: false, args: ["--pack"] });

  assert.equal(stdout, `${checks}npm test\nnpm pack\n`);
  assert.equal(status, 0);
});
