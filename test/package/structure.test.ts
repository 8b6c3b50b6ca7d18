import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import ts from "typescript";
import { suiteOf, suites, type Need } from "../../scripts/suites.js";

/** The structure of the sources: the imports between files, and their names. */

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath.replaceAll("\\", "/"), entry.name));

const sources = filesIn("src").filter((file) => file.endsWith(".ts"));

/** The files of `src` that a file imports, for types too. */
const importsOf = new Map(
  sources.map((file) => [
    file,
    ts
      .preProcessFile(readFileSync(file, "utf8"), true, true)
      .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
      .map(({ fileName }) => join(dirname(file), fileName).replace(/\.js$/, ".ts"))
      .filter((imported) => sources.includes(imported)),
  ]),
);

/** Throws if a chain of imports that begins with a file leads back to it. */
function assertNoCircle(file: string, chain: readonly string[] = []): void {
  const here = [...chain, file];
  assert.equal(chain.includes(file), false, `Files import each other in a circle: ${here.join(" → ")}`);
  if (checked.has(file)) return;
  for (const imported of importsOf.get(file) ?? []) assertNoCircle(imported, here);
  checked.add(file);
}
const checked = new Set<string>();

/** The files of `test` that a file of it imports, and those that they import. */
function supportOf(file: string, found = new Set<string>()): Set<string> {
  for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
    const imported = join(dirname(file), fileName).replace(/\.js$/, ".ts");
    if (!fileName.startsWith(".") || !imported.startsWith("test/") || found.has(imported)) continue;
    found.add(imported);
    supportOf(imported, found);
  }
  return found;
}

describe("the suites of scripts/suites.ts", () => {
  test("hold every test file, and each has one", () => {
    const files = filesIn("test").filter((file) => file.endsWith(".test.ts"));
    const used = new Set(files.map((file) => suiteOf(file).path));
    assert.deepEqual(
      suites.map(({ path }) => path).filter((path) => !used.has(path)),
      [],
    );
  });

  test("name what their tests start: a run installs only what is named", () => {
    const providers: Record<string, readonly Need[]> = {
      "test/support/services/redis.ts": ["services", "redis", "languages"],
      "test/support/services/proxies.ts": ["services", "proxies", "languages"],
      "test/support/services/certificate.ts": ["services", "proxies", "languages"],
    };
    const missing = filesIn("test")
      .filter((file) => file.endsWith(".test.ts"))
      .flatMap((file) => {
        const { needs } = suiteOf(file);
        return [...supportOf(file)]
          .filter((support) => providers[support]?.every((need) => !needs.includes(need)))
          .map((support) => `${file} uses ${support}`);
      });
    assert.deepEqual(missing, []);
  });
});

describe("the sources", () => {
  test("have no circle of imports, imports of types included", () => {
    for (const file of sources) assertNoCircle(file);
  });

  test("have no two files with the same name", () => {
    const names = sources.map((file) => basename(file)).filter((name) => name !== "index.ts");
    const entries = readdirSync("src").filter((name) => name.endsWith(".ts"));
    const twice = names.filter((name, index) => names.indexOf(name) !== index && !entries.includes(name));
    assert.deepEqual(twice, []);
  });
});
