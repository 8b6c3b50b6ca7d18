import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path/posix";
import { describe, test } from "node:test";
import ts from "typescript";
import { imports, pathsOf, picture, wings } from "../../scripts/rooms.js";
import { suiteOf, suites, type Need } from "../../scripts/suites.js";

/** The structure of the sources: the imports between files, and their names. */

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath.replaceAll("\\", "/"), entry.name));

const sources = ["src", "demo"].flatMap(filesIn).filter((file) => file.endsWith(".ts"));
const modules = new Set(
  ["bench", "build", "docs/.vitepress", "scripts", "test"]
    .flatMap(filesIn)
    .filter((file) => file.endsWith(".ts"))
    .concat(sources),
);

/** The files of the repository that a file imports, for types too: `dist/` for the package by its own name. */
const importsOf = new Map(
  [...modules].map((file) => [
    file,
    ts
      .preProcessFile(readFileSync(file, "utf8"), true, true)
      .importedFiles.map(({ fileName }) =>
        /^onegini-otp-login\b/.test(fileName)
          ? "dist/"
          : join(dirname(file), fileName).replace(/\.js$/, ".ts"),
      )
      .filter((imported) => modules.has(imported) || imported.startsWith("dist/")),
  ]),
);

/** Throws if a chain of imports, of files or of rooms, leads back to where it began. */
function assertNoCircle(importsOf: ReadonlyMap<string, readonly string[]>): void {
  const checked = new Set<string>();
  const follow = (from: string, chain: readonly string[]): void => {
    const here = [...chain, from];
    assert.equal(chain.includes(from), false, `They import each other in a circle: ${here.join(" → ")}`);
    if (checked.has(from)) return;
    for (const imported of importsOf.get(from) ?? []) follow(imported, here);
    checked.add(from);
  };
  for (const from of importsOf.keys()) follow(from, []);
}

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
    const unused = suites.map(({ path }) => path).filter((path) => !used.has(path));
    assert.deepEqual(unused, []);
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
  test("have no circle of imports, imports of types included, nor have tests and tools", () => {
    assertNoCircle(importsOf);
  });

  test("have no two files with the same name", () => {
    const names = sources
      .filter((file) => file.startsWith("src/"))
      .map((file) => basename(file))
      .filter((name) => name !== "index.ts");
    const entries = readdirSync("src").filter((name) => name.endsWith(".ts"));
    const twice = names.filter((name, index) => names.indexOf(name) !== index && !entries.includes(name));
    assert.deepEqual(twice, []);
  });
});

describe("the rooms of scripts/rooms.js", () => {
  const rooms = [...imports.keys()];
  const isIn = (file: string, room: string): boolean =>
    pathsOf(room).some((path) => file === path || (path.endsWith("/") && file.startsWith(path)));
  const roomOf = (file: string): string => rooms.find((room) => isIn(file, room)) ?? "";

  test("hold every file once, and none is empty", () => {
    const files = new Map(sources.map((file) => [file, rooms.filter((room) => isIn(file, room))]));
    const ambiguous = [...files].filter(([, found]) => found.length !== 1);
    assert.deepEqual(ambiguous, []);
    const used = [...files.values()].flat();
    const unused = rooms.filter((room) => !used.includes(room));
    assert.deepEqual(unused, []);
  });

  test("import only what is below them, or what another wing offers", () => {
    const wrong = sources.flatMap((file) => {
      const room = roomOf(file);
      const allowed = [room, ...(imports.get(room) ?? [])];
      return (importsOf.get(file) ?? [])
        .filter((other) => !allowed.some((each) => isIn(other, each)))
        .map((other) => `${file} → ${other}`);
    });
    assert.deepEqual(wrong, []);
  });

  test("have no circle between wings", () => {
    assertNoCircle(imports);
  });

  test("are drawn in CONTRIBUTING", () => {
    assert.ok(readFileSync("CONTRIBUTING.md", "utf8").includes(picture), "npm run fix draws them");
  });

  test("are ten floors of the kit at most", () => {
    const kit = wings.find(({ name }) => name === "kit");
    assert.ok(kit && kit.floors.length <= 10);
  });
});

describe("a file of src with 40 lines or more", () => {
  const [, section = ""] = readFileSync("test/README.md", "utf8").split("## Tests elsewhere");
  /** What `a/b,c/{d,e}` stands for. */
  const namesIn = (line: string): string[] =>
    [...line.matchAll(/([^{},]+)(?:\{(.*?)\})?/g)].flatMap(([, path = "", names = ""]) =>
      names.split(",").map((name) => path + name),
    );
  const linesOf = (indent: string): string[] =>
    [...section.matchAll(new RegExp(`^${indent}(\\S+)$`, "gm"))].flatMap(([, line = ""]) => namesIn(line));
  const listed = linesOf("  ");
  const tests = linesOf("    ").map((name) => `test/${name}.test.ts`);
  const names = filesIn("src").flatMap((file) => /^src\/(.*(?<!\.d))\.ts$/.exec(file)?.[1] ?? []);
  const testOf = (name: string): string =>
    `test/${name.startsWith("element/") ? "" : "unit/"}${name}.test.ts`;
  const elsewhere = names.filter((name) => !existsSync(testOf(name)));
  const isNamedBy = (entry: string, name: string): boolean =>
    entry === name || (entry.endsWith("/") && name.startsWith(entry));

  test("has its test at the same path, or test/README.md says where", () => {
    const isLong = (name: string): boolean => readFileSync(`src/${name}.ts`, "utf8").split("\n").length > 40;
    assert.deepEqual(
      elsewhere.filter((name) => isLong(name) && !listed.some((entry) => isNamedBy(entry, name))),
      [],
    );
    const stale = listed.filter((entry) => !elsewhere.some((name) => isNamedBy(entry, name)));
    assert.deepEqual(stale, [], "these have their test at the same path, or are gone");
  });

  test("has a test that exists", () => {
    assert.ok(tests.length > 0);
    const gone = tests.filter((path) => !existsSync(path));
    assert.deepEqual(gone, []);
  });
});
