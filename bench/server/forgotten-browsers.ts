/**
 * Measures what `serve` keeps in Redis of the users whose browsers the site forgot: the bytes of a mark, and how long the call of
 * the service takes beside so many.
 */
import { createClient } from "redis";
import { forgottenInRedis } from "../../src/service/serve/store/forgotten-browsers.js";
import { createLog } from "../../src/service/serve/telemetry/log.js";
import { redisPlace } from "../../src/service/serve/store/redis-client.js";
import { replicatedWrites } from "../../src/service/serve/store/replicated-writes.js";
import { startRedis } from "../../test/support/services/redis.js";

const marks = 100_000;
const atOnce = 1_000;

const redis = await startRedis();
try {
  const client = await createClient({ url: redis.url }).connect();
  const settings = {
    "redis-url": redis.url,
    "redis-sentinels": undefined,
    "redis-master": undefined,
    "redis-cluster": undefined,
  };
  const place = redisPlace(settings, () => settings);
  const connection = await place?.connect();
  if (!connection) throw new Error("There is no Redis");
  const writes = replicatedWrites(connection.masters, console.error);
  const forgotten = forgottenInRedis({
    ...{ client: connection.client, writes, prefix: "onegini-otp-login:", origin: "https://www.example.com" },
    ...{
      now: Date.now,
      log: createLog("json", { write: () => undefined }),
      metrics: { count: () => undefined },
    },
  });
  const used = async (): Promise<number> =>
    Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1]);

  await forgotten.forget("the first");
  const before = await used();
  const beganAt = performance.now();
  for (let user = 0; user < marks; user += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, index) => forgotten.forget(`user-${user + index}`)));
  const seconds = (performance.now() - beganAt) / 1000;
  const bytes = (await used()) - before;
  console.log(
    `${marks} marks in Redis ${(await client.info("server")).match(/redis_version:(\S+)/)?.[1]}: ${Math.round(bytes / marks)} bytes each`,
  );
  console.log(`${Math.round(marks / seconds)} calls a second, ${atOnce} at once`);

  const times: number[] = [];
  for (let user = 0; user < 2_000; user++) {
    const sentAt = performance.now();
    await forgotten.since(`user-${user}`);
    times.push(performance.now() - sentAt);
  }
  times.sort((a, b) => a - b);
  console.log(`since: ${times[1_000]?.toFixed(3)} ms (median)`);
  writes.close();
  connection.destroy();
  client.destroy();
} finally {
  await redis.stop();
}
