import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startRedis } from "../../support/services/redis.js";
import { holds } from "../../unit/server/support/holds.js";

for (const clock of ["+3600s", "-3600s"]) {
  test(`a host whose clock is off by ${clock} goes by Redis' clock, and so does what it writes`, async (t) => {
    const server = await startRedis();
    t.after(() => server.stop());
    const script = fileURLToPath(new URL("../../unit/server/support/write-attempt.ts", import.meta.url));
    const env = {
      ...process.env,
      LD_PRELOAD: "/usr/$LIB/faketime/libfaketimeMT.so.1",
      FAKETIME: clock,
      // Shared memory is left behind by a process that is killed; the next one of that number could not begin.
      FAKETIME_DISABLE_SHM: "1",
    };
    const args = ["--import", "tsx", script, server.url];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    const { now, hostNow } = JSON.parse(stdout) as { now: number; hostNow: number };
    const off = Math.abs(now - Date.now());
    holds(off < 5000, `off by ${off} ms`);
    holds(Math.abs(hostNow - now) > 3_590_000, "The host's clock was right");
    holds(Number.isInteger(now));
    const keys = server.command("KEYS", "*").split("\n");
    assert.equal(keys.length, 2);
    for (const key of keys) {
      const left = Number(server.command("PTTL", key));
      holds(left > 50_000 && left <= 60_000, `${key} lives for ${left} ms`);
    }
  });
}
