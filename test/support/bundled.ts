import { build } from "esbuild";

/** A module and all that it imports, as a script. Its exports are the members of a global variable. */
export async function bundled(globalName: string, contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    format: "iife",
    globalName,
    target: "es2022",
    tsconfig: "tsconfig.base.json",
    write: false,
  });
  return outputFiles[0]!.text;
}
