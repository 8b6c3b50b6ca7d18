/**
 * The part of `npm run build` that writes `dist/import/`: the server's entries for the `import` of Node, Bun and Deno. They
 * tell which packages are not installed, and how to install them. That takes a top-level `await`, which `require()` and
 * bundlers cannot have: those load the entry itself (`exports` in package.json).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { name, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
  name: string;
  peerDependencies: Record<string, string>;
};
// The site passes its Redis client in; the kit does not import the package.
const packages = Object.entries(peerDependencies)
  .filter(([peer]) => peer !== "redis")
  .map(([peer, range]) => `${peer}@${/\d+/.exec(range)?.[0]}`);

const load = `export const load = (importEntry) =>
  importEntry().catch((error) => {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message =
      "The server part of ${name} needs packages that are not installed. Run: npm install ${packages.join(" ")}";
    throw new Error(message, { cause: error });
  });
`;

mkdirSync("dist/import", { recursive: true });
writeFileSync("dist/import/load.js", load);
for (const entry of ["server", "node", "redis", "emulator"]) {
  const names = Object.keys((await import(`../../dist/${entry}.js`)) as object);
  const text = `import { load } from "./load.js";

export const { ${names.join(", ")} } = await load(() => import("../${entry}.js"));
`;
  writeFileSync(`dist/import/${entry}.js`, text);
}
