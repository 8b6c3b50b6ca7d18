import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { redisFor, type RedisServer } from "../../../support/services/redis.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { until } from "../../../support/until.js";
import { runService, type RunningService } from "./running-service.js";

const startAt = async (service: RunningService): Promise<number> => (await service.browser().post("")).status;

const eventsOf = ({ lines }: RunningService): (string | undefined)[] =>
  lines
    .map((line) => (JSON.parse(line) as { event: string }).event)
    .filter((event) => /^login_(paused|resumed)$/.test(event));

const gaugeOf = async (service: RunningService): Promise<string | undefined> =>
  /^onegini_otp_login_paused (\d)$/m.exec(await (await service.call("GET", "/metrics")).text())?.[1];

const keysIn = (redis: RedisServer): string[] => redis.command("KEYS", "*").split("\n");

test("services with one Redis share logins, and say that they are not ready without it", async (t) => {
  const redis = await redisFor(t);
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
  const statusOf = async (path: string) => (await fetch(second.publicAddress + path)).status;
  assert.deepEqual([await statusOf("/ready"), await statusOf("/health")], [503, 200]);
  const { status, headers } = await second.call("POST", "/redeem", { body });
  assert.deepEqual([status, headers.get("retry-after")], [503, "5"]);
  assert.equal((await second.call("GET", "/health")).status, 200);
  await until(() => second.lines.some((line) => line.includes("store_trouble")), "the event");
  const metrics = await (await second.call("GET", "/metrics")).text();
  assert.match(metrics, /^onegini_otp_login_store_errors_total [1-9]/m);
});

test("a ticket of one site is unknown to another site's service on the same Redis, and stays good", async (t) => {
  const redis = await redisFor(t);
  const one = await runService(t, { args: ["--redis-url", redis.url] });
  const secret = "internal-secret-of-the-other-site-0123456789";
  const other = await runService(t, {
    args: ["--redis-url", redis.url, "--origin", "http://localhost:9000", "--internal-secret", secret],
  });
  const browser = one.browser();
  const { ticket } = await one.ticket(browser);
  const body = { ticket, cookie: browser.cookie };

  const headers = { authorization: `Bearer ${secret}` };
  const refused = await other.call("POST", "/redeem", { body, headers });
  assert.equal(refused.status, 404);
  assert.equal(((await refused.json()) as { error: string }).error, "invalid_ticket");
  const line = other.lines.find((each) => each.includes("ticket_refused")) ?? "{}";
  assert.equal((JSON.parse(line) as { reason?: string }).reason, "unknown");
  assert.equal((await one.call("POST", "/redeem", { body })).status, 200);
});

test("without redis-prefix a service uses the kit's, so that one which sets it goes on with what is stored", async (t) => {
  const redis = await redisFor(t);
  const args = ["--redis-url", redis.url];
  const first = await runService(t, { args });
  const browser = first.browser();
  const { ticket } = await first.ticket(browser);
  for (const key of keysIn(redis)) assert.match(key, /^onegini-otp-login:/);

  const second = await runService(t, { args: [...args, "--redis-prefix", "onegini-otp-login:"] });
  const body = { ticket, cookie: browser.cookie };
  assert.equal((await second.call("POST", "/redeem", { body })).status, 200);
});

test("services with a redis-prefix each share nothing on one Redis, not even for one origin", async (t) => {
  const redis = await redisFor(t);
  const limits = JSON.stringify({ limits: { startsPerAddress: { count: 1, seconds: 60 } } });
  const config = join(temporaryFolder(t), "site.json");
  writeFileSync(config, limits);
  const stage = (prefix: string) =>
    runService(t, { args: ["--redis-url", redis.url, "--redis-prefix", prefix, "--config", config] });
  const blue = await stage("blue:");
  const green = await stage("green:");
  const browser = blue.browser();
  const { ticket } = await blue.ticket(browser);
  // The other one has written nothing but its pause, and for a second what told it that Redis takes writes.
  await until(
    () => keysIn(redis).every((key) => /^(blue:|green:pause-register:)/.test(key)),
    "keys of the first one alone",
  );

  const body = { ticket, cookie: browser.cookie };
  assert.equal((await green.call("POST", "/redeem", { body })).status, 404);
  assert.equal((await blue.call("POST", "/redeem", { body })).status, 200);
  assert.equal((await blue.browser().post("")).status, 429);
  assert.equal((await green.browser().post("")).status, 201);
});

test("a pause of one service holds in all within two seconds, also in one that starts later, and all stay ready", async (t) => {
  const redis = await redisFor(t);
  const args = ["--redis-url", redis.url];
  const one = await runService(t, { args });
  const other = await runService(t, { args, tokenServerUrl: one.emulator.url });
  assert.deepEqual([await startAt(other), await gaugeOf(other)], [201, "0"]);

  assert.equal((await one.call("PUT", "/pause")).status, 204);
  const since = performance.now();
  await until(async () => (await startAt(other)) === 503, "the pause");
  assert.ok(performance.now() - since < 2000);
  for (const each of [one, other]) {
    assert.equal(await startAt(each), 503);
    assert.deepEqual(await (await each.call("GET", "/pause")).json(), { paused: true });
    assert.equal((await each.call("GET", "/ready")).status, 200);
    assert.equal(await gaugeOf(each), "1");
    assert.deepEqual(eventsOf(each), ["login_paused"]);
  }
  const later = await runService(t, { args, tokenServerUrl: one.emulator.url });
  await until(() => eventsOf(later).length === 1, "the log of one that starts later");
  assert.equal(await startAt(later), 503);

  assert.equal((await other.call("DELETE", "/pause")).status, 204);
  await until(async () => (await startAt(one)) === 201, "the end of the pause");
  assert.deepEqual(await (await other.call("GET", "/pause")).json(), { paused: false });
  assert.equal(await gaugeOf(other), "0");
  assert.deepEqual(eventsOf(other), ["login_paused", "login_resumed"]);
});

test("a pause that cannot be read pauses all services, and PUT and DELETE are 503 and say what to do", async (t) => {
  const redis = await redisFor(t);
  const key = "onegini-otp-login:pause-register:http://localhost:8000";
  const newer = '{"format":2,"version":1,"paused":false}';
  redis.command("SET", key, newer);
  const service = await runService(t, { args: ["--redis-url", redis.url] });
  assert.equal(await startAt(service), 503);
  assert.deepEqual(await (await service.call("GET", "/pause")).json(), { paused: true });
  for (const method of ["PUT", "DELETE"]) {
    const answer = await service.call(method, "/pause");
    const { error_description } = (await answer.json()) as { error_description: string };
    assert.equal(answer.status, 503);
    assert.match(error_description, /cannot read \(format\).*delete it from the store/);
  }
  assert.equal(redis.command("GET", key), newer);
  const levels = service.lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === "store_unreadable")
    .map(({ level, what }) => ({ level, what }));
  assert.deepEqual(levels, [{ level: "error", what: "pause" }]);
});
