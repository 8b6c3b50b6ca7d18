import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../support/services/redis.js";
import { until } from "../../../support/until.js";
import { runService } from "./running-service.js";

test("services with one Redis share logins, and say that they are not ready without it", async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const args = ["--redis-url", redis.url];
  const first = await runService(t, { args });
  const second = await runService(t, { args, tokenServerUrl: first.emulator.url });

  const browser = first.browser();
  const { ticket } = await first.ticket(browser);
  const body = { ticket, cookie: browser.cookie };
  const answers = await Promise.all(
    [first, second, first, second].map((service) => service.call("POST", "/redeem", { body })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 404, 404, 404]);

  await redis.kill();
  const ready = () => second.call("GET", "/ready");
  await until(async () => (await ready()).status === 503, "the service without Redis");
  const { status, headers } = await second.call("POST", "/redeem", { body });
  assert.deepEqual([status, headers.get("retry-after")], [503, "5"]);
  assert.equal((await second.call("GET", "/health")).status, 200);
  await until(() => second.lines.some((line) => line.includes("store_trouble")), "the event");
  const metrics = await (await second.call("GET", "/metrics")).text();
  assert.match(metrics, /^onegini_otp_login_store_errors_total [1-9]/m);
});
