/**
 * Fails if npm knows a vulnerability of a library in the package's bill of materials that `docs/trust/vex.cdx.json` does not
 * say anything about. `npm run release` runs it. Those of the tools that build and test the package do not count.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { satisfies } from "semver";

interface Advisory {
  name: string;
  range: string;
  url: string;
  title: string;
  severity: string;
}
interface Audit {
  vulnerabilities?: Record<string, { via: (string | Advisory)[] }>;
  message?: string;
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
const { components } = readJson<{ components: { name: string; version: string }[] }>(
  "dist/sbom/package.cdx.json",
);
const { vulnerabilities: stated } = readJson<{ vulnerabilities: { id: string }[] }>(
  "docs/trust/vex.cdx.json",
);

// It ends with an error if it knows one of anything that is locked.
const { stdout } = spawnSync("npm", ["audit", "--json", "--include=dev"], {
  encoding: "utf8",
  shell: process.platform === "win32",
});
const { vulnerabilities, message } = JSON.parse(stdout) as Audit;
if (vulnerabilities === undefined) {
  console.error(`npm could not tell which vulnerabilities are known: ${message}`);
  process.exit(1);
}

/** `GHSA-…`, the end of the advisory's address. */
const idOf = ({ url }: Advisory): string => url.slice(url.lastIndexOf("/") + 1);
const open = Object.values(vulnerabilities)
  .flatMap(({ via }) => via.filter((each) => typeof each === "object"))
  .filter(({ name, range }) =>
    components.some(
      (each) => each.name === name && satisfies(each.version, range, { includePrerelease: true }),
    ),
  )
  .filter((advisory) => !stated.some(({ id }) => id === idOf(advisory)));
for (const advisory of open)
  console.error(
    `${idOf(advisory)}, ${advisory.severity}, ${advisory.name} ${advisory.range}: ${advisory.title}. Update it, or say in docs/trust/vex.cdx.json why it cannot be used here.`,
  );
process.exitCode = open.length > 0 ? 1 : 0;
