import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createCluster } from "redis";
import { newConnection, type RedisClusterClient } from "../../../../src/server/redis/redis-client.js";

/** What a client of the package was made with. */
const optionsOf = (connection: unknown): Record<string, unknown> =>
  (connection as { options: Record<string, unknown> }).options;

test("a connection of the store's own is as the site's is, without its cache", async () => {
  const url = "redis://127.0.0.1:1";
  const cached = optionsOf(await newConnection(createClient({ url, name: "site", clientSideCache: {} })));
  assert.deepEqual([cached["name"], cached["clientSideCache"]], ["site", undefined]);
  const told = optionsOf(await newConnection(createClient({ url, name: "site", emitInvalidate: true })));
  assert.deepEqual([told["name"], told["emitInvalidate"]], ["site", undefined]);
});

test("in a cluster, it goes to any of the masters", async () => {
  const asked: unknown[] = [];
  const masters = ["one", "two", "three"].map((name) => ({ name }));
  const cluster = {
    masters,
    nodeClient: (node: { name: string }) =>
      Promise.resolve({
        duplicate: (overrides: object) => {
          assert.deepEqual(overrides, { clientSideCache: undefined, emitInvalidate: undefined });
          asked.push(node);
        },
      }),
  } as unknown as RedisClusterClient;
  for (let tries = 0; tries < 200; tries++) await newConnection(cluster);
  assert.deepEqual(new Set(asked), new Set(masters));
});

test("a cluster that knows no masters is an error that says so", async () => {
  await assert.rejects(newConnection(createCluster({ rootNodes: [] })), /The cluster has no masters/);
});
