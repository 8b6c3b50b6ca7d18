import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import {
  accepted,
  failed,
  json,
  scriptedTokenServer,
  started,
  undecided,
  type SiteKitOptions,
} from "../support/site.js";
import { until, holds } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { errorOf, postCallback, login } from "../support/login.js";
import { countedCalls } from "../support/counted-calls.js";

/** An attempt with one code of a minute, in virtual time. The Token Server has no result yet. */
async function scene(
  t: TestContext,
  { ttlMs = 60_000, options }: { ttlMs?: number; options?: SiteKitOptions } = {},
) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t, () => clock.now());
  tokenServer.start = started(ttlMs);
  const { transport, answered, pass } = countedCalls(clock);
  const { where, browser, attempt } = await login(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: { transport, ...options },
  });
  return {
    clock,
    tokenServer,
    where,
    browser,
    attempt,
    pass,
    /** A callback of the Token Server, and the result call that it leads to. */
    callback: async (transactionId = tokenServer.started[0]) => {
      assert.equal((await postCallback(where, transactionId)).status, 204);
      await clock.advance(0);
      await answered();
    },
    watch: async () => {
      const stream = await browser.stream(attempt);
      await until(() => stream.events.length > 0, "the first event");
      return stream;
    },
  };
}

describe("while somebody watches", () => {
  test("the kit makes a result call 2 s before a code ends, at its end, once in the grace, and a last one", async (t) => {
    const { tokenServer, pass, watch } = await scene(t);
    const stream = await watch();
    await pass(57);
    assert.deepEqual(tokenServer.polledAt, []);
    await pass(20);
    assert.deepEqual(tokenServer.polledAt, [58, 60, 65, 70]);
    await stream.status("expired");
    await stream.end();
  });

  test("an acceptance whose callback got lost is found, also in the grace", async (t) => {
    for (const seconds of [57.5, 59.5, 64, 69.5]) {
      const { tokenServer, pass, watch, browser, attempt } = await scene(t);
      const stream = await watch();
      await pass(seconds);
      tokenServer.result = accepted();
      await pass(6);
      await stream.status("approved");
      assert.equal((await browser.logIn(attempt)).status, 200);
    }
  });

  test("a status that this server has written is shown without being read again", async (t) => {
    const kept = memoryStore(() => 0);
    let readings = 0;
    const get: AttemptStore["get"] = (id) => {
      readings += 1;
      return kept.get(id);
    };
    const { tokenServer, watch, callback } = await scene(t, { options: { store: { ...kept, get } } });
    const stream = await watch();
    tokenServer.result = accepted();
    readings = 0;
    await callback();
    await stream.status("approved");
    assert.equal(readings, 0);
    await stream.end();
  });

  test("a result call without an answer is repeated too", async (t) => {
    const { tokenServer, pass, watch, callback } = await scene(t);
    const stream = await watch();
    await pass(5);
    tokenServer.result = json(500, { error: "boom" });
    await callback();
    await pass(2);
    tokenServer.result = accepted();
    await pass(2);
    assert.deepEqual(tokenServer.polledAt, [5, 6, 8]);
    await stream.status("approved");
  });

  test("these waits begin again with each callback", async (t) => {
    const { tokenServer, pass, watch, callback } = await scene(t);
    const stream = await watch();
    await callback();
    await pass(4);
    await callback();
    await pass(4);
    assert.deepEqual(tokenServer.polledAt, [0, 1, 3, 4, 5, 7]);
    stream.close();
  });

  test("resultPolling makes a result call every few seconds for each code that can still be accepted", async (t) => {
    const { tokenServer, browser, attempt, pass, watch } = await scene(t, { options: { resultPolling: 3 } });
    const stream = await watch();
    await pass(4);
    await browser.renew(attempt);
    await pass(3);
    assert.deepEqual(tokenServer.polledAt, [3, 6, 6]);
    tokenServer.result = accepted();
    await pass(3);
    await stream.status("approved");
  });

  test("a held poll counts as a watcher, as a stream does", async (t) => {
    const { clock, tokenServer, browser, attempt, pass } = await scene(t, { ttlMs: 10_000 });
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    await until(() => clock.timers >= 2, "the poll to be held");
    tokenServer.result = accepted();
    await pass(8);
    assert.deepEqual(await (await poll).json(), { status: "approved", interval: 0 });
    assert.deepEqual(tokenServer.polledAt, [8]);
  });
});

describe("while nobody watches", () => {
  test("there are no timers, and a callback leads to one result call", async (t) => {
    const { clock, tokenServer, pass, callback } = await scene(t);
    assert.equal(clock.foregroundTimers, 0);
    await callback();
    assert.equal(clock.foregroundTimers, 0);
    await pass(70);
    assert.deepEqual(tokenServer.polledAt, [0]);
  });

  test("the repeated calls after a callback stop when the last watcher leaves", async (t) => {
    const { clock, tokenServer, watch, callback, pass } = await scene(t);
    const stream = await watch();
    await callback();
    stream.close();
    await until(() => clock.foregroundTimers === 0, "the timers to be gone");
    await pass(30);
    assert.deepEqual(tokenServer.polledAt, [0]);
  });
});

describe("a browser that comes back", () => {
  test("leads to a result call when it opens its stream", async (t) => {
    const { clock, tokenServer, watch } = await scene(t);
    const first = await watch();
    assert.deepEqual(tokenServer.polls, []);
    first.close();
    await until(() => clock.foregroundTimers === 0, "the first stream to be gone");
    tokenServer.result = accepted();
    const second = await watch();
    await clock.advance(0);
    await second.status("approved");
  });

  test("leads to a result call when it polls, at most every 2 s", async (t) => {
    const { tokenServer, browser, attempt, pass } = await scene(t);
    await pass(10);
    for (let i = 0; i < 5; i++) await browser.status(attempt);
    await pass(2);
    for (let i = 0; i < 5; i++) await browser.status(attempt);
    assert.deepEqual(tokenServer.polledAt, [10, 12]);
  });

  test("leads to a result call 2 s later if it opens its stream right after one", async (t) => {
    const { tokenServer, browser, attempt, pass, watch } = await scene(t);
    await pass(10);
    await browser.status(attempt);
    tokenServer.result = accepted();
    const stream = await watch();
    await pass(2);
    await stream.status("approved");
    assert.deepEqual(tokenServer.polledAt, [10, 12]);
  });

  test("gets the answer to its poll while a slow Token Server has not answered", async (t) => {
    const { clock, tokenServer, browser, attempt, where } = await scene(t);
    tokenServer.result = () => undefined;
    const status = browser.status(attempt);
    await until(() => tokenServer.polls.length === 1, "the result call");
    await clock.advance(1);
    assert.equal((await status).status, "pending");
    holds(where);
  });

  test("soon after the last code gets `expired`, after one more result call", async (t) => {
    const { tokenServer, browser, attempt, pass } = await scene(t);
    await pass(80);
    assert.equal((await browser.status(attempt)).status, "expired");
    assert.deepEqual(tokenServer.polledAt, [71, 80]);
  });

  test("long after the last code is answered 404, so that its page shows a new code", async (t) => {
    const { tokenServer, browser, attempt, pass } = await scene(t);
    await pass(85);
    const answer = await browser.get(`/${attempt}`);
    assert.deepEqual(await errorOf(answer), [404, "unknown_attempt"]);
    assert.deepEqual(tokenServer.polledAt, [71]);
  });

  test("long after an acceptance gets `approved`, although the callback was lost", async (t) => {
    const { clock, tokenServer, watch, pass } = await scene(t);
    tokenServer.result = accepted();
    await pass(100);
    const stream = await watch();
    await clock.advance(0);
    await stream.status("approved");
  });

  test("after an acceptance of an older code gets `approved`, although the callback was lost", async (t) => {
    const { tokenServer, browser, attempt, pass } = await scene(t);
    await browser.renew(attempt);
    const [older] = tokenServer.started;
    tokenServer.result = (res, id, req) => (id === older ? accepted() : undecided)(res, id, req);
    await pass(100);
    assert.equal((await browser.status(attempt)).status, "approved");
  });

  test("to renew after the last grace is answered 409", async (t) => {
    const { browser, attempt, pass } = await scene(t);
    await pass(80);
    const answer = await browser.post(`/${attempt}/otp`);
    assert.deepEqual(await errorOf(answer), [409, "attempt_settled"]);
  });

  test("to renew within the grace gets a new code", async (t) => {
    const { browser, attempt, pass } = await scene(t);
    await pass(65);
    assert.equal((await browser.status(attempt)).expires_in, 0);
    assert.equal((await browser.renew(attempt)).expires_in, 60);
  });
});

describe("a Token Server that is silent when the time is over", () => {
  test("is called again for a minute, and then the attempt fails", async (t) => {
    const { tokenServer, pass, watch } = await scene(t);
    const stream = await watch();
    tokenServer.result = json(503, { error: "1002" });
    await pass(129);
    const found = tokenServer.polledAt.filter((at) => at >= 70);
    assert.deepEqual(found, [70, 71, 73, 77, 85, 93, 101, 109, 117, 125]);
    holds(stream.events.every(({ status }) => status === "pending"));
    await pass(1);
    await stream.status("failed");
    await stream.end();
    assert.equal(tokenServer.polledAt.at(-1), 130);
  });

  test("can still decide the attempt when it answers again", async (t) => {
    for (const [answer, status] of [
      [undecided, "expired"],
      [accepted(), "approved"],
      [failed("not_accepted"), "denied"],
      [failed("invalid_answer"), "failed"],
    ] as const) {
      const { tokenServer, pass, watch } = await scene(t);
      const stream = await watch();
      tokenServer.result = json(500, {});
      await pass(80);
      tokenServer.result = answer;
      await pass(6);
      await stream.status(status);
    }
  });

  test("for longer than a minute makes the attempt fail for a browser that comes back", async (t) => {
    const { tokenServer, browser, attempt, pass } = await scene(t);
    tokenServer.result = json(500, {});
    await pass(80);
    assert.equal((await browser.status(attempt)).status, "pending");
    await pass(49);
    assert.equal((await browser.status(attempt)).status, "pending");
    await pass(2);
    assert.equal((await browser.status(attempt)).status, "failed");
  });
});

describe("a renewal during the last result call", () => {
  test("keeps the attempt pending", async (t) => {
    const { clock, tokenServer, browser, attempt, pass } = await scene(t);
    await pass(69);
    const held: (() => void)[] = [];
    tokenServer.start = (res, id, req) => held.push(() => started()(res, id, req));
    const renewal = browser.renew(attempt);
    await until(() => held.length === 1, "the renewal to reach the Token Server");
    const release: (() => void)[] = [];
    tokenServer.result = (res, id, req) => release.push(() => undecided(res, id, req));
    await clock.advance(1);
    const status = browser.status(attempt);
    await until(() => release.length === 1, "the last result call");
    held[0]?.();
    await renewal;
    release[0]?.();
    const answer = await status;
    assert.equal(answer.status, "pending");
    assert.equal(answer.expires_in, 60);
  });
});
