import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { otherFormat } from "../../../src/server/store/attempt.js";
import { nothingSaid, parseRegister } from "../../../src/server/pause/pause-register.js";
import { countScript } from "../../../src/server/redis/redis-scripts.js";
import { storedFormats, type StoredKind } from "../../../src/service/serve/stored-formats.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { runService } from "../../unit/service/serve/running-service.js";

/** `serve --compatible-with` says what its table says. Here the table is compared with what the service writes to Redis, and reads. */

const formats = storedFormats.at(-1)?.formats ?? assert.fail();
const prefix = "onegini-otp-login:";
const some = [0, 1, 2, 3, 4];

let redis: RedisServer;
before(async () => (redis = await startRedis()));
after(() => redis.stop());

/** The key of a kind; for a limit, one that a start has counted in. */
const keyOf = (kind: string): string =>
  redis.command("KEYS", `${prefix}${kind}:*`).split("\n")[0] ?? assert.fail(kind);

async function filled(t: Parameters<typeof runService>[0]) {
  redis.flush();
  const pairing = ["--pairing", "unknown-browsers", "--pairing-keys", "pairing-key-of-the-test-0123456789"];
  const service = await runService(t, {
    args: ["--redis-url", redis.url, ...pairing, "--message", "Log in: {number}"],
  });
  await service.browser().start();
  assert.equal((await service.call("POST", "/forget-browsers", { body: { user_id: "alice" } })).status, 204);
  assert.equal((await service.call("PUT", "/pause")).status, 204);
  return service;
}

describe("the table of stored formats has for this version", () => {
  test("the formats that it writes", async (t) => {
    await filled(t);
    const value = (kind: string): string => redis.command("GET", keyOf(kind));
    const written: Record<StoredKind, unknown> = {
      attempt: (JSON.parse(value("attempt")) as unknown[])[0],
      limit: Number(value("limit").split(":")[0]),
      pause: (JSON.parse(value("pause-register")) as { format: unknown }).format,
      mark: Number(redis.command("HGET", keyOf("known-since"), "format")),
    };
    const table = Object.fromEntries(Object.entries(formats).map(([kind, { writes }]) => [kind, writes]));
    assert.deepEqual(written, table);
  });

  test("the formats that it reads", async (t) => {
    const reads = (can: (format: number) => boolean): number[] => some.filter(can);
    assert.deepEqual(
      reads((format) => otherFormat(format) === undefined),
      formats.attempt.reads,
    );
    assert.deepEqual(
      reads((format) => "register" in parseRegister(JSON.stringify({ ...nothingSaid, format }))),
      formats.pause.reads,
    );

    const service = await filled(t);
    assert.equal((await service.call("DELETE", "/pause")).status, 204);
    const [mark, limit] = [keyOf("known-since"), keyOf("limit:startsPerAddress")];
    const [marks, limits]: number[][] = [[], []];
    for (const format of some) {
      redis.command("HSET", mark, "format", String(format));
      const { status } = await service.call("POST", "/forget-browsers", { body: { user_id: "alice" } });
      if (status === 204) marks?.push(format);
      redis.command("SET", limit, `${format}:1`, "EX", "60");
      // The service itself keeps a limit that is used up in memory.
      const [used] = redis.command("EVAL", countScript, "1", limit, "60").split("\n");
      if (used === "2") limits?.push(format);
    }
    assert.deepEqual([marks, limits], [formats.mark.reads, formats.limit.reads]);
  });
});
