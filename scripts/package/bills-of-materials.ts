/**
 * The part of `npm run build` that says what is bundled, which nobody who installs the package can see in a lock file: the
 * licences, and bills of materials (CycloneDX 1.6) of the package, the one file and the command.
 *
 * What is in a bundle is from the bundler, version, hash and licence of a library are from `npm sbom`. Two builds of a commit
 * make the same bills.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

interface Listed {
  name: string;
  version: string;
  identifier: string;
  text: string;
}
interface Component {
  "bom-ref": string;
  name: string;
  version: string;
  [member: string]: unknown;
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
/** The libraries in each place. */
const bundles: Record<string, Listed[]> = Object.fromEntries(
  [
    ["dist/", "dist/.vite/widget.json"],
    ["dist/libraries/", "dist/.vite/server.json"],
    ["dist/onegini-otp-login.js", "dist/.vite/file.json"],
    ["dist/command/", "dist/command/.vite/command.json"],
    ["dist/command/assets/", "dist/command/.vite/demo.json"],
  ].map(([place = "", list = ""]) => [place, readJson<Listed[]>(list)]),
);
const refOf = ({ name, version }: Listed): string => `${name}@${version}`;

/** Of the compiled parts of a library that has no list of its own: heading, name and licence of each. */
const zxingParts = readFileSync("build/zxing-wasm-licenses.txt", "utf8");
const partsOf: Record<string, object[]> = {
  "zxing-wasm": [...zxingParts.matchAll(/^## (.+), in zxing-wasm \((.+)\)$/gm)].map(
    ([, name = "", id = ""]) => ({ type: "library", name, licenses: [{ license: { id } }] }),
  ),
};

function writeLicenses(file: string, places: string[]): void {
  const listed = new Map(places.flatMap((place) => bundles[place] ?? []).map((each) => [refOf(each), each]));
  const texts = [...listed.keys()].sort().map((ref) => {
    const { name, version, identifier, text } = listed.get(ref)!;
    const parts = name in partsOf ? `\n${zxingParts.trim()}\n` : "";
    return `## ${name} - ${version} (${identifier})\n\n${text.trim()}\n${parts}`;
  });
  writeFileSync(file, `# Licenses of the libraries that are bundled\n\n${texts.join("\n")}`);
}
writeLicenses("dist/THIRD-PARTY-LICENSES.txt", [
  "dist/",
  "dist/libraries/",
  "dist/onegini-otp-login.js",
  "dist/command/assets/",
]);
writeLicenses("dist/command/THIRD-PARTY-LICENSES.txt", ["dist/command/"]);

const npm = JSON.parse(
  execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], {
    encoding: "utf8",
    maxBuffer: 64_000_000,
    shell: process.platform === "win32",
  }),
) as { components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] };
const known = new Map(npm.components.map((component) => [component["bom-ref"], component]));
const dependsOn = new Map(npm.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));

const { name, version, license, description } = readJson<Record<string, string>>("package.json");
const root = `${name}@${version}`;

const lock = readJson<{ packages: Record<string, { version: string; dev?: true; devOptional?: true }> }>(
  "package-lock.json",
);
/** What a site's npm installs beside the package. */
const installed = Object.entries(lock.packages)
  .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
  .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, "")}@${version}`);
const direct = (dependsOn.get(root) ?? []).filter((ref) => installed.includes(ref));

/** The commit's: a build tells no other time. */
const timestamp = existsSync(".git")
  ? execFileSync("git", ["-c", "safe.directory=*", "log", "-1", "--format=%cI"], { encoding: "utf8" }).trim()
  : undefined;

/** A bill of some places, and for the package of what it makes npm install. */
function writeBill(file: string, component: object, places: string[], withInstalled: boolean): void {
  const placesOf = new Map<string, string[]>();
  for (const place of places)
    for (const ref of (bundles[place] ?? []).map(refOf))
      placesOf.set(ref, [...(placesOf.get(ref) ?? []), place]);
  const refs = [...new Set([...placesOf.keys(), ...(withInstalled ? installed : [])])].sort();
  const components = refs.map((ref) => {
    const found = known.get(ref);
    if (found === undefined) throw new Error(`${ref} is bundled, and npm does not know it.`);
    const { name, version, purl, hashes, licenses } = found;
    const locations = placesOf.get(ref)?.map((location) => ({ location }));
    return {
      type: "library",
      "bom-ref": ref,
      ...{ name, version, scope: "required", purl, hashes, licenses },
      properties: [{ name: "cdx:npm:package:bundled", value: String(locations !== undefined) }],
      ...(locations && { evidence: { occurrences: locations } }),
      ...(name in partsOf && { components: partsOf[name] }),
    };
  });
  const own = withInstalled ? [...new Set([...placesOf.keys(), ...direct])].sort() : refs;
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      ...(timestamp && { timestamp }),
      lifecycles: [{ phase: "build" }],
      component: { ...component, "bom-ref": root, version, licenses: [{ license: { id: license } }] },
    },
    components,
    dependencies: [
      { ref: root, dependsOn: own },
      ...refs.map((ref) => ({
        ref,
        dependsOn: (dependsOn.get(ref) ?? []).filter((each) => refs.includes(each)),
      })),
    ],
  };
  writeFileSync(`dist/sbom/${file}.cdx.json`, `${JSON.stringify(bill, undefined, 2)}\n`);
}

mkdirSync("dist/sbom", { recursive: true });
const ours = { type: "library", name, description, purl: `pkg:npm/${root}` };
writeBill("package", ours, Object.keys(bundles), true);
const oneFile = "dist/onegini-otp-login.js";
const content = createHash("sha384").update(readFileSync(oneFile)).digest("hex");
const file = { type: "file", name: "onegini-otp-login.js", hashes: [{ alg: "SHA-384", content }] };
writeBill("one-file", file, [oneFile], false);
const command = { type: "application", name: "onegini-otp-login (command)" };
writeBill("command", command, ["dist/command/", "dist/command/assets/"], false);
