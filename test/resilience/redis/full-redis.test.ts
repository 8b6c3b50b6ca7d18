import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { createLoginKit, type LoginKit, type LoginKitEvent, type Transport } from "onegini-otp-login/server";
import { redisFor, type RedisServer } from "../../support/services/redis.js";
import { holds, until } from "../../support/until.js";
import { runServe, siteClient } from "../../support/services/serve-process.js";
import { emulator } from "../../unit/server/support/site.js";
import { openStore } from "./support/redis-stores.js";

const origin = "https://www.example.com";

/** As much as is kept of one. */
const userAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ".padEnd(512, "x");

/** A Token Server that starts each code at once, with the vendor's default life of five minutes. */
const transport: Transport = ({ method }) => {
  if (method !== "POST") return Promise.resolve({ status: 404, text: JSON.stringify({ error: "3004" }) });
  const transaction_id = crypto.randomUUID();
  const otp = btoa(JSON.stringify({ transaction_id, otp: "c2l4dGVlbiByYW5kb20gYg==" }));
  const text = JSON.stringify({ transaction_id, auth_method: "otp", time_to_live: 300_000, otp });
  return Promise.resolve({ status: 200, text });
};

interface Site {
  redis: RedisServer;
  kit: LoginKit<string>;
  events: LoginKitEvent[];
  /** Resolves to the status of a start from an address. */
  start: (address: string) => Promise<number>;
}

/** A site whose Redis may take that much memory, and evicts nothing. */
async function scene(
  t: TestContext,
  { maxmemory, total }: { maxmemory: string; total: number },
): Promise<Site> {
  const redis = await redisFor(t, { args: ["--maxmemory", maxmemory, "--maxmemory-policy", "noeviction"] });
  const { store } = await openStore(t, redis);
  const events: LoginKitEvent[] = [];
  const kit = createLoginKit<string>({
    origin,
    tokenServer: { url: "https://token.example.com", clientId: "site", clientSecret: "s", type: "qr-code" },
    store,
    transport,
    clientIp: (_request, address) => address,
    signIn: () => Response.json({}),
    message: "Log in to the bank with {number}",
    pairing: { when: "unknown-browsers", keys: ["k".repeat(43)] },
    limits: { tokenServerCalls: false, waiting: { total } },
    onEvent: (event) => void events.push(event),
  });
  t.after(() => kit.close());
  const headers = { origin, "sec-fetch-site": "same-origin", "user-agent": userAgent };
  const start = async (address: string): Promise<number> =>
    (await kit.fetch(new Request(`${origin}/otp-login`, { method: "POST", headers }), address)).status;
  return { redis, kit, events, start };
}

/** Starts in 21 addresses as much as each may in a minute. Resolves to how many starts had each status. */
async function attack({ start }: Site): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let round = 0; round < 310; round++) {
    const addresses = Array.from({ length: 21 }, (_, index) => `192.0.${index}.1`);
    for (const status of await Promise.all(addresses.map(start)))
      statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

const usedMemory = ({ redis }: Site): number =>
  Number(/^used_memory:(\d+)/m.exec(redis.command("INFO", "memory"))?.[1]);

describe("a Redis of 7 MB", () => {
  test("has room for everybody else while 21 addresses start all that they can (limits.waiting)", async (t) => {
    const at = await scene(t, { maxmemory: "7mb", total: 4000 });
    const before = usedMemory(at);
    const statuses = await attack(at);
    const { waiting } = await at.kit.health();
    const bytes = Math.round((usedMemory(at) - before) / waiting);
    t.diagnostic(
      `${waiting} attempts wait, ${bytes} bytes each; starts by status: ${JSON.stringify(statuses)}`,
    );
    let refused = 0;
    for (let person = 0; person < 30; person++)
      if ((await at.start(`198.51.100.${person}`)) !== 201) refused += 1;
    assert.equal(refused, 0, "refused starts of others");
    assert.equal((await at.kit.health()).store, "ok");
  });

  test("holds what the formula in docs/deployment.md says", async (t) => {
    const at = await scene(t, { maxmemory: "100mb", total: 100_000 });
    const count = 1000;
    const grown = async (make: (index: number) => Promise<unknown>): Promise<number> => {
      const before = usedMemory(at);
      for (let index = 0; index < count; index++) await make(index);
      return Math.round((usedMemory(at) - before) / count);
    };
    const keys = () => Number(at.redis.command("DBSIZE"));
    const browsers: { cookie: string; attempt: string }[] = [];
    const call = async (address: string, path = "", cookie = ""): Promise<Response> =>
      at.kit.fetch(
        new Request(`${origin}/otp-login${path}`, {
          method: "POST",
          headers: { origin, cookie, "sec-fetch-site": "same-origin", "user-agent": userAgent },
        }),
        address,
      );
    await call("192.0.2.1");
    const attempt = await grown(async () => {
      const answer = await call(`192.0.2.${browsers.length % 100}`);
      const { attempt } = (await answer.json()) as { attempt: string };
      browsers.push({ attempt, cookie: answer.headers.getSetCookie()[0]?.split(";")[0] ?? "" });
    });
    const code = await grown(async (index) => {
      const { attempt, cookie } = browsers[index] ?? { attempt: "", cookie: "" };
      assert.equal((await call("192.0.2.1", `/${attempt}/otp`, cookie)).status, 201);
    });
    const before = keys();
    const counted = await grown((index) =>
      call(`2001:db8:${index.toString(16)}::1`, "", browsers[index]?.cookie),
    );
    // An attempt and its transaction have two keys, and so the counts have the others.
    const counts = (keys() - before) / count - 2;
    const limit = Math.round((counted - attempt) / counts);
    t.diagnostic(
      `bytes of an attempt ${attempt}, of a further code ${code}, of a limit's count ${limit}; of Redis itself ${usedMemory(at) - count * (attempt + code + counted)}`,
    );
    holds(attempt <= 1500 && code <= 500 && limit <= 250, `${attempt}, ${code}, ${limit}`);
  });

  test("that is full is told by the health until it takes writes again, and only then called recovered", async (t) => {
    const at = await scene(t, { maxmemory: "7mb", total: 100_000 });
    assert.equal(await at.start("198.51.100.1"), 201);
    at.redis.command("CONFIG", "SET", "maxmemory", "100kb");
    assert.equal(await at.start("198.51.100.1"), 503);
    const { healthy, store } = await at.kit.health();
    assert.deepEqual({ healthy, store }, { healthy: false, store: "refuses_writes" });
    const recovered = () => at.events.some(({ type }) => type === "store_recovered");
    const failedAt = performance.now();
    // Longer than after a failure that is over.
    await until(async () => {
      assert.equal((await at.kit.health()).store, "refuses_writes");
      return performance.now() > failedAt + 3000;
    }, "three seconds of reads");
    holds(!recovered());
    at.redis.command("CONFIG", "SET", "maxmemory", "20mb");
    await until(async () => (await at.kit.health()).store === "ok", "the health");
    assert.equal(await at.start("198.51.100.2"), 201);
    await until(async () => (await at.kit.health()).healthy && recovered(), "the recovery");
  });
});

/** Ways in which Redis can still be read and takes nothing, with the end of each. */
const refusals: Record<
  string,
  { args?: string[]; begin: (redis: RedisServer) => void; end: (redis: RedisServer) => void }
> = {
  "is full": {
    begin: (redis) => redis.command("CONFIG", "SET", "maxmemory", "100kb"),
    end: (redis) => redis.command("CONFIG", "SET", "maxmemory", "0"),
  },
  "has become a replica": {
    begin: (redis) => redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: (redis) => redis.command("REPLICAOF", "NO", "ONE"),
  },
  "misses the replicas that it must have (min-replicas-to-write)": {
    begin: (redis) => redis.command("CONFIG", "SET", "min-replicas-to-write", "1"),
    end: (redis) => redis.command("CONFIG", "SET", "min-replicas-to-write", "0"),
  },
  "cannot write its snapshot (MISCONF)": {
    begin(redis) {
      // A folder with that name takes no file. The failed snapshot is what Redis asks for before each write.
      redis.command("CONFIG", "SET", "save", "3600 1");
      const [, folder = ""] = redis.command("CONFIG", "GET", "dir").split("\n");
      mkdirSync(join(folder, "dump.rdb"));
      redis.command("BGSAVE");
    },
    end: (redis) => redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no"),
  },
};

describe("A Redis that", () => {
  for (const [what, { begin, end }] of Object.entries(refusals))
    test(`${what} makes /ready of the login service 503, in words, until it takes writes again`, async (t) => {
      const started: RedisServer[] = [];
      // One that cannot save does not end by itself.
      t.after(() => started[0]?.kill());
      const redis = await redisFor(t);
      started.push(redis);
      const { url } = await emulator(t);
      const serve = runServe(
        t,
        ...[
          "--origin",
          "http://localhost:8000",
          "--port",
          "0",
          "--internal-port",
          "0",
          "--token-server-url",
          url,
        ],
        ...[...siteClient, "--message", "Log in"],
        ...["--redis-url", redis.url],
      );
      const internal = await serve.said("internal");
      await serve.said("ready");
      const ready = async () => fetch(`${internal}/ready`);
      assert.equal((await ready()).status, 200);
      begin(redis);
      // Nobody logs in meanwhile: the service finds out by a write of its own.
      await until(async () => (await ready()).status === 503, "/ready is 503", 20_000);
      assert.match(
        await (await ready()).text(),
        /The store refuses what is written: it is full, cannot save, misses its replicas, or is a replica itself\./,
      );
      const headers = { origin: "http://localhost:8000", "sec-fetch-site": "same-origin" };
      const start = await fetch(`${await serve.said("ready")}/otp-login`, { method: "POST", headers });
      assert.equal(start.status, 503);
      end(redis);
      await until(async () => (await ready()).status === 200, "/ready is 200", 20_000);
      assert.equal(
        (await fetch(`${await serve.said("ready")}/otp-login`, { method: "POST", headers })).status,
        201,
      );
    });
});
