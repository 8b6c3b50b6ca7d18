import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import ts from "typescript";

/** The structure of the sources: the size of folders, the names of files and the imports between them. */

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

/** The longest chain of imports that begins with a file. Throws for a circle. */
function longestChain(file: string, chain: readonly string[] = []): readonly string[] {
  const here = [...chain, file];
  assert.equal(chain.includes(file), false, `Files import each other in a circle: ${here.join(" → ")}`);
  const known = chains.get(file);
  if (known) return known;
  const [longest = []] = (importsOf.get(file) ?? [])
    .map((imported) => longestChain(imported, here))
    .sort((one, other) => other.length - one.length);
  const found = [file, ...longest];
  chains.set(file, found);
  return found;
}
const chains = new Map<string, readonly string[]>();

describe("the sources", () => {
  test("have no circle of imports, imports of types included", () => {
    for (const file of sources) longestChain(file);
  });

  test("have no chain of imports in src/server that is longer than nine files", () => {
    for (const file of sources.filter((each) => each.startsWith("src/server/"))) {
      const chain = longestChain(file).filter((each) => each.startsWith("src/server/"));
      assert.ok(chain.length <= 9, `${chain.length}: ${chain.join(" → ")}`);
    }
  });

  for (const room of ["src", "demo", "build", "scripts", "bench", "test"]) {
    test(`have no folder in ${room} with more than a dozen files`, () => {
      const files = filesIn(room).filter((file) => !file.startsWith("src/locales/"));
      for (const folder of new Set(files.map((file) => dirname(file)))) {
        const { length } = files.filter((file) => dirname(file) === folder);
        assert.ok(length <= 12, `${folder}: ${length} files`);
      }
    });
  }

  test("have at most 120 files", () => {
    assert.ok(sources.length <= 120, `src: ${sources.length} files`);
  });

  test("have a README of at most 120 lines", () => {
    const { length } = readFileSync("README.md", "utf8").trimEnd().split("\n");
    assert.ok(length <= 120, `README.md: ${length} lines`);
  });

  test("have at most 70 support files in test", () => {
    const support = filesIn("test").filter((file) => !/\.(test\.ts|txt|md)$/.test(file));
    assert.ok(support.length <= 70, `test: ${support.length} support files`);
  });

  test("have no two files with the same name", () => {
    const names = sources.map((file) => basename(file)).filter((name) => name !== "index.ts");
    const entries = readdirSync("src").filter((name) => name.endsWith(".ts"));
    const twice = names.filter((name, index) => names.indexOf(name) !== index && !entries.includes(name));
    assert.deepEqual(twice, []);
  });
});
