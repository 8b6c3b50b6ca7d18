import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/package/raise-version.ts", import.meta.url));
const name = "onegini-otp-login";
const example = (range: string): string => JSON.stringify({ dependencies: { [name]: range } }, null, 2);

test("the next version is written to the manifest, the lock file, the examples and the documents", (t) => {
  // Within this project, because the changelog is written by a package of its `node_modules`.
  mkdirSync(".cache", { recursive: true });
  const cwd = mkdtempSync(resolve(".cache/raise-version-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const files = {
    "package.json": JSON.stringify({ name, version: "0.1.0" }),
    "package-lock.json": JSON.stringify({
      name,
      version: "0.1.0",
      lockfileVersion: 3,
      packages: { "": { name, version: "0.1.0" } },
    }),
    ".changeset/config.json": readFileSync(".changeset/config.json", "utf8"),
    ".changeset/quick-fox.md": `---\n"${name}": minor\n---\n\nA change.\n`,
    "examples/html/package.json": example("^0.1.0"),
    "docs/widget.md": `https://cdn.example/${name}@0.1.0/dist/${name}.js`,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  for (const words of [
    ["init", "-q"],
    ["add", "-f", "."],
    [...author, "commit", "-q", "-m", "All"],
  ])
    execFileSync("git", words, { cwd });

  const path = [resolve("node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const { status, stderr } = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), script], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  assert.equal(status, 0, stderr);
  const read = (file: string): string => readFileSync(join(cwd, file), "utf8");
  const versionIn = (file: string): unknown => (JSON.parse(read(file)) as { version: string }).version;
  assert.equal(versionIn("package.json"), "0.2.0");
  assert.equal(versionIn("package-lock.json"), "0.2.0");
  assert.match(read("CHANGELOG.md"), /^## 0\.2\.0$[^]*A change\./m);
  assert.equal(read("examples/html/package.json"), example("^0.2.0"));
  assert.equal(read("docs/widget.md"), `https://cdn.example/${name}@0.2.0/dist/${name}.js`);
});
