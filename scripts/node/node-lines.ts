import { join, resolve } from "node:path";
import { run } from "../test-runner.js";

/** The Node release lines that the package supports. The README says when we drop one; `engines` has the oldest version. */
export const nodeLines: readonly string[] = ["20", "22", "24", "26"];

/** Installs the newest Node of a line into `.cache`. Resolves to its version and the folder of its program. */
export async function installNode(line: string): Promise<{ version: string; bin: string }> {
  const folder = resolve(".cache", `node-${line}`);
  const bin = join(folder, "node_modules/node/bin");
  const install = await run("npm", ["install", "--prefix", folder, "--no-save", `node@${line}`], 600);
  const node = await run(join(bin, "node"), ["--print", "process.versions.node"], 60);
  if (!install.isGood || !node.isGood)
    throw new Error(`Node ${line} could not be installed.\n${install.output}${node.output}`);
  return { version: node.output.trim(), bin };
}
