import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appendOnlyOf,
  watchAppendOnly,
  type AppendOnly,
} from "../../../../../src/service/serve/store/append-only.js";
import { redisFor } from "../../../../support/services/redis.js";
import { runServe, siteClient } from "../../../../support/services/serve-process.js";
import { until } from "../../../../support/until.js";
import { runService } from "../running-service.js";

const master = (info: unknown) => ({
  command: () => (info instanceof Error ? Promise.reject(info) : Promise.resolve(info)),
});
const on = master("# Persistence\r\nloading:0\r\naof_enabled:1\r\n");
const off = master("# Persistence\r\nloading:0\r\naof_enabled:0\r\n");
const silent = master("# Persistence\r\nloading:0\r\n");
const refusing = master(new Error("NOPERM"));

describe("whether Redis has an append-only file", () => {
  for (const [what, masters, expected] of [
    ["it has one", [on], "on"],
    ["each master of a cluster has one", [on, on, on], "on"],
    ["it has none", [off], "off"],
    ["one master of a cluster has none", [on, off, refusing], "off"],
    ["its user may not ask", [refusing], "unknown"],
    ["a proxy leaves it out", [silent], "unknown"],
    ["one master of a cluster does not say", [on, silent], "unknown"],
    ["no master is known at the moment", [], "unknown"],
  ] as const)
    test(`is ${expected} where ${what}`, async () => assert.equal(await appendOnlyOf(masters), expected));

  test("is asked again each minute, until that is ended", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const answers: AppendOnly[] = ["off", "on"];
    const told: AppendOnly[] = [];
    const end = watchAppendOnly(
      () => Promise.resolve(answers.shift() ?? "unknown"),
      (appendOnly) => told.push(appendOnly),
    );
    for (let minute = 1; minute <= 2; minute++) {
      t.mock.timers.tick(60_000);
      await until(() => told.length === minute, "the answer");
    }
    end();
    t.mock.timers.tick(600_000);
    assert.deepEqual(told, ["off", "on"]);
    assert.equal(answers.length, 0);
  });
});

describe("the append-only file of a real Redis", () => {
  const site = [
    ...[
      "--origin",
      "http://localhost:8000",
      "--token-server-url",
      "http://127.0.0.1:9",
      "--message",
      "Log in",
    ],
    ...siteClient,
    ...["--port", "0", "--internal-port", "0"],
  ];
  for (const [state, appendOnly, mayAsk, gauge] of [
    ["^Redis has an", true, true, "1"],
    ["^Redis has no", false, true, "0"],
    ["^Could not tell whether Redis has an", true, false, "-1"],
  ] as const)
    test(`is told with --check, at the start, and by the gauge: ${gauge}`, async (t) => {
      const redis = await redisFor(t, { appendOnly });
      const rights = mayAsk ? ["+@all"] : ["+@all", "-info"];
      redis.command("ACL", "SETUSER", "login", "on", ">secret", "~*", "&*", ...rights);
      const url = redis.url.replace("//", "//login:secret@");
      const sentence = new RegExp(`${state} append-only file`, "m");

      const check = runServe(t, ...site, "--redis-url", url, "--check");
      assert.equal(await check.exit(), 0);
      assert.match(check.stderr(), sentence);

      const process = runServe(t, ...site, "--redis-url", url);
      await process.said("ready");
      assert.equal(sentence.test(process.stderr()), gauge !== "1", process.stderr());

      const service = await runService(t, { args: ["--redis-url", url] });
      const metrics = await (await service.call("GET", "/metrics")).text();
      assert.equal(/^onegini_otp_login_redis_append_only (\S+)$/m.exec(metrics)?.[1], gauge);
    });

  test("is of no matter without Redis: a process with pairing says that it forgets with each start", async (t) => {
    const service = runServe(
      t,
      ...site,
      ...["--pairing", "always", "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
      ...["--message", "Log in: {number}"],
    );
    await service.said("ready");
    assert.doesNotMatch(service.stderr(), /append-only/);
    assert.match(service.stderr(), /^forgotten browsers are kept in memory: after each start everybody/m);
  });
});
