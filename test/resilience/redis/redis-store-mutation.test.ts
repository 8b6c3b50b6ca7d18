/**
 * The suites of stores and limiters on one Redis: for `npm run mutation -- redis`, which runs them some hundred times.
 * `npm test` runs them on Valkey and on clusters too, in test/server.
 */
import { after, before, type TestContext } from "node:test";
import { describeLimiter } from "../../unit/server/limits/limiter-suite.js";
import { describeStore } from "../../unit/server/attempt/store-suite.js";
import { openStore } from "../../unit/server/support/redis-stores.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

const open = (t: TestContext) => openStore(t, server);

describeStore({
  name: "redis",
  open: async (t) => ({ store: (await open(t)).store, other: (await open(t)).store }),
});
describeLimiter("redis", open);
