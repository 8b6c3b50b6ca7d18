import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from "redis";
import { redisStore, type RedisStoreClient } from "onegini-otp-login/redis";
import { startRedis, type RedisServer } from "../../support/services/redis.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

type Options = Parameters<typeof redisStore>[0];

/** What a call with these options is refused with. */
async function refusal(options: unknown): Promise<string> {
  try {
    await redisStore(options as Options);
  } catch (error) {
    assert.equal((error as Error).constructor, TypeError, String(error));
    return (error as Error).message;
  }
  throw new Error("It was not refused.");
}

test("what is wrong with an option is said, and which one it is", async (t) => {
  const client = createClient({ url: server.url });
  const isWrong = (name: string, expected: string): string =>
    `redisStore: "${name}" is wrong; expected ${expected}`;
  const first = isWrong("client", "a connected client: await client.connect() first");
  assert.equal(await refusal({ client }), first);
  assert.equal(await refusal({ client: createCluster({ rootNodes: [] }) }), first);
  await client.connect();
  t.after(() => client.destroy());
  assert.equal(await refusal(undefined), "redisStore: the options must be an object with client");
  const missing = 'redisStore: "client" is missing; expected a connected client of the package "redis"';
  assert.equal(await refusal({}), missing);
  const less = (name: string, of: object): object =>
    Object.create(of, { [name]: { value: undefined } }) as object;
  const methods = ["eval", "evalSha", "withCommandOptions", "subscribe", "on", "off"];
  const others = [
    createClientPool({ url: server.url }),
    createSentinel({ name: "main", sentinelRootNodes: [] }),
    ...[...methods, "duplicate"].map((name) => less(name, client)),
    ...[...methods, "nodeClient"].map((name) => less(name, createCluster({ rootNodes: [] }))),
    Object.assign(() => undefined, { isOpen: true }),
  ];
  for (const wrong of [...others, null, "redis://localhost", {}, { masters: [] }, new Map()]) {
    const expected = 'a client of the package "redis", 5 or later: createClient() or createCluster()';
    assert.equal(await refusal({ client: wrong }), isWrong("client", expected));
  }
  for (const prefix of ["", 1, null]) {
    assert.equal(await refusal({ client, prefix }), isWrong("prefix", "a text, not empty"));
  }
  for (const commandSeconds of [0, -1, NaN, Infinity, 61, "2"]) {
    const expected = "a number of seconds, more than 0 and at most 60";
    assert.equal(await refusal({ client, commandSeconds }), isWrong("commandSeconds", expected));
  }
  assert.equal(await refusal({ client, onError: "log" }), isWrong("onError", "a function"));
  assert.equal(await refusal({ client, expiry: 1 }), 'redisStore: there is no option "expiry"');
});

test("the site's own client fits, whatever its types", async () => {
  // The compiler is the test; nothing is connected.
  const fits = (_client: RedisStoreClient): void => undefined;
  const client = createClient({ url: server.url });
  fits(client);
  fits(createClient());
  fits(createClient({ RESP: 2 }));
  fits(createClient({ RESP: 3 }));
  fits(createClient({ modules: {}, functions: {}, scripts: {} }));
  fits(client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }));
  fits(createClient({ RESP: 3, commandOptions: { typeMapping: { [RESP_TYPES.NUMBER]: String } } }));
  fits(createCluster({ rootNodes: [{ url: server.url }] }));
  fits(createCluster({ rootNodes: [], RESP: 2, modules: {} }));
  // @ts-expect-error a text is no client
  fits(server.url);
  // @ts-expect-error nor is an object without its methods
  fits({ isOpen: true });
  // @ts-expect-error nor a pool, which cannot listen
  fits(createClientPool());
  // @ts-expect-error nor a sentinel's client, which does not say what it lost
  fits(createSentinel({ name: "main", sentinelRootNodes: [] }));
});
