import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { scriptedTokenServer, site } from "../support/site.js";
import { until, holds } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { login } from "../support/login.js";
import { pluck } from "../support/events.js";

describe("the status stream", () => {
  test("has the headers that keep proxies from buffering it, and sets no cookie", async (t) => {
    const { browser, attempt } = await login(t);
    const { response, ...stream } = await browser.stream(attempt);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-store, no-transform");
    assert.equal(response.headers.get("x-accel-buffering"), "no");
    assert.equal(response.headers.get("set-cookie"), null);
    holds(stream);
  });

  test("begins with the whole status, without interval, id or secret", async (t) => {
    const { browser, attempt, otp } = await login(t);
    const stream = await browser.watch(attempt);
    assert.equal(stream.text, 'event: status\ndata: {"status":"pending","expires_in":59}\n\n');
    holds(!stream.text.includes(otp));
    stream.close();
  });

  test("starts with the whole status again after a reconnection, and ends at once if the status is final", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const first = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await first.status("approved");
    await first.end();
    assert.deepEqual(first.events.at(-1), { status: "approved" });
    const second = await browser.stream(attempt);
    await second.end();
    assert.deepEqual(second.events, [{ status: "approved" }]);
    await browser.logIn(attempt);
    const third = await browser.stream(attempt);
    await third.end();
    assert.deepEqual(third.events, [{ status: "completed" }]);
  });

  test("sends each change once", async (t) => {
    const { where, browser, attempt } = await login(t);
    const stream = await browser.watch(attempt);
    const { otp } = await browser.renew(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.end();
    assert.deepEqual(pluck(stream.events, "status"), ["pending", "pending", "approved"]);
  });

  test("sends a comment every 15 s, so that proxies keep it open", async (t) => {
    const runtime = new VirtualClock();
    const { url } = await scriptedTokenServer(t);
    const { browser, attempt } = await login(t, { runtime, tokenServerUrl: url });
    const stream = await browser.watch(attempt);
    await runtime.advance(14.9);
    await runtime.settle();
    assert.equal(stream.comments, 0);
    await runtime.advance(0.1);
    await until(() => stream.comments === 1, "the first comment");
    await runtime.advance(30);
    await until(() => stream.comments === 3, "two more comments");
    assert.equal(stream.events.length, 1);
    stream.close();
  });

  test("is limited to two for each attempt: a third ends the oldest", async (t) => {
    const { browser, attempt } = await login(t);
    const streams = [
      await browser.stream(attempt),
      await browser.stream(attempt),
      await browser.stream(attempt),
    ];
    await streams[0]?.end();
    await until(
      () => streams.slice(1).every(({ events }) => events.length === 1),
      "the others' first events",
    );
    assert.deepEqual(pluck(streams, "ended"), [true, false, false]);
    await browser.stream(attempt);
    await streams[1]?.end();
    assert.equal(streams[2]?.ended, false);
    for (const stream of streams) stream.close();
  });

  test("counts together with held polls, and a held poll that is ended is answered", async (t) => {
    const { where, browser, attempt } = await login(t);
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    // The oldest is ended, so it must be there before the streams.
    await until(async () => (await where.kit.health()).watchers === 1, "the held poll");
    await browser.stream(attempt);
    await browser.stream(attempt);
    const answer = await poll;
    assert.equal(answer.headers.get("preference-applied"), null);
    assert.equal(((await answer.json()) as { interval: number }).interval, 2);
  });

  test("does not end the streams of other tabs", async (t) => {
    const browser = new Browser(await site(t));
    const attempts = [await browser.start(), await browser.start(), await browser.start()];
    const streams = await Promise.all(attempts.map(({ attempt }) => browser.stream(attempt)));
    await until(() => streams.every(({ events }) => events.length === 1), "the first events");
    holds(streams.every(({ ended }) => !ended));
    for (const stream of streams) stream.close();
  });
});

describe("a client that goes away", () => {
  test("leaves no timer behind", async (t) => {
    const runtime = new VirtualClock();
    const { url } = await scriptedTokenServer(t);
    const { browser, attempt } = await login(t, { runtime, tokenServerUrl: url });
    const stream = await browser.stream(attempt);
    const poll = new AbortController();
    const held = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" }, signal: poll.signal });
    await until(() => stream.events.length === 1 && runtime.foregroundTimers > 1, "both to be held");
    stream.close();
    poll.abort();
    await assert.rejects(held);
    await until(() => runtime.foregroundTimers === 0, "the timers to be gone");
  });

  test("leaves no subscription behind, and neither does a settled attempt", async (t) => {
    const store = memoryStore();
    let subscriptions = 0;
    const counted: AttemptStore = {
      ...store,
      async subscribe(id, listener) {
        const unsubscribe = await store.subscribe(id, listener);
        subscriptions += 1;
        return () => {
          subscriptions -= 1;
          unsubscribe();
        };
      },
    };
    const { where, browser, attempt, otp } = await login(t, { options: { store: counted } });
    const left = await browser.watch(attempt);
    left.close();
    await until(() => subscriptions === 0, "the subscription of the client that left to end");
    const stays = await browser.watch(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stays.end();
    await until(() => subscriptions === 0, "the subscription to the settled attempt to end");
  });

  test("does no harm at any moment, or if it closes twice", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const request = `GET /otp-login/${attempt} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nCookie: ${browser.cookie}\r\n\r\n`;
    const port = Number(new URL(where.origin).port);
    const visit = (leave: (socket: ReturnType<typeof connect>) => void): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => leave(socket));
        socket.on("error", () => undefined);
        socket.on("close", () => resolve());
      });
    for (let round = 0; round < 20; round++) {
      await visit((socket) => socket.write(request, () => socket.destroy()));
      await visit((socket) => socket.write(request, () => socket.resetAndDestroy()));
      await visit((socket) => {
        socket.once("data", () => socket.destroy());
        socket.write(request);
      });
      await visit((socket) => {
        socket.write(request.slice(0, 30 + round));
        socket.destroy();
      });
    }
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.end();
    stream.close();
    stream.close();
    assert.equal((await browser.logIn(attempt)).status, 200);
    const found = where.events.filter(({ level }) => level === "error");
    assert.deepEqual(found, []);
  });
});

describe("closing for a deploy", () => {
  test("ends streams with a retry time spread over some seconds, and answers held polls and later calls", async (t) => {
    const { kit, ...where } = await site(t, { options: { limits: { streamsPerAttempt: 20 } } });
    const browser = new Browser({ ...where });
    const { attempt } = await browser.start();
    const streams = await Promise.all(Array.from({ length: 19 }, () => browser.stream(attempt)));
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    await until(() => streams.every(({ events }) => events.length === 1), "the first events");
    await kit.close();
    await Promise.all(streams.map((stream) => stream.end()));
    const retries = streams.map(({ retryMs }) => retryMs ?? -1);
    holds(retries.every((ms) => ms >= 0 && ms <= 5000));
    holds(new Set(retries).size > 10);
    assert.equal((await poll).status, 200);

    const late = await browser.stream(attempt);
    await late.end();
    assert.equal(late.events[0]?.status, "pending");
    holds(late.retryMs !== undefined);
    assert.equal((await browser.status(attempt)).status, "pending");
    assert.equal((await browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } })).status, 200);
  });
});

describe("a held poll", () => {
  test("is answered when the status changes from pending", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    const answer = await poll;
    assert.equal(answer.headers.get("preference-applied"), "wait=20");
    assert.deepEqual(await answer.json(), { status: "approved", interval: 0 });
  });

  test("is answered after the granted seconds, with interval 0", async (t) => {
    const runtime = new VirtualClock();
    const { url } = await scriptedTokenServer(t);
    const browser = new Browser(await site(t, { runtime, tokenServerUrl: url }));
    for (const [prefer, granted] of [
      ["wait=5", 5],
      ["wait=60", 20],
      ["respond-async, Wait = 7; x", 7],
      ['wait="3"', 3],
    ] as const) {
      const { attempt } = await browser.start();
      const answers: Response[] = [];
      void browser.get(`/${attempt}`, { headers: { prefer } }).then((answer) => answers.push(answer));
      await until(() => runtime.foregroundTimers >= 2, "the poll to be held");
      await runtime.advance(granted - 0.1);
      await runtime.settle();
      assert.equal(answers.length, 0);
      await runtime.advance(0.1);
      await until(() => answers.length === 1, "the answer");
      assert.equal(answers[0]?.headers.get("preference-applied"), `wait=${granted}`);
      assert.deepEqual(await answers[0]?.json(), {
        status: "pending",
        expires_in: 60 - granted,
        interval: 0,
      });
    }
  });

  for (const prefer of [
    "wait=0",
    "wait=-1",
    "wait=x",
    "wait",
    "waiting=20",
    "",
    "return=minimal",
    "wait=1e3",
  ]) {
    test(`Prefer: ${prefer || "(empty)"} is answered at once`, async (t) => {
      const { browser, attempt } = await login(t);
      const answer = await browser.get(`/${attempt}`, { headers: { prefer } });
      assert.equal(answer.headers.get("preference-applied"), null);
      assert.equal(((await answer.json()) as { interval: number }).interval, 2);
    });
  }

  test("is answered at once for a settled attempt", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    await (await where.emulator.phone("alice", false)).handleMobileAuthWithOtp(otp);
    await until(() => where.events.some(({ type }) => type === "attempt_denied"), "the denial");
    assert.deepEqual(await browser.status(attempt, { prefer: "wait=20" }), { status: "denied", interval: 0 });
  });
});
