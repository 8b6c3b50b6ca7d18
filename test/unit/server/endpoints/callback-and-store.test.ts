import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/kit.js";
import { accepted, scriptedTokenServer } from "../support/scripted-token-server.js";
import { holds } from "../support/holds.js";
import { until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

const origin = "https://www.example.test";

/** A kit whose store can be told to fail where a callback looks for its attempt. */
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

const down = (): Promise<never> => Promise.reject(new Error("The store is down"));

describe("a callback that finds the store down", () => {
  test("is answered 204, and followed when the store is back", async (t) => {
    const { callback, clock, events, lookups, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    tokenServer.result = accepted();
    storeAnswers(down);
    await callback(id);
    await clock.advance(1.999);
    assert.equal(lookups.length, 1);
    await clock.advance(0.001);
    assert.equal(lookups.length, 2);
    assert.deepEqual(tokenServer.questions, []);
    storeAnswers(undefined);
    await clock.advance(2);
    assert.equal(lookups.length, 3);
    await until(() => events.some(({ type }) => type === "attempt_approved"), "the acceptance");
    await clock.advance(100);
    assert.equal(lookups.length, 3);
    assert.deepEqual(tokenServer.questions, [id]);
  });

  test("is tried thirty times more, for a minute, and then given up", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    await callback("one");
    await clock.advance(60);
    assert.equal(lookups.length, 31);
    await clock.advance(60);
    assert.equal(lookups.length, 31);
  });

  test("waits once, however often it is repeated meanwhile", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    for (let count = 0; count < 5; count++) await callback("one");
    await callback("another");
    assert.equal(lookups.length, 6);
    await clock.advance(2);
    assert.deepEqual(lookups.slice(6), ["one", "another"]);
  });

  test("may wait again after it was followed", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    for (let round = 0; round < 2; round++) {
      storeAnswers(down);
      await callback("one");
      storeAnswers(undefined);
      await clock.advance(2);
      assert.deepEqual(lookups.splice(0), ["one", "one"]);
    }
  });

  test("waits beside no more than 999 others: anybody can post callbacks", async (t) => {
    const { callback, clock, lookups, storeAnswers } = await scene(t);
    storeAnswers(down);
    for (let count = 0; count < 1003; count++) await callback(`transaction-${count}`);
    lookups.splice(0);
    storeAnswers(undefined);
    await clock.advance(2);
    assert.equal(lookups.length, 1000);
    assert.equal(lookups.at(-1), "transaction-999");
  });

  test("is not tried again for a fault that is not the store's", async (t) => {
    const { callback, clock, events, lookups, memory, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    storeAnswers(() => Promise.resolve({ ...attempt, transactions: undefined } as never));
    await callback(id);
    await clock.advance(10);
    assert.equal(lookups.length, 1);
    const faults = events.filter((event) => event.type === "internal_error");
    assert.deepEqual(
      faults.map(({ level, doing }) => [level, doing]),
      [["error", "following a callback"]],
    );
  });
});

describe("a callback", () => {
  test("is told to the site: which transaction, whose if that is known, and how long ago", async (t) => {
    const { callback, events, memory, start, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    events.splice(0);
    await callback(id);
    await callback("unknown");
    const from = { durationMs: 0 };
    assert.deepEqual(events, [
      { type: "callback_received", level: "info", transaction: id, attempt: attempt?.id, ...from },
      { type: "callback_received", level: "info", transaction: "unknown", ...from },
    ]);
  });

  test("about what can be no transaction asks the store for nothing", async (t) => {
    const { callback, events, lookups } = await scene(t);
    for (const id of ["..", "a/b", "a b", "é", "x".repeat(129)]) await callback(id);
    assert.deepEqual(lookups, []);
    assert.deepEqual(events, []);
  });

  test("without a transaction is refused in words that name it", async (t) => {
    const { post } = await scene(t);
    for (const body of [{}, { transaction_id: "" }, { transaction_id: 1 }, { transaction_id: null }]) {
      const answer = await post("/callback", body);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /"error":"invalid_request".*transaction_id/);
    }
  });

  test("about a transaction that is closed costs no question, though another is open", async (t) => {
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
    assert.deepEqual(tokenServer.questions, []);
    await callback("open");
    await until(() => tokenServer.questions.length > 0, "the question");
    assert.deepEqual(tokenServer.questions, ["open"]);
  });
});
