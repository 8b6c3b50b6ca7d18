import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type TestContext, test } from "node:test";
import assert from "node:assert/strict";
import { createClient, createCluster, createSentinel } from "redis";
import {
  redisStore,
  type RedisStore,
  type RedisStoreError,
  type RedisStoreOptions,
} from "onegini-otp-login/redis";
import type { RedisCluster, RedisServer, SentinelGroup } from "../../../support/services/redis.js";
import { holds, until } from "../../../support/until.js";
import { pluck } from "../../../unit/server/support/events.js";

/** A server's Redis store, and the errors that it reported. */
export interface OpenStore {
  store: RedisStore;
  errors: RedisStoreError[];
}

type Options = Partial<RedisStoreOptions>;
type Client = RedisStoreOptions["client"] & { connect(): Promise<unknown>; destroy(): unknown };

/** Opens a store as a server does, with a client of its own. Both are closed after the test. */
export const openStore = (t: TestContext, { url }: RedisServer, options?: Options) =>
  open(t, createClient({ url }), options);

/** Opens a store on a cluster. */
export const openClusterStore = (t: TestContext, { rootNodes }: RedisCluster, options?: Options) =>
  open(t, createCluster({ rootNodes }), options);

/** Opens a store behind Sentinel. */
export const openSentinelStore = (t: TestContext, { options: where }: SentinelGroup, options?: Options) =>
  open(t, createSentinel(where), options);

async function open(t: TestContext, client: Client, options?: Options): Promise<OpenStore> {
  await client.connect();
  t.after(() => client.destroy());
  const errors: RedisStoreError[] = [];
  const store = await redisStore({ client, onError: (error) => void errors.push(error), ...options });
  t.after(() => store.close());
  return { store, errors };
}

/** The behaviour of every rate limiter of a store that servers share. */
export function describeLimiter(place: string, open: (t: TestContext) => Promise<OpenStore>): void {
  test(`${place}: servers count together, each key and each limit separately`, async (t) => {
    const [one, two] = [await open(t), await open(t)];
    const limit = { name: "starts-per-address", count: 3, seconds: 60 };
    const [here, there] = [one.store.limiter(limit), two.store.limiter(limit)];
    const counted = [];
    for (const limiter of [here, there, here, there, here]) counted.push(await limiter.count("::1"));
    assert.deepEqual(pluck(counted, "allowed"), [true, true, true, false, false]);
    for (const { resetMs } of counted) holds(resetMs > 50_000 && resetMs <= 60_000, `${resetMs} ms`);
    assert.equal((await here.count("::2")).allowed, true);
    assert.equal((await one.store.limiter({ ...limit, name: "another" }).count("::1")).allowed, true);
  });

  test(`${place}: counting begins again when the time is over`, async (t) => {
    const { store } = await open(t);
    const limiter = store.limiter({ name: "short", count: 1, seconds: 1 });
    assert.equal((await limiter.count("a")).allowed, true);
    const { allowed, resetMs } = await limiter.count("a");
    assert.equal(allowed, false);
    const overAt = performance.now() + resetMs + 20;
    await until(() => performance.now() > overAt, "the time to be over");
    assert.equal((await limiter.count("a")).allowed, true);
  });
}

const script = fileURLToPath(import.meta.url);

/** The time at which an attempt was written, by the store's clock and by the host's. */
interface Written {
  now: number;
  hostNow: number;
}

/** Writes an attempt that lives for a minute, in a process on a host with a wrong clock, e.g. by `+3600s`. */
export async function writeAttemptWithClock(offset: string, { url }: RedisServer): Promise<Written> {
  const env = {
    ...process.env,
    LD_PRELOAD: "/usr/$LIB/faketime/libfaketimeMT.so.1",
    FAKETIME: offset,
    // A killed process leaves its shared memory behind, and the next one with the same process id could not start.
    FAKETIME_DISABLE_SHM: "1",
  };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script, url], { env });
  return JSON.parse(stdout) as Written;
}

async function writeAttempt(url: string): Promise<Written> {
  const client = createClient({ url });
  await client.connect();
  const store = await redisStore({ client });
  const now = store.now();
  await store.create({
    format: 1,
    id: "attempt",
    version: 1,
    origin: "https://www.example.com",
    browser: "hash",
    startedAt: now,
    transactions: [{ id: randomUUID(), endsAt: now + 50_000, closed: false }],
    startedCount: 1,
    state: { status: "pending" },
    forgetAt: now + 60_000,
  });
  await store.close();
  client.destroy();
  return { now, hostNow: Date.now() };
}

if (process.argv[1] === script) console.log(JSON.stringify(await writeAttempt(process.argv[2] ?? "")));
