/**
 * Measures how long each step of the Redis store takes, one at a time, on loopback, and how long a change takes to
 * reach a listener on another server.
 */
import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import { startRedis, type RedisKind } from "../../test/support/services/redis.js";

const warmUp = 200;
const samples = 2000;

type Attempt = Parameters<RedisStore["create"]>[0];

const anAttempt = (store: RedisStore): Attempt => ({
  format: 1,
  id: randomUUID(),
  version: 1,
  origin: "https://www.example.com",
  browser: "x".repeat(43),
  language: "en",
  startedAt: store.now(),
  transactions: [{ id: randomUUID(), endsAt: store.now() + 60_000, closed: false }],
  startedCount: 1,
  state: { status: "pending" },
  forgetAt: store.now() + 430_000,
});

/** The median duration of a task that is repeated, in milliseconds. */
async function median(task: () => Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let index = 0; index < warmUp + samples; index++) times.push(await task());
  const sorted = times.slice(warmUp).sort((a, b) => a - b);
  return `${(sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(3)} ms`;
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await task();
  return performance.now() - begunAt;
}

async function measure(kind: RedisKind): Promise<void> {
  const server = await startRedis({ kind });
  const clients = [createClient({ url: server.url }), createClient({ url: server.url })] as const;
  for (const client of clients) await client.connect();
  const store = await redisStore({ client: clients[0] });
  const other = await redisStore({ client: clients[1] });

  console.log(`${kind}, medians of ${samples}, one after the other:`);
  console.log(`  PING (the bare round trip): ${await median(() => timed(() => clients[0].ping()))}`);
  console.log(`  create: ${await median(() => timed(() => store.create(anAttempt(store))))}`);

  let attempt = anAttempt(store);
  await store.create(attempt);
  const change = async (): Promise<void> => {
    const next = { ...attempt, version: attempt.version + 1 };
    if (!(await store.compareAndSet(attempt.id, attempt.version, next)))
      throw new Error("It was not changed");
    attempt = next;
  };
  console.log(`  get: ${await median(() => timed(() => store.get(attempt.id)))}`);
  console.log(`  compareAndSet: ${await median(() => timed(change))}`);

  let hear = (): void => undefined;
  await other.subscribe(attempt.id, () => hear());
  const notice = (): Promise<void> => {
    const heard = new Promise<void>((resolve) => (hear = resolve));
    return Promise.all([change(), heard]).then(() => undefined);
  };
  console.log(`  from compareAndSet to the listener on another server: ${await median(() => timed(notice))}`);
  const limiter = store.limiter({ name: "bench", count: 10, seconds: 60 });
  console.log(`  counting for a limit: ${await median(() => timed(() => limiter.count("127.0.0.1")))}`);

  for (const one of [store, other]) await one.close();
  for (const client of clients) client.destroy();
  await server.stop();
}

for (const kind of ["redis", "valkey"] as const) await measure(kind);
