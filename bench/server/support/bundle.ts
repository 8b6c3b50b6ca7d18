import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const bundles = new Map<string, Promise<string>>();

/**
 * Bundles a server and its imports into one file. Returns the file's path. `name` is the server's path from this folder.
 *
 * @param ofPackage leave the package's own entries out: the server loads them from `dist`, as a site does
 */
export function bundle(name: string, ofPackage = false): Promise<string> {
  const outfile = `${basename(name)}${ofPackage ? "-of-package" : ""}.mjs`;
  const known = bundles.get(outfile) ?? make(name, outfile, ofPackage);
  bundles.set(outfile, known);
  return known;
}

async function make(name: string, out: string, ofPackage: boolean): Promise<string> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const outfile = file(`../../../.cache/bench/${out}`);
  await build({
    entryPoints: [file(`${name}.ts`)],
    outfile,
    bundle: true,
    external: ofPackage ? ["onegini-otp-login/*"] : [],
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    // Some of the bundled modules are CommonJS.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}
