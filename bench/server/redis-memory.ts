/**
 * What an attempt takes in Redis, all in: its key, the key of its transaction, and what Redis adds to each. Begun by the kit, as
 * a browser's start: `used_memory` after many of them, less what it was before. With another checkout, whose dependencies are
 * installed, also that one's figures:
 *
 *     node --import tsx bench/server/redis-memory.ts ../before
 */
import { randomBytes, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createClient } from "redis";
import type * as Redis from "onegini-otp-login/redis";
import type * as Server from "onegini-otp-login/server";
import { startRedis, type RedisServer } from "../../test/support/services/redis.js";
import { conclude, eachOf, type Bound } from "../figures.js";

const attempts = 20_000;
const atATime = 64;
const origin = "https://www.example.com";

const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";

/** The most that the kit keeps of a user agent. */
const longest = chrome.padEnd(512, " Extension/1.0");

/** A Token Server that only starts transactions. */
const transport = () => {
  const transaction_id = randomUUID();
  const otp = btoa(JSON.stringify({ transaction_id, otp: randomBytes(16).toString("base64") }));
  const text = JSON.stringify({ transaction_id, auth_method: "otp", time_to_live: 300_000, otp });
  return Promise.resolve({ status: 200, text });
};

/** Bytes of memory for each of many starts, each of another browser at another address. */
async function measure(
  checkout: string,
  redis: RedisServer,
  userAgent: string,
  limits: object,
): Promise<number> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(resolve(checkout, "src", file)).href);
  const { createLoginKit } = (await load("server.ts")) as typeof Server;
  const { redisStore } = (await load("redis.ts")) as typeof Redis;
  const client = await createClient({ url: redis.url }).connect();
  const store = await redisStore({ client });
  const kit = createLoginKit<string>({
    origin,
    tokenServer: {
      url: "https://token-server.example.com",
      clientId: "site",
      clientSecret: "site-secret",
      type: "qr-code",
    },
    transport,
    message: "Log in to www.example.com. It may ask for {number}.",
    pairing: { keys: ["a key of the bench, of forty characters."] },
    signIn: () => ({}),
    clientIp: (_request, address) => address,
    limits: { tokenServerCalls: false, ...limits },
    store,
  });
  redis.flush();
  const before = usedMemory(redis);
  await eachOf(attempts, atATime, async (index) => {
    const headers = {
      origin,
      "content-type": "application/json",
      "user-agent": userAgent,
    };
    const request = new Request(`${origin}/otp-login`, {
      method: "POST",
      headers,
      body: JSON.stringify({ language: "en-GB" }),
    });
    const { status } = await kit.fetch(
      request,
      `198.51.${Math.floor(index / 200) + 100}.${(index % 200) + 50}`,
    );
    if (status !== 201) throw new Error(`A start was answered ${status}`);
  });
  const perAttempt = (usedMemory(redis) - before) / attempts;
  await kit.close();
  await store.close();
  client.destroy();
  return perAttempt;
}

const usedMemory = (redis: RedisServer): number =>
  Number(/^used_memory:(\d+)/m.exec(redis.command("INFO", "memory"))?.[1]);

const redis = await startRedis();
const [other] = process.argv.slice(2);
const noStartLimits = { startsPerAddress: false, startsPerBrowser: false };
for (const [of, userAgent] of [
  ["Chrome's user agent", chrome],
  ["the longest user agent", longest],
] as const) {
  for (const [what, limits, bounds] of [
    ["an attempt", noStartLimits, [{ of: "figure", relation: "≤", value: 1200 }]],
    ["an attempt and, for a minute, the counts of its limits", {}, []],
  ] as [string, object, Bound[]][]) {
    conclude({
      what: `${what}, with ${of} of ${userAgent.length} characters`,
      unit: " bytes",
      values: [await measure(".", redis, userAgent, limits)],
      ...(other !== undefined && {
        bare: [await measure(other, redis, userAgent, limits)],
        baseline: "the other checkout",
      }),
      bounds,
    });
  }
}
await redis.stop();
process.exit();
