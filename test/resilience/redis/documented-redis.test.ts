import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { redisFor } from "../../support/services/redis.js";

/** The Redis of the files that a site copies, started with their arguments. */

const read = (file: string): string =>
  readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8");

interface Compose {
  services: { redis: { command: string[]; volumes: string[] } };
  volumes: object;
}

interface StatefulSet {
  kind: string;
  spec: {
    template: {
      spec: { containers: [{ args: string[]; volumeMounts: [{ name: string; mountPath: string }] }] };
    };
    volumeClaimTemplates: [{ metadata: { name: string } }];
  };
}

const compose = parse(read("serve/container/compose.yaml")) as Compose;
const set = parseAllDocuments(read("deployment/kubernetes/stage/redis.yaml"))
  .map((document) => document.toJS() as StatefulSet)
  .find(({ kind }) => kind === "StatefulSet");
assert.ok(set);
const [container] = set.spec.template.spec.containers;

describe("the Redis of the files that a site copies", () => {
  for (const [file, args] of [
    ["compose.yaml", compose.services.redis.command.slice(1)],
    ["redis.yaml", container.args],
  ] as const)
    test(`keeps what it holds over a restart, and evicts nothing: ${file}`, async (t) => {
      const redis = await redisFor(t, { args: [...args] });
      redis.command("SET", "key", "value");
      await redis.restart();
      assert.equal(redis.command("GET", "key"), "value");
      assert.match(redis.command("INFO", "persistence"), /^aof_enabled:1/m);
      assert.match(redis.command("CONFIG", "GET", "appendfsync"), /everysec$/);
      assert.match(redis.command("CONFIG", "GET", "maxmemory-policy"), /noeviction$/);
    });

  test("writes its file into a volume: the image works in /data", () => {
    assert.deepEqual(
      compose.services.redis.volumes,
      Object.keys(compose.volumes).map((name) => `${name}:/data`),
    );
    assert.deepEqual(container.volumeMounts, [
      { name: set.spec.volumeClaimTemplates[0].metadata.name, mountPath: "/data" },
    ]);
  });
});
