import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { install, temporaryFolder } from "./packed-package.js";

/** Projects with the packed package, and every TypeScript that docs/kit.md allows, strict and with `skipLibCheck: false`. */

export const versions = ["5.4.5", "5.5.4", "5.6.3", "5.7.3", "5.8.3", "5.9.3", "6.0.3", "7.0.2"] as const;
export type Version = (typeof versions)[number];
export const [lowest] = versions;
export const newest: Version = "7.0.2";
export const resolutions = ["bundler", "node16", "nodenext"] as const;
type Resolution = (typeof resolutions)[number];

/** What a project with types of Node installs. */
export const nodeTypes = "@types/node@20.19.43";

/** The entries of package.json that have types, those of a pattern one by one. */
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { types?: string }>;
};
export const entries = Object.entries(exports).flatMap(([entry, target]) => {
  if (typeof target === "string" || target.types === undefined) return [];
  const [folder, end] = target.types.split("*");
  if (folder === undefined || end === undefined) return [entry];
  return readdirSync(folder)
    .filter((file) => file.endsWith(end))
    .map((file) => entry.replace("*", file.slice(0, -end.length)));
});

/** The entries that are for one library, each tested beside it in `peer-types.test.ts`. All others need the package alone. */
export const peerEntries = [
  "./react",
  "./preact",
  "./solid",
  "./vue",
  "./svelte",
  "./fastify",
  "./next",
  "./redis",
  "./better-auth",
] as const;

export const site = `
const site = {
  origin: "https://www.example.com",
  tokenServer: { url: "https://ts.example.com", clientId: "id", clientSecret: "secret", type: "qr-code" },
};`;

export const importOf = (entry: string, name = "entry"): string =>
  `import * as ${name} from "onegini-otp-login${entry.slice(1)}";\nexport { ${name} };`;

/** Creates a project in a folder of its own. Returns its path. */
export async function createProject(name: string, ...packages: string[]): Promise<string> {
  const folder = join(temporaryFolder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
  await install(folder, ...packages);
  return folder;
}

/** Installs compilers. Returns a function that compiles files of a project, and returns what the compiler says, line by line. */
export async function installCompilers(...some: readonly Version[]) {
  const compilers = await createProject(
    "compilers",
    ...some.map((version) => `typescript-${version}@npm:typescript@${version}`),
  );
  return (folder: string, version: Version, resolution: Resolution, ...files: string[]): string[] => {
    const options = {
      module: resolution === "bundler" ? "esnext" : resolution,
      moduleResolution: resolution,
      target: "es2022",
      lib: "es2023,dom,dom.iterable",
      jsx: "preserve",
      skipLibCheck: "false",
      // TypeScript's own files need no check.
      skipDefaultLibCheck: "true",
      // Without it TypeScript 6 and later find no types of Node.
      ...(existsSync(join(folder, "node_modules/@types/node")) && { types: "node" }),
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const compiler = join(compilers, `node_modules/typescript-${version}/bin/tsc`);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [compiler, "--noEmit", "--strict", "--pretty", "false", ...args, ...files],
      { cwd: folder, encoding: "utf8" },
    );
    const lines = `${stdout}${stderr}`.split(/\r?\n/).filter((line) => line !== "");
    return lines.length === 0 && status !== 0 ? [`The compiler ended with ${status}.`] : lines;
  };
}
