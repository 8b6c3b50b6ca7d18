import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** What the command does when its reader has gone, as `head` goes after its lines. */

/** As a shell counts the end by SIGPIPE, which Node ignores. */
const endOfPipe = 141;

async function runWithoutReader(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/service/command/cli.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Long before it has started.
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, stderr };
}

describe("npx onegini-otp-login, into a pipe that is closed,", () => {
  const doctor = ["doctor", "--token-server-url=http://127.0.0.1:1", "--client-id=a", "--client-secret=b"];
  for (const args of [
    [...doctor, "--type=c", "--origin=http://localhost:8080", "--no-scan"],
    [...doctor, "--type=c", "--origin=http://localhost:8080", "--no-scan", "--json"],
    ["doctor", "--help"],
    ["--help"],
    ["--version"],
  ])
    test(`ends without a word: ${args.filter((arg) => !arg.includes("=")).join(" ")}`, async () => {
      assert.deepEqual(await runWithoutReader(...args), { code: endOfPipe, stderr: "" });
    });

  test("writes the report that it was asked for", async (t) => {
    const folder = temporaryFolder(t);
    const report = join(folder, "report.json");
    const args = [...doctor, "--type=c", "--origin=http://localhost:8080", "--no-scan", `--report=${report}`];
    assert.deepEqual(await runWithoutReader(...args), { code: 1, stderr: "" });
    assert.match(readFileSync(report, "utf8"), /^Checked: http:.*$[^]*✗/m);
  });
});
