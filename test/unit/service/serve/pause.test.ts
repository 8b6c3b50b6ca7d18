import assert from "node:assert/strict";
import { test } from "node:test";
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
    assert.deepEqual(
      [answer.status, error_description.startsWith('"until" must be ')],
      [400, true],
      String(wrong),
    );
  }
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), paused);
  for (const until of ["2999-01-01T06:00:00+02:00", "2999-01-01T06:00Z", null])
    assert.equal((await service.call("PUT", "/pause", { body: { until } })).status, 204);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: true });
});
