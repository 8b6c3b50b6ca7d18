import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import { accepted, scriptedTokenServer } from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { pluck } from "../support/events.js";

const origin = "https://www.example.test";

/** A kit whose store fails on command when a callback looks for its attempt. */
async function scene(t: TestContext) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t, () => clock.now());
  const memory = memoryStore(() => clock.now());
  const lookups: string[] = [];
  let answer: AttemptStore["findByTransaction"] | undefined;
  const events: LoginKitEvent[] = [];
  const kit = createLoginKit(
    {
      origin,
      tokenServer: { url: tokenServer.url, clientId: "site", clientSecret: "secret", type: "qr-code" },
      message: "Log in",
      store: {
        ...memory,
        findByTransaction(id) {
          lookups.push(id);
          return (answer ?? memory.findByTransaction)(id);
        },
      },
      signIn: () => Response.json({}),
      onEvent: (event) => void events.push(event),
    },
    clock,
  );
  const post = (path: string, body: object): Promise<Response> =>
    kit.fetch(
      new Request(`${origin}/otp-login${path}`, {
        method: "POST",
        headers: { origin, "sec-fetch-site": "same-origin", "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  return {
    clock,
    kit,
    tokenServer,
    lookups,
    events,
    memory,
    post,
    start: () => post("", {}),
    storeAnswers: (how: typeof answer) => (answer = how),
    callback: async (id: string): Promise<void> => {
      assert.equal((await post("/callback", { transaction_id: id })).status, 204);
      await clock.advance(0);
    },
  };
}

describe("a callback that cannot be followed", () => {
  const down = (): Promise<never> => Promise.reject(new Error("The store is down"));

  test("because the store is down is answered 204, reported, and followed when the store works again", async (t) => {
    const { callback, clock, events, lookups, memory, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    tokenServer.result = accepted();
    storeAnswers(down);
    events.splice(0);
    await callback(id);
    const found = events.map(({ type, level }) => [type, level]);
    assert.deepEqual(found, [["store_trouble", "error"]]);
    await clock.advance(3);
    assert.deepEqual([lookups, tokenServer.polls], [[id, id, id, id], []]);
    storeAnswers(undefined);
    await clock.advance(1);
    await until(async () => (await memory.findByTransaction(id))?.state.status === "approved", "the result");
    assert.deepEqual([lookups.length, tokenServer.polls], [5, [id]]);
    const received = events.filter((event) => event.type === "callback_received");
    assert.deepEqual(pluck(received, "durationMs"), [4000]);
    assert.equal(clock.foregroundTimers, 0);
  });

  test("is tried again until the grace of a code that began when it came is over", async (t) => {
    const { callback, clock, lookups, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    storeAnswers(down);
    await callback(id);
    await clock.advance(69);
    assert.equal(lookups.length, 70);
    await clock.advance(10);
    assert.equal(lookups.length, 70);
    assert.equal(clock.foregroundTimers, 0);
  });

  test("is tried again by itself: a second one of its transaction is not kept besides", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    await callback("one");
    await callback("one");
    storeAnswers(undefined);
    lookups.splice(0);
    await clock.advance(1);
    assert.deepEqual(lookups, ["one"]);
  });

  test("is dropped when a thousand wait, because anybody can post callbacks", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    for (let number = 0; number < 1001; number++) await callback(`forged-${number}`);
    storeAnswers(undefined);
    lookups.splice(0);
    await clock.advance(1);
    await until(() => lookups.length >= 1000, "the kept callbacks");
    assert.equal(clock.foregroundTimers, 0);
    assert.deepEqual(
      lookups,
      Array.from({ length: 1000 }, (_, number) => `forged-${number}`),
    );
  });

  test("is not tried again after close()", async (t) => {
    const { callback, clock, kit, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    await callback("one");
    await kit.close();
    assert.equal(clock.foregroundTimers, 0);
    await callback("two");
    assert.equal(clock.foregroundTimers, 0);
    assert.deepEqual(lookups, ["one", "two"]);
  });

  test("because of another fault is reported", async (t) => {
    const { callback, events, memory, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    storeAnswers(() => Promise.resolve({ ...attempt, transactions: undefined } as never));
    await callback(id);
    const faults = events.filter((event) => event.type === "internal_error");
    const found = faults.map(({ level, operation }) => [level, operation]);
    assert.deepEqual(found, [["error", "following a callback"]]);
  });
});

describe("a callback", () => {
  test("is reported with its transaction, the attempt if there is one, and the time since it came", async (t) => {
    const { callback, events, memory, start, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    events.splice(0);
    await callback(id);
    await callback("unknown");
    const from = { durationMs: 0 };
    assert.deepEqual(events, [
      {
        type: "callback_received",
        level: "info",
        known: true,
        transaction: id,
        attempt: attempt?.id,
        ...from,
      },
      { type: "callback_received", level: "warn", known: false, transaction: "unknown", ...from },
    ]);
  });

  test("with a text that cannot be an id does not read the store", async (t) => {
    const { callback, events, lookups } = await scene(t);
    for (const id of ["..", "a/b", "a b", "é", "x".repeat(129)]) await callback(id);
    assert.deepEqual(lookups, []);
    assert.deepEqual(events, []);
  });

  test("about a closed transaction leads to no result call, though another one is open", async (t) => {
    const { callback, clock, memory, start, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    holds(attempt);
    const [first] = attempt.transactions;
    holds(first);
    const transactions = [
      { ...first, closed: true },
      { ...first, id: "open" },
    ];
    await memory.compareAndSet(attempt.id, attempt.version, { ...attempt, version: 2, transactions });
    await callback(id);
    await clock.settle();
    assert.deepEqual(tokenServer.polls, []);
    await callback("open");
    await until(() => tokenServer.polls.length > 0, "the result call");
    assert.deepEqual(tokenServer.polls, ["open"]);
  });
});
