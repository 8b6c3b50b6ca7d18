import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from "redis";
import { redisStore, type RedisStoreClient } from "onegini-otp-login/redis";

type Options = Parameters<typeof redisStore>[0];

/** The message of the error for these options. */
async function errorOf(options: unknown): Promise<string> {
  try {
    await redisStore(options as Options);
  } catch (error) {
    assert.equal((error as Error).constructor, TypeError, String(error));
    return (error as Error).message;
  }
  throw new Error("They were accepted.");
}

const sentinel = { name: "main", sentinelRootNodes: [] };

test("an error names the wrong option, and says what is expected", async () => {
  const unconnected = [createClient(), createCluster({ rootNodes: [] }), createSentinel(sentinel)];
  const client = Object.create(createClient(), { isOpen: { value: true } }) as object;
  const isWrong = (name: string, expected: string): string =>
    `redisStore: "${name}" is wrong; expected ${expected}`;
  for (const one of unconnected) {
    const expected = "a connected client: await client.connect() first";
    assert.equal(await errorOf({ client: one }), isWrong("client", expected));
  }
  assert.equal(await errorOf(undefined), "redisStore: the options must be an object with client");
  const missing =
    'redisStore: "client" is missing; expected a connected client of the package "redis", 5 or later';
  assert.equal(await errorOf({}), missing);
  const without = (name: string, of: object): object =>
    Object.create(of, { [name]: { value: undefined } }) as object;
  const methods = ["eval", "withCommandOptions", "subscribe", "on", "off"];
  const others = [
    createClientPool(),
    ...[...methods, "duplicate"].map((name) => without(name, client)),
    ...[...methods, "nodeClient"].map((name) => without(name, createCluster({ rootNodes: [] }))),
    ...[...methods, "unsubscribe"].map((name) => without(name, createSentinel(sentinel))),
    Object.assign(() => undefined, { isOpen: true }),
  ];
  for (const wrong of [...others, null, "redis://localhost", {}, { masters: [] }, new Map()]) {
    const kinds = "createClient(), createCluster() or createSentinel()";
    const expected = `a client of the package "redis", 5 or later: ${kinds}`;
    assert.equal(await errorOf({ client: wrong }), isWrong("client", expected));
  }
  assert.equal(
    await errorOf({ client, prefix: "" }),
    'redisStore: "prefix" is empty; expected a string, not empty',
  );
  for (const prefix of [1, null]) {
    assert.equal(await errorOf({ client, prefix }), isWrong("prefix", "a string, not empty"));
  }
  for (const commandSeconds of [0, -1, NaN, Infinity, 61, "2"]) {
    const expected = "a number of seconds, more than 0 and at most 60";
    assert.equal(await errorOf({ client, commandSeconds }), isWrong("commandSeconds", expected));
  }
  assert.equal(await errorOf({ client, onError: "log" }), isWrong("onError", "a function"));
  assert.equal(await errorOf({ client, expiry: 1 }), 'redisStore: there is no option "expiry"');
});

test("every client of the package redis has the type of the option, with any settings", () => {
  // The compiler is the test. Nothing connects.
  const fits = (_client: RedisStoreClient): void => undefined;
  const client = createClient();
  fits(client);
  fits(createClient({ RESP: 2 }));
  fits(createClient({ RESP: 3 }));
  fits(createClient({ modules: {}, functions: {}, scripts: {} }));
  fits(client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }));
  fits(createClient({ RESP: 3, commandOptions: { typeMapping: { [RESP_TYPES.NUMBER]: String } } }));
  fits(createCluster({ rootNodes: [{ url: "redis://localhost" }] }));
  fits(createCluster({ rootNodes: [], RESP: 2, modules: {} }));
  fits(createSentinel(sentinel));
  fits(createSentinel({ ...sentinel, RESP: 2, modules: {} }));
  // @ts-expect-error A text is not a client.
  fits("redis://localhost");
  // @ts-expect-error This object has no methods.
  fits({ isOpen: true });
  // @ts-expect-error A pool cannot subscribe.
  fits(createClientPool());
});
