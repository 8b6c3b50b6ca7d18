import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { packedFiles } from "./support/packed-files.js";
import { assertFitsSchema, type Bill } from "./support/cyclonedx.js";

/** The bills of materials in the package, beside its files and the source maps of its bundles. */

const packed = packedFiles();
const bills = ["package", "one-file", "command"] as const;
const pathOf = (name: string): string => `dist/sbom/${name}.cdx.json`;
const textOf = (name: string): string => readFileSync(pathOf(name), "utf8");
const read = (name: (typeof bills)[number]): Bill => JSON.parse(textOf(name)) as Bill;
const namesIn = (bill: Bill, place = ""): string[] =>
  bill.components
    .filter(({ evidence }) => evidence?.occurrences.some(({ location }) => location.startsWith(place)))
    .map(({ name }) => name);
const libraryOf = (file: string): string | undefined => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];

for (const name of bills)
  describe(`the bill of materials of the ${name}`, () => {
    const bill = read(name);

    test("is in the package and fits CycloneDX's schema", async () => {
      assert.ok(packed.includes(pathOf(name)));
      await assertFitsSchema(textOf(name));
      await assert.rejects(assertFitsSchema(JSON.stringify({ ...bill, components: [{ name: 1 }] })));
    });

    test("has the hash and the licence of each library, and its place in the graph", () => {
      const refs = bill.components.map((component) => component["bom-ref"]);
      for (const { name, hashes, licenses } of bill.components) assert.ok(hashes && licenses, name);
      for (const { ref, dependsOn } of bill.dependencies.slice(1)) {
        assert.ok(refs.includes(ref), ref);
        for (const each of dependsOn) assert.ok(refs.includes(each), each);
      }
    });
  });

test("the one file's bill has its hash and the libraries of its source map", () => {
  const bill = read("one-file");
  const content = createHash("sha384").update(readFileSync("dist/onegini-otp-login.js")).digest("hex");
  assert.deepEqual(bill.metadata.component.hashes, [{ alg: "SHA-384", content }]);
  const map = readFileSync("dist/onegini-otp-login.js.map", "utf8");
  const { sources } = JSON.parse(map) as { sources: string[] };
  const bundled = new Set(sources.map(libraryOf).filter((each) => each !== undefined));
  // `lit` itself only exports the others, so nothing of it is left to map.
  assert.deepEqual(namesIn(bill).sort(), [...bundled, "lit"].sort());
});

test("the package's bill has all that is bundled and all that npm installs with it", () => {
  const bill = read("package");
  const names = new Set(bill.components.map(({ name }) => name));
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
  for (const name of Object.keys(dependencies)) assert.ok(names.has(name), name);
  for (const other of ["one-file", "command"] as const)
    for (const { name } of read(other).components) assert.ok(names.has(name), name);
  for (const path of packed.filter((each) => each.startsWith("dist/libraries/") && each.endsWith(".js")))
    assert.ok(
      namesIn(bill, "dist/libraries/").some((name) => path.includes(`/${name}/`)),
      path,
    );
  // A site does not get what only builds and tests it.
  for (const name of ["vite", "typescript", "redis"]) assert.ok(!names.has(name), name);
});

test("the command's bill has the parts of the QR reader, which is compiled C++", () => {
  const reader = read("command").components.find(({ name }) => name === "zxing-wasm");
  assert.ok(reader?.components?.some(({ name }) => name === "zxing-cpp"));
});

test("the licences are those of the libraries in the bills", () => {
  const licenses = ["dist/", "dist/command/"].map((folder) =>
    readFileSync(`${folder}THIRD-PARTY-LICENSES.txt`, "utf8"),
  );
  for (const { name, version, evidence } of read("package").components)
    if (evidence)
      assert.ok(
        licenses.some((text) => text.includes(`\n## ${name} - ${version} (`)),
        name,
      );
});
