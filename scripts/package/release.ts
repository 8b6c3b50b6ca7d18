/** `npm run release`: checks, tests and publishes the version in `package.json`, and tags the commit. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const shell = process.platform === "win32";

function refuse(reason: string): never {
  console.error(`Not released: ${reason}`);
  process.exit(1);
}

// npm derives `homepage` and `bugs` from it. Provenance and the links of the README need it too.
const { repository } = JSON.parse(readFileSync("package.json", "utf8")) as { repository?: { url?: string } };
if (!repository?.url) {
  refuse(
    "package.json has no repository. Set it: npm pkg set repository.type=git repository.url=git+https://<host>/<owner>/<name>.git",
  );
}

const changes = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
if (changes) refuse(`the tree is not clean.\n${changes}`);

const changesets = existsSync(".changeset")
  ? readdirSync(".changeset").filter((file) => file.endsWith(".md"))
  : [];
if (changesets.length > 0)
  refuse(`changesets are waiting: ${changesets.join(", ")}. Run npx changeset version.`);

for (const [command = "", ...args] of [
  ["npm", "run", "check"],
  ["npm", "test"],
  ["changeset", "publish"],
]) {
  execFileSync(command, args, { stdio: "inherit", shell });
}
