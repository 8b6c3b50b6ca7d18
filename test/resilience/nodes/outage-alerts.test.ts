import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../support/services/redis.js";
import { runServe, siteClient } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { scriptedTokenServer, started } from "../../unit/server/support/site.js";
import { startPrometheus } from "./support/prometheus.js";

/**
 * The alerts of an outage, at a real Prometheus with the files of docs/serve/ and their scrape interval. Only three visitors come
 * in all that time.
 */

const origin = "http://localhost:8000";
const secret = "internal-secret-of-the-test-0123456789";
/** What docs/serve.md promises. */
const promisedMs = 60_000;

test("an outage alarms and stops alarming within a minute, although nobody comes", async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const tokenServer = await scriptedTokenServer(t);
  const service = runServe(
    t,
    ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
    ...[...siteClient, "--port", "0"],
    ...["--internal-port", "0", "--internal-secret", secret, "--redis-url", redis.url],
  );
  const [address, internal] = [await service.said("ready"), await service.said("internal")];
  const { api } = await startPrometheus(t, { targets: [new URL(internal).host], secret });
  const alerts = async (state: "firing" | "any" = "any"): Promise<string[]> => {
    const { data } = (await api("alerts")) as {
      data: { alerts: { state: string; labels: { alertname: string } }[] };
    };
    return data.alerts
      .filter((alert) => state === "any" || alert.state === state)
      .map(({ labels }) => labels.alertname)
      .filter((name) => name !== "LoginEventLoopSlow");
  };
  const isUp = async (): Promise<boolean> => {
    const { data } = (await api("query?query=up")) as { data: { result: { value: [number, string] }[] } };
    return data.result[0]?.value[1] === "1" && (await alerts()).length === 0;
  };
  await until(isUp, "the first metrics", 60_000);

  const alarms = async (alert: string, what: string): Promise<void> => {
    const beganAt = performance.now();
    await until(async () => (await alerts("firing")).includes(alert), `${alert} for ${what}`, promisedMs);
    t.diagnostic(`${alert} for ${what}: after ${Math.round(performance.now() - beganAt)} ms`);
    // Others may wait: before the breaker opens, failed starts look like those of one client.
    assert.deepEqual(await alerts("firing"), [alert]);
  };
  const ends = async (alert: string, what: string): Promise<void> => {
    const endedAt = performance.now();
    await until(async () => !(await alerts()).includes(alert), `the end of ${alert} for ${what}`, promisedMs);
    t.diagnostic(`${alert} for ${what}: ended after ${Math.round(performance.now() - endedAt)} ms`);
  };

  // Hanging is the worst: each start takes five seconds to fail.
  tokenServer.start = () => undefined;
  for (let visitor = 0; visitor < 3; visitor++)
    assert.equal((await new Browser({ url: `${address}/otp-login`, origin }).post("")).status, 503);
  await alarms("LoginTokenServerDown", "a Token Server that hangs");
  tokenServer.start = started();
  await ends("LoginTokenServerDown", "a Token Server that hangs");

  await redis.kill();
  await alarms("LoginStoreFails", "a Redis that is down");
  await redis.restart();
  await ends("LoginStoreFails", "a Redis that is down");

  redis.pause();
  await alarms("LoginStoreFails", "a Redis that hangs");
  redis.resume();
  await ends("LoginStoreFails", "a Redis that hangs");
});
