/**
 * Writes the manifest and the lock of docs/serve/container/: the package, and of what it needs the versions that this checkout is
 * tested with. `raise-version.ts` runs it. The package itself has no hash there, because the lock is a part of it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";

interface Locked {
  version: string;
  integrity?: string;
  license?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  engines?: Record<string, string>;
  bin?: unknown;
}

interface Manifest extends Locked {
  name: string;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

/** The two files, by their names. */
export async function containerFiles(): Promise<Record<string, string>> {
  const { packages } = readJson("package-lock.json") as { packages: Record<string, Locked> };
  const { name, version, license, bin, dependencies = {}, engines } = readJson("package.json") as Manifest;
  const wanted = { [name]: version, redis: packages["node_modules/redis"]?.version ?? "" };
  const entries: Record<string, object> = {
    [`node_modules/${name}`]: { version, license, dependencies, bin: { [name]: bin }, engines },
  };
  const add = (dependency: string): void => {
    const path = `node_modules/${dependency}`;
    if (path in entries) return;
    const locked = packages[path];
    if (!locked) throw new Error(`${dependency} is not in package-lock.json.`);
    const { version, integrity, license, dependencies = {}, engines, peerDependencies = {} } = locked;
    const optional = locked.peerDependenciesMeta ?? {};
    entries[path] = {
      ...{ version, integrity, license },
      ...(Object.keys(dependencies).length > 0 && { dependencies }),
      engines,
      ...(Object.keys(peerDependencies).length > 0 && {
        peerDependencies,
        peerDependenciesMeta: locked.peerDependenciesMeta,
      }),
    };
    for (const each of Object.keys(dependencies)) add(each);
    for (const each of Object.keys(peerDependencies)) if (optional[each]?.optional !== true) add(each);
  };
  for (const each of [...Object.keys(dependencies), "redis"]) add(each);
  const root = { name: "onegini-login-container", private: true, dependencies: wanted };
  const sorted = Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)));
  const lock = {
    name: root.name,
    lockfileVersion: 3,
    requires: true,
    packages: { "": { name: root.name, dependencies: wanted }, ...sorted },
  };
  const text = (value: object) =>
    format(JSON.stringify(value), { parser: "json-stringify", printWidth: 110 });
  return { "package.json": await text(root), "package-lock.json": await text(lock) };
}

if (process.argv[1]?.endsWith("container-lock.ts"))
  for (const [name, text] of Object.entries(await containerFiles()))
    writeFileSync(`docs/serve/container/${name}`, text);
