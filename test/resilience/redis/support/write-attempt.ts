/** Opens a store, writes an attempt that lives for a minute, and prints what time it is, by the store and by the host. */
import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { redisStore } from "onegini-otp-login/redis";

const client = createClient({ url: process.argv[2] ?? "" });
await client.connect();
const store = await redisStore({ client });
const now = store.now();
await store.create({
  id: "attempt",
  version: 1,
  browser: "hash",
  startedAt: now,
  transactions: [{ id: randomUUID(), endsAt: now + 50_000, closed: false }],
  begun: 1,
  state: { status: "pending" },
  forgetAt: now + 60_000,
});
console.log(JSON.stringify({ now, hostNow: Date.now() }));
await store.close();
client.destroy();
