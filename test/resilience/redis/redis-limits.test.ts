import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../../unit/server/support/browser.js";
import { gathering } from "../../unit/server/support/gathering-store.js";
import { site } from "../../unit/server/support/site.js";
import { redisFor } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { openStore } from "./support/redis-stores.js";

test("one site's starts do not use up another's limits on the same Redis", async (t) => {
  const server = await redisFor(t);
  const { store } = await openStore(t, server);
  const limits = { startsPerAddress: { count: 2, seconds: 60 }, startsPerBrowser: { count: 2, seconds: 60 } };
  const [one, other] = [
    await site(t, { options: { store, limits } }),
    await site(t, { options: { store, limits } }),
  ];
  const browser = new Browser(one);
  for (let count = 0; count < 2; count++) await browser.start();
  assert.equal((await browser.post("")).status, 429);

  const elsewhere = new Browser(other);
  elsewhere.cookie = browser.cookie;
  for (let count = 0; count < 2; count++) await elsewhere.start();
  assert.equal((await elsewhere.post("")).status, 429);
});

test("streams that are requested at one moment are no more than the limit of their browser", async (t) => {
  const server = await redisFor(t);
  const { store } = await openStore(t, server);
  const where = await site(t, { options: { store: gathering(store, 30), limits: { streamsPerBrowser: 5 } } });
  const browser = new Browser(where);
  const attempts: string[] = [];
  for (let count = 0; count < 30; count++) attempts.push((await browser.start()).attempt);
  const paths = attempts.map((attempt) => `/${attempt}`);
  const headers = { accept: "text/event-stream" };
  const streams = await Promise.all(paths.map((path) => browser.get(path, { headers })));
  const ended: Response[] = [];
  for (const stream of streams) {
    void stream.text().then(
      () => ended.push(stream),
      () => undefined,
    );
  }
  await until(() => ended.length === 25, "the end of the streams above the limit");
  assert.equal((await where.kit.health()).watchers, 5);
  await where.kit.close();
});
