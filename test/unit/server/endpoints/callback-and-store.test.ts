import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/kit.js";
import { accepted, scriptedTokenServer } from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

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
    tokenServer,
    lookups,
    events,
    memory,
    post,
    start: () => post("", {}),
    get: (path: string, cookie: string): Promise<Response> =>
      kit.fetch(
        new Request(`${origin}/otp-login${path}`, { headers: { accept: "application/json", cookie } }),
      ),
    storeAnswers: (how: typeof answer) => (answer = how),
    callback: async (id: string): Promise<void> => {
      assert.equal((await post("/callback", { transaction_id: id })).status, 204);
      await clock.advance(0);
    },
  };
}

describe("a callback that cannot be followed", () => {
  test("because the store is down is answered 204, reported and dropped; a browser that comes back gets the result", async (t) => {
    const { callback, clock, events, get, lookups, start, storeAnswers, tokenServer } = await scene(t);
    const started = await start();
    const { attempt } = (await started.json()) as { attempt: string };
    const [id = ""] = tokenServer.started;
    tokenServer.result = accepted();
    storeAnswers(() => Promise.reject(new Error("The store is down")));
    events.splice(0);
    await callback(id);
    assert.deepEqual(
      events.map(({ type, level }) => [type, level]),
      [["store_trouble", "error"]],
    );
    assert.equal(clock.timers, 0);
    storeAnswers(undefined);
    await clock.advance(40);
    assert.deepEqual([lookups, tokenServer.polls], [[id], []]);
    const answer = await get(`/${attempt}`, started.headers.getSetCookie()[0]?.split(";")[0] ?? "");
    assert.equal(((await answer.json()) as { status: string }).status, "approved");
  });

  test("because of another fault is reported", async (t) => {
    const { callback, events, memory, start, storeAnswers, tokenServer } = await scene(t);
    await start();
    const [id = ""] = tokenServer.started;
    const attempt = await memory.findByTransaction(id);
    storeAnswers(() => Promise.resolve({ ...attempt, transactions: undefined } as never));
    await callback(id);
    const faults = events.filter((event) => event.type === "internal_error");
    assert.deepEqual(
      faults.map(({ level, doing }) => [level, doing]),
      [["error", "following a callback"]],
    );
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
      { type: "callback_received", level: "info", transaction: id, attempt: attempt?.id, ...from },
      { type: "callback_received", level: "info", transaction: "unknown", ...from },
    ]);
  });

  test("with a text that cannot be an id does not read the store", async (t) => {
    const { callback, events, lookups } = await scene(t);
    for (const id of ["..", "a/b", "a b", "é", "x".repeat(129)]) await callback(id);
    assert.deepEqual(lookups, []);
    assert.deepEqual(events, []);
  });

  test("without a transaction is answered with an error that names the field", async (t) => {
    const { post } = await scene(t);
    for (const body of [{}, { transaction_id: "" }, { transaction_id: 1 }, { transaction_id: null }]) {
      const answer = await post("/callback", body);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /"error":"invalid_request".*transaction_id/);
    }
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
