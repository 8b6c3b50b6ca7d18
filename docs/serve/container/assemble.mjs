/**
 * Copies what `serve` and `doctor` need out of an installed package, and writes a bill of materials (CycloneDX) beside it:
 *
 *   node --experimental-import-meta-resolve assemble.mjs /service /image
 *
 * The Dockerfile runs it, and the project's tests run `serve` and `doctor` out of what it makes. It follows the imports from the
 * image's entry point, so there is neither emulator, demo, source nor document in the image, and no library of theirs.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [from, to] = process.argv.slice(2).map((path) => resolve(path));
const ours = join(from, "node_modules/onegini-otp-login");
const dist = join(ours, "dist");
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/** What was installed, with the hash of each tarball. */
const { packages } = readJson(join(from, "package-lock.json"));

/** What pages load. Nothing here imports it. */
const pageFiles = [
  ...["onegini-otp-login.js", "early.js", "reserve.css"].map((name) => join(dist, name)),
  ...[
    ["themes", ".css"],
    ["locales", ".js"],
  ].flatMap(([folder, ending]) =>
    readdirSync(join(dist, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => join(dist, folder, name)),
  ),
];
const files = new Set(pageFiles);
/** The folders of the packages that are used, by the manifest's path. */
const manifests = new Set();

/** The manifest of the package that a file belongs to. */
const manifestOf = (file) => join(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)[0], "package.json");

/** Whether a file is an ES module. The nearest manifest says it, which need not be the package's own. */
function isModule(file) {
  if (/\.[cm]js$/.test(file)) return file.endsWith(".mjs");
  let nearest = join(dirname(file), "package.json");
  while (!existsSync(nearest)) nearest = join(dirname(dirname(nearest)), "package.json");
  files.add(nearest);
  return readJson(nearest).type === "module";
}

function follow(file) {
  if (files.has(file)) return;
  files.add(file);
  manifests.add(manifestOf(file));
  if (file.endsWith(".json")) return;
  const text = readFileSync(file, "utf8");
  const [pattern, find] = isModule(file)
    ? [
        /^\s*(?:import|export)\b[^"'`;]*?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|^\} from ["']([^"']+)["']/gm,
        (name) => fileURLToPath(import.meta.resolve(name, pathToFileURL(file).href)),
      ]
    : [/\brequire\(\s*["']([^"']+)["']\s*\)/g, (name) => createRequire(file).resolve(name)];
  for (const [, ...names] of text.matchAll(pattern)) {
    const name = names.find((each) => each !== undefined);
    if (isBuiltin(name)) continue;
    let found;
    try {
      found = find(name);
      readFileSync(found);
    } catch (error) {
      // A text of a message that looks like an import, or a library that is optional. The tests run what is assembled.
      console.error(`left out: ${name}, of ${relative(from, file)} (${error.code})`);
      continue;
    }
    follow(found);
  }
}
follow(join(dist, "command/image.js"));
follow(createRequire(join(from, "x.js")).resolve("redis"));

rmSync(to, { recursive: true, force: true });
const copy = (file) => {
  const target = join(to, relative(from, file));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
};
for (const file of files) copy(file);
for (const manifest of manifests) {
  copy(manifest);
  for (const name of readdirSync(dirname(manifest)))
    if (/^(licen[cs]e|notice)/i.test(name)) copy(join(dirname(manifest), name));
}
/** The licences of what is bundled into the command and into the widget's file. */
for (const folder of ["", "command/"]) copy(join(dist, folder, "THIRD-PARTY-LICENSES.txt"));

/** `npm:` https://github.com/package-url/purl-spec */
const purl = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
const component = (name, version, license, integrity) => ({
  type: "library",
  "bom-ref": purl(name, version),
  name,
  version,
  ...(license && { licenses: [{ expression: license }] }),
  purl: purl(name, version),
  ...(integrity && {
    hashes: [
      { alg: "SHA-512", content: Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex") },
    ],
  }),
});
const installed = [...manifests].map((manifest) => {
  const { name, version, license } = readJson(manifest);
  return component(name, version, license, packages[relative(from, dirname(manifest))]?.integrity);
});
/** Of the package's own bills. The demo's pages are not in the image. */
const isInImage = ({ evidence }) =>
  evidence.occurrences.some(({ location }) => !location.endsWith("/assets/"));
const inBundles = ["one-file", "command"].flatMap((bill) =>
  readJson(join(dist, `sbom/${bill}.cdx.json`)).components.filter(isInImage),
);
const components = [...new Map([...inBundles, ...installed].map((each) => [each.purl, each])).values()];
const bill = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    component: {
      type: "container",
      "bom-ref": "image",
      name: "onegini-login",
      version: readJson(join(ours, "package.json")).version,
    },
  },
  components: components.sort((one, other) => (one.purl < other.purl ? -1 : 1)),
};
writeFileSync(join(to, "sbom.cdx.json"), `${JSON.stringify(bill, undefined, 2)}\n`);
/** One hash of all files, to compare two builds. */
const hash = createHash("sha256");
for (const file of [...files].sort())
  hash.update(relative(from, file)).update("\0").update(readFileSync(file));
console.log(
  `${files.size} files, ${components.length} libraries in the bill of materials, sha256 ${hash.digest("hex")}`,
);
