import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptAll, expectAllLoggedIn, pass, production } from "./support/production.js";

/**
 * How soon a site is right again after its store has stood still. In a file of its own, because it measures time. With
 * `STREAMS=2000` it needs the machine for itself.
 */
const streams = Number(process.env["STREAMS"] ?? 200);

test("six seconds after Redis stood still, all who accepted meanwhile are logged in", async (t) => {
  const site = await production(t, { ttlSeconds: 600 });
  await site.openStreams(streams);
  const people = await site.open(40);
  site.redis.pause();
  await acceptAll(people);
  await pass(5);
  const backAt = performance.now();
  site.redis.resume();
  await expectAllLoggedIn(t, site, people);
  const times = people.map(
    ({ visitor: { phases } }) => (phases.find(({ phase }) => phase === "completed")?.at ?? Infinity) - backAt,
  );
  const latest = Math.max(...times) / 1000;
  t.diagnostic(
    `${streams} more streams a server; all are logged in ${latest.toFixed(1)} s after Redis works again`,
  );
  assert.ok(latest <= 6, `${latest} s`);
});
