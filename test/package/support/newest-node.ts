import { delimiter } from "node:path";
import type { TestContext } from "node:test";
import { installNode, nodeLines } from "../../../scripts/node/node-lines.js";

/** Runs an example that needs Node 22 or later on the newest Node until the end of a test, whatever the tests run on. */
export async function useNewestNode(t: TestContext): Promise<void> {
  const path = process.env["PATH"];
  const { bin } = await installNode(nodeLines.at(-1) ?? "");
  process.env["PATH"] = [bin, path].join(delimiter);
  t.after(() => (process.env["PATH"] = path));
}
