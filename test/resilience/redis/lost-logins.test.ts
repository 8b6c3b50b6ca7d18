import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { redisFor } from "../../support/services/redis.js";
import { holds, until } from "../../support/until.js";
import { origin, runService } from "../../unit/service/serve/running-service.js";

/** What Redis loses of the logins: by the documented command, or the last write at a failover. */

const prefix = "onegini-otp-login:";

test("The command that deletes the logins leaves pause, forgotten browsers and what is others' (docs/deployment.md)", async (t) => {
  const redis = await redisFor(t);
  const args = ["--redis-url", redis.url, "--pairing", "unknown-browsers", "--message", "Log in: {number}"];
  const service = await runService(t, {
    args: [...args, "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
    withMessage: false,
  });
  await service.browser().start();
  const forget = { body: { user_id: "alice" } };
  assert.equal((await service.call("POST", "/forget-browsers", forget)).status, 204);
  assert.equal((await service.call("PUT", "/pause", { body: { by: "jane" } })).status, 204);
  redis.command("SET", "shop-login:attempt:x", "of another site");
  const keys = (): string[] => redis.command("--scan").split("\n").sort();
  const kinds = new Set(keys().map((key) => key.replace(prefix, "").split(":", 1)[0]));
  for (const kind of ["attempt", "transaction", "limit", "known-since", "pause-register"])
    holds(kinds.has(kind), kind);

  const page = readFileSync("docs/deployment.md", "utf8");
  const [, command = ""] = /^ +```sh\n( +# 'onegini-otp-login:'[^]*?)^ +```$/m.exec(page) ?? [];
  // This Redis is not at the default port.
  execFileSync("sh", ["-c", `set -e\n${command.replaceAll("redis-cli", `redis-cli -p ${redis.port}`)}`]);
  assert.deepEqual(keys(), [
    `${prefix}known-since:${origin}`,
    `${prefix}pause-register:${origin}`,
    "shop-login:attempt:x",
  ]);
  assert.equal(((await (await service.call("GET", "/pause")).json()) as { by: string }).by, "jane");
  assert.equal((await service.call("DELETE", "/pause")).status, 204);
  await until(async () => (await service.browser().post("")).status === 201, "a login");
});

test("After a lost redemption its own browser, and no other, redeems once more, with the same attempt", async (t) => {
  const redis = await redisFor(t);
  const service = await runService(t, { args: ["--redis-url", redis.url] });
  const browser = service.browser();
  const { ticket, attempt } = await service.ticket(browser);
  const key = `${prefix}attempt:${attempt}`;
  const redeem = async (cookie = browser.cookie): Promise<[number, unknown]> => {
    const answer = await service.call("POST", "/redeem", { body: { ticket, cookie } });
    return [answer.status, ((await answer.json()) as { attempt?: string }).attempt];
  };
  const before = redis.command("GET", key);
  assert.deepEqual(await redeem(), [200, attempt]);
  assert.deepEqual(await redeem(), [404, undefined]);
  // As the new master of a failover has it, that did not get the last write.
  redis.command("SET", key, before, "KEEPTTL");
  const other = service.browser();
  await other.start();
  assert.deepEqual(await redeem(other.cookie), [404, undefined]);
  assert.deepEqual(await redeem(), [200, attempt]);
});
