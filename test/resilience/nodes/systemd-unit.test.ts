import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { temporaryFolder } from "../../support/temporary-folder.js";

const name = "onegini-otp-login.service";
const unit = readFileSync(join("docs/serve", name), "utf8");

/** What systemd says about a unit. It warns of an unknown key, and ignores it. */
function verify(t: TestContext, text: string): { status: number | null; said: string } {
  const directory = temporaryFolder(t);
  const file = join(directory, name);
  // Node may be somewhere else here, and the file must be there.
  writeFileSync(file, text.replaceAll("/usr/bin/node ", `${process.execPath} `));
  const { status, stdout, stderr, error } = spawnSync("systemd-analyze", ["verify", "--man=no", file], {
    encoding: "utf8",
  });
  assert.equal(error, undefined);
  return { status, said: stdout + stderr };
}

describe(`docs/serve/${name}`, { skip: process.platform !== "linux" && "systemd is on Linux only" }, () => {
  test("is right for systemd-analyze verify", (t) => {
    assert.deepEqual(verify(t, unit), { status: 0, said: "" });
  });

  test("would not be, with a key that systemd does not know or a command that is not there", (t) => {
    assert.match(verify(t, unit.replace("RestartSec=", "RestartSecs=")).said, /Unknown key.* 'RestartSecs'/);
    const missing = unit.replace("ExecReload=/bin/kill", "ExecReload=/bin/no-such-command");
    assert.match(verify(t, missing).said, /no-such-command/);
  });

  test("starts again while Redis is down, but not with wrong settings, and reloads", () => {
    for (const line of [
      "StartLimitIntervalSec=0",
      "Restart=on-failure",
      "RestartPreventExitStatus=2",
      "ExecReload=/bin/kill -HUP $MAINPID",
    ])
      assert.ok(unit.split("\n").includes(line), line);
    assert.match(unit, /^RestartSec=[1-9]/m);
    // A reload would read systemd's old copy.
    assert.doesNotMatch(unit, /^LoadCredential=/m);
  });
});
