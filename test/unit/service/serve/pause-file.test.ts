import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { PauseOptions, ResumeOptions } from "onegini-otp-login/server";
import { followPauseFile } from "../../../../src/service/serve/pause-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { until } from "../../../support/until.js";

/** A kit that only notes what it was told last, and follows the file at a path. */
async function follow(t: TestContext, path: string) {
  let last: PauseOptions | "resumed" | undefined;
  const kit = {
    pause: (options?: PauseOptions) => Promise.resolve(void (last = options)),
    resume: (_: ResumeOptions | undefined) => Promise.resolve(void (last = "resumed")),
  };
  t.after(await followPauseFile(path, kit));
  return () => last;
}

const path = (t: TestContext): string => join(temporaryFolder(t), "pause");

for (const [what, text, reason] of [
  ["its first line", "Redis is repaired\nsince noon", "Redis is repaired"],
  ["nothing, where it is empty", "", undefined],
  ["nothing, where the line could forge another", "jane: \u202erepair", undefined],
  ["the first hundred characters of it, where it is long", "a".repeat(101), "a".repeat(100)],
] as const)
  test(`a file pauses this server alone; its reason is ${what}`, async (t) => {
    const file = path(t);
    writeFileSync(file, text);
    const last = await follow(t, file);
    assert.deepEqual(last(), { ...(reason !== undefined && { reason }), onThisServer: true });
  });

for (const [what, make] of [
  ["a folder", (file: string) => void mkdirSync(file)],
  ["a pipe that nobody writes to", (file: string) => void execFileSync("mkfifo", [file])],
] as const)
  test(`${what} pauses, too`, async (t) => {
    const file = path(t);
    make(file);
    const last = await follow(t, file);
    assert.deepEqual(last(), { onThisServer: true });
  });

test("what is found later counts from then on; a path that cannot be looked at changes nothing", async (t) => {
  const file = path(t);
  const last = await follow(t, file);
  assert.equal(last(), "resumed");
  writeFileSync(file, "a repair");
  await until(() => last() !== "resumed", "the pause");
  rmSync(file);
  symlinkSync(file, file);
  // The next look comes after a second.
  await assert.rejects(until(() => last() === "resumed", "no end of the pause", 1500));
  rmSync(file);
  await until(() => last() === "resumed", "the end of the pause");
});

test("a path that cannot be looked at ends a start", async (t) => {
  const file = path(t);
  symlinkSync(file, file);
  await assert.rejects(follow(t, file), {
    name: "StartProblem",
    message: /cannot be looked at: .* \(ELOOP\)\.$/,
  });
});
