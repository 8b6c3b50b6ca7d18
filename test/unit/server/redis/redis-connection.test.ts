import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createCluster } from "redis";
import { listen, nodeOf } from "../../../../src/server/redis/redis-connection.js";
import type { ClusterClient } from "../../../../src/server/redis/redis-options.js";

const ignore = (): void => undefined;

test("the store's own connection has the options of the site's client, without its cache", async () => {
  for (const cache of [{ clientSideCache: {} }, { emitInvalidate: true }]) {
    const client = createClient({ url: "redis://127.0.0.1:1", name: "site", ...cache });
    let overrides: object = {};
    const connection = { connect: ignore, subscribe: ignore, on: ignore, once: ignore, destroy: ignore };
    const duplicate = (given: object) => ((overrides = given), connection);
    await listen(Object.assign(Object.create(client), { duplicate }) as never, "channel", ignore, ignore);
    const options = client.duplicate(overrides).options as Record<string, unknown>;
    const set = [options["name"], options["clientSideCache"], options["emitInvalidate"]];
    assert.deepEqual(set, ["site", undefined, undefined]);
  }
});

test("in a cluster, the store's own connection goes to a random master", async () => {
  const masters = ["one", "two", "three"].map((name) => ({ name }));
  const cluster = {
    masters,
    nodeClient: (node: unknown) => Promise.resolve(node),
  } as unknown as ClusterClient;
  const chosen = new Set<unknown>();
  for (let tries = 0; tries < 200; tries++) chosen.add(await nodeOf(cluster));
  assert.deepEqual(chosen, new Set(masters));
});

test("a cluster without masters is an error that says so", async () => {
  const cluster = createCluster({ rootNodes: [] });
  await assert.rejects(listen(cluster, "site:changed", ignore, ignore), {
    kind: "unavailable",
    message: 'Redis: subscribing to "site:changed": The cluster has no masters',
  });
});

test("a connection that cannot subscribe is ended", async () => {
  let ended = 0;
  const connection = {
    connect: () => Promise.resolve(),
    subscribe: () => Promise.reject(new Error("NOPERM no")),
    on: ignore,
    once: ignore,
    destroy: () => {
      ended += 1;
      throw new Error("There is nothing to destroy");
    },
  };
  const client = { duplicate: () => connection } as never;
  await assert.rejects(listen(client, "site:changed", ignore, ignore), {
    kind: "refused",
    message: 'Redis: subscribing to "site:changed": NOPERM no',
  });
  assert.equal(ended, 1);
});
