import assert from "node:assert/strict";
import { test } from "node:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { until } from "../../../support/until.js";
import { runService } from "./running-service.js";

test("PUT /pause takes the time at which logins go on, and says what is wrong with one", async (t) => {
  const service = await runService(t);
  const later = new Date(Date.now() + 3_600_000);
  assert.equal((await service.call("PUT", "/pause", { body: { until: later } })).status, 204);
  const paused = { paused: true, until: later.toISOString() };
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), paused);

  for (const wrong of [
    "soon",
    "2999-01-01",
    "2999-01-01T06:00:00",
    "2999-13-01T06:00:00Z",
    32_472_144_000,
    "2020-01-01T06:00:00Z",
  ]) {
    const answer = await service.call("PUT", "/pause", { body: { until: wrong } });
    const { error_description } = (await answer.json()) as { error_description: string };
    const answered = [answer.status, error_description.startsWith('"until" must be ')];
    assert.deepEqual(answered, [400, true], String(wrong));
  }
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), paused);
  for (const until of ["2999-01-01T06:00:00+02:00", "2999-01-01T06:00Z", null])
    assert.equal((await service.call("PUT", "/pause", { body: { until } })).status, 204);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: true });
});

test("PUT and DELETE /pause take by and reason, which GET and the log have, and say what is wrong with one", async (t) => {
  const service = await runService(t);
  const said = { by: "jane", reason: "the app’s release" };
  assert.equal((await service.call("PUT", "/pause", { body: said })).status, 204);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: true, ...said });
  for (const method of ["PUT", "DELETE"])
    for (const name of ["by", "reason"])
      for (const wrong of ["x".repeat(101), "a\nb", "\u001b[2J"]) {
        const answer = await service.call(method, "/pause", { body: { [name]: wrong } });
        assert.equal(answer.status, 400);
        assert.deepEqual(await answer.json(), {
          error: "invalid_request",
          error_description: `"${name}" must be a string of at most 100 characters without control or invisible characters.`,
        });
      }
  assert.equal((await service.call("DELETE", "/pause", { body: { by: 5 } })).status, 400);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: true, ...said });
  const end = { by: "joe", reason: null };
  assert.equal((await service.call("DELETE", "/pause", { body: end })).status, 204);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: false });
  const logged = service.lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ event, by, reason }) => ({ event, by, reason }));
  assert.deepEqual(
    logged.filter(({ event }) => /^login_(paused|resumed)$/.test(String(event))),
    [
      { event: "login_paused", ...said },
      { event: "login_resumed", by: "joe", reason: undefined },
    ],
  );
});

test("A pause-file pauses this process while it is there, by that name in log, metrics and GET /pause", async (t) => {
  const file = join(temporaryFolder(t), "pause");
  // There before the process: it gives out no code at all.
  writeFileSync(file, "jane: \u001b[31mRedis is away\nmore\n");
  const service = await runService(t, { args: ["--pause-file", file] });
  const asked = async () => (await service.call("GET", "/pause")).json() as Promise<object>;
  const gauge = async (): Promise<string | undefined> =>
    /^onegini_otp_login_paused_on_this_server (\d)$/m.exec(
      await (await service.call("GET", "/metrics")).text(),
    )?.[1];
  const refused = await service.browser().post("");
  assert.deepEqual(
    [refused.status, ((await refused.json()) as { error: string }).error],
    [503, "login_paused"],
  );
  assert.equal((await service.call("POST", "/begin", { body: { headers: {} } })).status, 204);
  const { reason = "", ...rest } = (await asked()) as { reason?: string };
  assert.deepEqual(rest, { paused: true, on_this_server: true });
  assert.match(reason, /^jane: .*Redis is away$/);
  assert.doesNotMatch(reason, /\p{Cc}/u);
  assert.equal(await gauge(), "1");
  // It is not the pause of all processes, and that one's end does not end it.
  assert.equal((await service.call("DELETE", "/pause")).status, 204);
  assert.equal((await service.browser().post("")).status, 503);

  rmSync(file);
  await until(async () => (await service.browser().post("")).status === 201, "the end");
  assert.deepEqual([await asked(), await gauge()], [{ paused: false }, "0"]);
  writeFileSync(file, "");
  await until(async () => (await service.browser().post("")).status === 503, "a second pause");
  assert.deepEqual(await asked(), { paused: true, on_this_server: true });
  const logged = service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    logged
      .filter(({ event }) => /^login_(paused|resumed)$/.test(String(event)))
      .map(({ event, onThisServer }) => [event, onThisServer]),
    [
      ["login_paused", true],
      ["login_resumed", true],
      ["login_paused", true],
    ],
  );
});
