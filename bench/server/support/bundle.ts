import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const bundles = new Map<string, Promise<string>>();

/**
 * Bundles a server and all its imports into one file. Returns the file's path. `name` is the server's path from this
 * folder.
 */
export function bundle(name: string): Promise<string> {
  const known = bundles.get(name) ?? make(name);
  bundles.set(name, known);
  return known;
}

async function make(name: string): Promise<string> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const outfile = file(`../../../.cache/bench/${basename(name)}.mjs`);
  await build({
    entryPoints: [file(`${name}.ts`)],
    outfile,
    bundle: true,
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
