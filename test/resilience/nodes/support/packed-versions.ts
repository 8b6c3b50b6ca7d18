import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { readWidgetFiles, type WidgetFile } from "../../../../src/service/serve/ports/assets.js";
import { pack, temporaryFolder } from "../../../package/support/packed-package.js";

/** The package, packed and unpacked. */
export interface PackedVersion {
  /** The command's file. */
  cli: string;
  /** What pages load of it. */
  files: readonly WidgetFile[];
}

/** Two versions of the packed package: the second one has a comment more in each file that pages load. */
export async function packedVersions(): Promise<{ older: PackedVersion; newer: PackedVersion }> {
  const tarball = await pack();
  const newer = unpack(tarball, "newer");
  const names = [
    "onegini-otp-login.js",
    "early.js",
    ...readdirSync(join(newer, "dist/locales")).map((name) => `locales/${name}`),
  ];
  for (const name of names.filter((each) => each.endsWith(".js")))
    appendFileSync(join(newer, "dist", name), "\n// Of another version.\n");
  return { older: await versionIn(unpack(tarball, "older")), newer: await versionIn(newer) };
}

const versionIn = async (folder: string): Promise<PackedVersion> => ({
  cli: join(folder, "dist/command/cli.js"),
  files: await readWidgetFiles(join(folder, "dist")),
});

/** Unpacks it where Node finds it beside its dependencies, which are those of this checkout. */
export function unpack(tarball: string, name: string): string {
  const modules = join(temporaryFolder, name, "node_modules");
  const folder = join(modules, "onegini-otp-login");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
  for (const dependency of [...Object.keys(dependencies), "redis"]) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(process.cwd(), "node_modules", dependency), join(modules, dependency));
  }
  return folder;
}
