import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import type { Runtime } from "../../../../src/server/runtime.js";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Visitor } from "../../../support/visitor.js";
import { transactionOf } from "../support/login.js";
import type { SiteKitOptions } from "../support/site.js";
import { pluck } from "../support/events.js";

const origin = "https://www.example.test";
const callbackUri = `${origin}/otp-login/callback`;
const second = 1000;

type Answer = "accepted" | "denied" | "failed";

/** Servers on one store, with a Token Server whose callbacks the test sends. */
function scene(
  t: TestContext,
  {
    servers = 1,
    options,
    store,
  }: { servers?: number; options?: SiteKitOptions; store?: (inner: AttemptStore) => AttemptStore } = {},
) {
  const clock = new VirtualClock();
  const memory = memoryStore(() => clock.now());
  const answers = new Map<string, Answer>();
  let count = 0;
  const transport: Transport = ({ url, method }) => {
    const reply = (status: number, body: object) => Promise.resolve({ status, text: JSON.stringify(body) });
    if (method === "POST") {
      const transaction_id = `transaction-${(count += 1)}`;
      const otp = btoa(JSON.stringify({ transaction_id, otp: "c2l4dGVlbiByYW5kb20gYg==" }));
      return reply(200, { transaction_id, auth_method: "otp", time_to_live: 60 * second, otp });
    }
    const transaction_id = url.split("/").at(-1) ?? "";
    const answer = answers.get(transaction_id);
    if (!answer) return reply(404, { error: "3004", error_description: "Unknown" });
    const reason = { denied: "not_accepted", failed: "invalid_answer", accepted: undefined }[answer];
    return reply(200, {
      transaction_id,
      user_id: "alice",
      is_authenticated: answer === "accepted",
      ...(reason !== undefined && { not_authenticated_reason: { reason, description: "x" } }),
    });
  };
  const shared: AttemptStore = { ...(store?.(memory) ?? memory), isShared: servers > 1 };
  // With one, the first start at a shared store waits for the words of others, and nobody moves the time for it here.
  delete shared.pauseSwitch;
  const nodes = Array.from({ length: servers }, () => {
    const events: LoginKitEvent[] = [];
    const kit = createLoginKit(
      {
        origin,
        transport,
        tokenServer: { url: "https://ts.example.test", clientId: "c", clientSecret: "s", type: "qr-code" },
        message: "Log in",
        store: shared,
        signIn: () => Response.json({}),
        onEvent: (event) => void events.push(event),
        ...(options as object),
      },
      clock satisfies Runtime,
    );
    t.after(() => kit.close());
    return { kit, events };
  });
  const [first] = nodes;
  if (!first) throw new Error("There is no server.");

  /** Starts a code of a minute at the first server, whose page it is. */
  const start = async () => {
    const page = new Visitor({
      ...{ url: `${origin}/otp-login`, origin },
      send: (url, request) => first.kit.fetch(new Request(url, request)),
    });
    const { attempt, otp } = await page.start();
    const transaction = transactionOf(otp);
    return {
      transaction,
      startedAt: clock.now(),
      /** Begins to watch, which a page does at once. */
      watch: async () => {
        await page.stream(attempt);
        await clock.settle();
      },
      /** A browser's poll that is not held. */
      poll: () => page.status(attempt),
      /** The person answers on the phone. The Token Server sends no callback by itself here. */
      answer: (answer: Answer = "accepted") => void answers.set(transaction, answer),
      /** The Token Server's callback reaches a server. */
      callback: async ({ kit } = first) => {
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify({ transaction_id: transaction });
        const answer = await kit.fetch(new Request(callbackUri, { method: "POST", headers, body }));
        assert.equal(answer.status, 204);
        await clock.settle();
      },
      status: async () => (await memory.findByTransaction(transaction))?.state.status ?? "unknown",
    };
  };
  return {
    clock,
    nodes,
    start,
    /** The events `callback_missing` of the first server. */
    missing: () => first.events.flatMap((event) => (event.type === "callback_missing" ? [event] : [])),
    /** Moves time until the login has a result, and resolves to the seconds that it took. */
    secondsUntilDecided: async (login: { status: () => Promise<string> }) => {
      const from = clock.now();
      while ((await login.status()) === "pending") await clock.advance(0.1);
      return (clock.now() - from) / second;
    },
  };
}

type Scene = ReturnType<typeof scene>;

/** A login whose result a poll finds. */
async function found({ start }: Scene, answer?: Answer) {
  const login = await start();
  login.answer(answer);
  await login.poll();
  return login;
}

/** A login that is accepted right after the start, and whose callback does not come. */
async function lostLogin({ clock, start, secondsUntilDecided }: Scene): Promise<number> {
  const login = await start();
  await login.watch();
  login.answer();
  const seconds = await secondsUntilDecided(login);
  // Until the callback counts as missing.
  await clock.advance(10);
  return seconds;
}

describe("a result that was found by asking", () => {
  test("and has no callback 10 s later is told, with the address that the Token Server was told", async (t) => {
    const { clock, missing, start, secondsUntilDecided } = scene(t);
    const login = await start();
    await login.watch();
    login.answer();
    assert.equal(await secondsUntilDecided(login), 58);
    await clock.advance(9.9);
    assert.deepEqual(missing(), []);
    await clock.advance(0.1);
    const [event, ...others] = missing();
    assert.deepEqual(others, []);
    const { attempt = "", description = "", ...rest } = event ?? {};
    assert.match(attempt, /^[\w-]{22}$/);
    assert.match(description, /Check that the Token Server can reach callbackUri/);
    assert.deepEqual(rest, {
      type: "callback_missing",
      level: "warn",
      callbackUri,
      missing: 1,
      transaction: login.transaction,
      durationMs: 10 * second,
    });
  });

  test("is told for another address if the kit has one", async (t) => {
    const uri = "https://callbacks.example.test/here";
    const where = scene(t, { options: { callback: { uri } } });
    await lostLogin(where);
    assert.equal(where.missing()[0]?.callbackUri, uri);
  });

  test("is told once a minute, and then how many there were", async (t) => {
    const where = scene(t);
    const { clock, missing } = where;
    for (let time = 0; time < 3; time++) await found(where);
    await clock.advance(10);
    assert.deepEqual(pluck(missing(), "missing"), [1]);
    await clock.advance(50);
    await found(where);
    await clock.advance(10);
    assert.deepEqual(pluck(missing(), "missing"), [1, 3]);
  });

  test("is told for a denial too, not for a code that ended without a person's answer: those callbacks are not documented", async (t) => {
    for (const [answer, status, count] of [
      ["denied", "denied", 1],
      ["failed", "failed", 0],
    ] as const) {
      const where = scene(t);
      assert.equal(await (await found(where, answer)).status(), status);
      await where.clock.advance(20);
      assert.equal(where.missing().length, count);
    }
  });

  test("is not told if the callback was only on its way: it comes within 10 s", async (t) => {
    const where = scene(t);
    const { clock, missing } = where;
    const login = await found(where);
    await clock.advance(9);
    await login.callback();
    await clock.advance(20);
    assert.deepEqual(missing(), []);
  });

  test("is not told if the callback came before, or while the call was running", async (t) => {
    const { clock, missing, start } = scene(t);
    const early = await start();
    await early.watch();
    await early.callback();
    early.answer();
    await clock.advance(3);
    assert.equal(await early.status(), "approved");
    const running = await start();
    running.answer();
    await Promise.all([running.poll(), running.callback()]);
    assert.equal(await running.status(), "approved");
    await clock.advance(20);
    assert.deepEqual(missing(), []);
  });

  test("is information with `resultPolling`, by which the site expects no callbacks", async (t) => {
    const { clock, missing, start } = scene(t, { options: { resultPolling: 2 } });
    const login = await start();
    await login.watch();
    login.answer();
    await clock.advance(12);
    assert.deepEqual(pluck(missing(), "level"), ["info"]);
  });

  test("is not told if the store did not work in between, or has forgotten the attempt", async (t) => {
    let isDown = false;
    const { clock, missing, start } = scene(t, {
      store: (inner) => ({
        ...inner,
        findByTransaction: (id) =>
          isDown ? Promise.reject(new Error("The store is down")) : inner.findByTransaction(id),
      }),
      options: { timeouts: { memorySeconds: 5 } },
    });
    const first = await start();
    first.answer();
    await first.poll();
    isDown = true;
    await first.callback();
    await clock.advance(2);
    isDown = false;
    await clock.advance(20);
    const second = await start();
    second.answer("denied");
    await second.poll();
    await clock.advance(20);
    assert.equal(await second.status(), "unknown");
    assert.deepEqual(missing(), []);
  });

  test("is not looked at again after close()", async (t) => {
    const where = scene(t);
    const { clock, missing, nodes } = where;
    await found(where);
    await nodes[0]?.kit.close();
    assert.equal(clock.timers, 0);
    await clock.advance(20);
    assert.deepEqual(missing(), []);
  });
});

describe("after two results in a row whose callbacks did not come", () => {
  test("a watched code is asked for every 5 s: a login takes 5 s in place of 58", async (t) => {
    const where = scene(t);
    assert.equal(await lostLogin(where), 58);
    assert.equal(await lostLogin(where), 58);
    for (const after of [0, 2, 11]) {
      const login = await where.start();
      await login.watch();
      await where.clock.advance(after);
      login.answer();
      const seconds = await where.secondsUntilDecided(login);
      assert.equal(seconds <= 5, true, `${seconds} s`);
    }
  });

  test("a page that is open already has it as well, and not at once", async (t) => {
    const where = scene(t);
    await lostLogin(where);
    await found(where);
    await where.clock.advance(5);
    const open = await where.start();
    await open.watch();
    open.answer();
    await where.clock.advance(5);
    assert.equal(await open.status(), "pending");
    assert.equal((await where.secondsUntilDecided(open)) <= 5, true);
  });

  test("until a callback arrives", async (t) => {
    const where = scene(t);
    await lostLogin(where);
    await lostLogin(where);
    const heard = await where.start();
    heard.answer();
    await heard.callback();
    assert.equal(await heard.status(), "approved");
    assert.equal(await lostLogin(where), 58);
  });

  test("a callback between them means that they are not in a row", async (t) => {
    const where = scene(t);
    await lostLogin(where);
    const heard = await where.start();
    heard.answer();
    await heard.callback();
    await lostLogin(where);
    assert.equal(await lostLogin(where), 58);
  });

  test("a callback for a code without a result changes nothing: anybody can post one for a code of their own", async (t) => {
    const where = scene(t);
    await lostLogin(where);
    await lostLogin(where);
    const forged = await where.start();
    await forged.callback();
    assert.equal((await lostLogin(where)) <= 5, true);
  });
});

describe("with several servers", () => {
  test("a callback that another server handled is not missing, though this one found the result", async (t) => {
    const where = scene(t, { servers: 2 });
    const { clock, missing, nodes } = where;
    for (let time = 0; time < 3; time++) {
      const login = await found(where);
      await clock.advance(1);
      await login.callback(nodes[1]);
    }
    await clock.advance(20);
    assert.deepEqual(missing(), []);
  });

  test("nor one that it handled at the same time", async (t) => {
    const { clock, missing, nodes, start } = scene(t, { servers: 2 });
    const login = await start();
    login.answer();
    await Promise.all([login.poll(), login.callback(nodes[1])]);
    await clock.advance(20);
    assert.deepEqual(missing(), []);
  });

  for (const gap of [0.1, 1.5, 5])
    test(`nor is one that another server got ${gap} s before the result was there`, async (t) => {
      const { clock, missing, nodes, start } = scene(t, { servers: 2 });
      const login = await start();
      await login.watch();
      await login.callback(nodes[1]);
      await clock.advance(gap);
      login.answer();
      await login.poll();
      assert.equal(await login.status(), "approved");
      await clock.advance(20);
      assert.deepEqual(missing(), []);
    });

  test("a callback that another server got ends the asking every 5 s, if this one watches the attempt", async (t) => {
    const where = scene(t, { servers: 2 });
    await lostLogin(where);
    await lostLogin(where);
    const heard = await where.start();
    await heard.watch();
    heard.answer();
    await heard.callback(where.nodes[1]);
    assert.equal(await heard.status(), "approved");
    assert.equal(await lostLogin(where), 58);
  });

  test("each server that found two results without a callback asks by itself", async (t) => {
    const where = scene(t, { servers: 2 });
    await lostLogin(where);
    await lostLogin(where);
    assert.equal((await lostLogin(where)) <= 5, true);
    assert.equal(
      where.nodes[1]?.events.some(({ type }) => type === "callback_missing"),
      false,
    );
  });
});
