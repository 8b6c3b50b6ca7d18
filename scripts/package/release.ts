/**
 * `npm run release`: checks, tests and publishes the version in `package.json`, and tags the commit. `npm run release -- --pack`
 * packs the tarball instead; the workflow publishes that in a job of its own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

const shell = process.platform === "win32";
const packsOnly = process.argv.includes("--pack");

function refuse(reason: string): never {
  console.error(`Not released: ${reason}`);
  process.exit(1);
}

// npm derives `homepage` and `bugs` from it. Provenance and the links of the README need it too.
const { repository, version } = JSON.parse(readFileSync("package.json", "utf8")) as {
  repository?: { url?: string };
  version?: string;
};
if (!repository?.url) {
  refuse(
    "package.json has no repository. Set it: npm pkg set repository.type=git repository.url=git+https://<host>/<owner>/<name>.git",
  );
}

const address = repository.url.replace(/^git\+/, "");
const { url, maintenance } = parse(readFileSync("publiccode.yml", "utf8")) as {
  url?: string;
  maintenance: { contacts?: { name?: string }[] };
};
if (url !== address) refuse(`publiccode.yml has no url ${address}, as package.json has.`);
if (!maintenance.contacts?.[0]?.name) refuse("publiccode.yml names nobody in maintenance.contacts.");
if (!/https:\/\/\S+|\S+@\S+\.\S+/.test(readFileSync("SECURITY.md", "utf8")))
  refuse("SECURITY.md has no address, of a page or of an e-mail, for a report.");

const changes = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
if (changes) refuse(`the working tree is not clean.\n${changes}`);

const changesets = existsSync(".changeset")
  ? readdirSync(".changeset").filter((file) => file.endsWith(".md"))
  : [];
if (changesets.length > 0)
  refuse(`changesets are waiting: ${changesets.join(", ")}. Run npx tsx scripts/package/raise-version.ts.`);

// Without an identity `changeset publish` publishes but silently makes no tag.
if (!packsOnly && spawnSync("git", ["var", "GIT_COMMITTER_IDENT"]).status !== 0)
  refuse("git has no name and email for the tag. Set them: git config user.name …, git config user.email …");

for (const [command = "", ...args] of [
  ["npm", "run", "check"],
  ["tsx", "scripts/package/known-vulnerabilities.ts"],
  ["npm", "test"],
  packsOnly ? ["npm", "pack"] : ["changeset", "publish"],
]) {
  execFileSync(command, args, { stdio: "inherit", shell });
}

const tag = `v${version}`;
if (!packsOnly && !execFileSync("git", ["tag", "--list", tag], { encoding: "utf8" })) {
  console.error(`Published, but the tag ${tag} is missing. Create it: git tag -m ${tag} ${tag}`);
  process.exitCode = 1;
}
