import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { scriptedSite, accepted, failed, scriptedTokenServer, started, site } from "../support/site.js";
import { until, holds } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { errorOf, postCallback, login, scriptedLogin } from "../support/login.js";

/** A store whose answers come late and out of order, as over a network. */
function slowStore(store: AttemptStore): AttemptStore {
  const later = async <T>(run: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    const value = await run();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return value;
  };
  return {
    create: (attempt) => later(() => store.create(attempt)),
    get: (id) => later(() => store.get(id)),
    compareAndSet: (id, version, next) => later(() => store.compareAndSet(id, version, next)),
    findByTransaction: (id) => later(() => store.findByTransaction(id)),
    subscribe: (id, listener) =>
      later(() => store.subscribe(id, () => setTimeout(listener, Math.random() * 4))),
  };
}

/** Two servers of one site. */
async function twoServers(t: TestContext) {
  const tokenServer = await scriptedTokenServer(t);
  const options = { store: slowStore(memoryStore()) };
  const one = await site(t, { tokenServerUrl: tokenServer.url, options });
  const { origin } = one;
  const two = await site(t, { tokenServerUrl: tokenServer.url, options: { ...options, origin } });
  return { tokenServer, one, two: { ...two, origin } };
}

describe("two servers with one store", () => {
  test("send a result that one of them gets on the other's stream too, and can both answer a login", async (t) => {
    const { tokenServer, one, two } = await twoServers(t);
    for (let round = 0; round < 10; round++) {
      const atOne = new Browser(one);
      const { attempt } = await atOne.start();
      const atTwo = new Browser(two);
      atTwo.cookie = atOne.cookie;
      const stream = await atTwo.stream(attempt);
      tokenServer.result = accepted(`user-${round}`);
      await postCallback(one, tokenServer.started.at(-1));
      await stream.status("approved");
      const [first, second] = await Promise.all([atOne.logIn(attempt), atTwo.logIn(attempt)]);
      assert.deepEqual([first.status, second.status], [200, 200]);
    }
    const firstLogins = [...one.events, ...two.events].filter(
      (event) => event.type === "logged_in" && !event.repeated,
    );
    assert.equal(firstLogins.length, 10);
  });

  test("get two results at once: one settles the attempt, and all streams send the same status", async (t) => {
    const { tokenServer, one, two } = await twoServers(t);
    for (let round = 0; round < 10; round++) {
      const browser = new Browser(one);
      const { attempt } = await browser.start();
      await browser.renew(attempt);
      const [older, newer] = tokenServer.started.slice(-2);
      tokenServer.result = (res, id, req) =>
        (id === older ? accepted() : failed("not_accepted"))(res, id, req);
      const atTwo = new Browser(two);
      atTwo.cookie = browser.cookie;
      const streams = [await browser.stream(attempt), await atTwo.stream(attempt)];
      await Promise.all([postCallback(one, older), postCallback(two, newer)]);
      await Promise.all(streams.map((stream) => stream.end()));
      const last = streams.map(({ events }) => events.at(-1)?.status);
      assert.equal(last[0], last[1]);
      assert.equal((await browser.logIn(attempt)).status, last[0] === "approved" ? 200 : 409);
    }
  });

  test("limit the transactions of an attempt together", async (t) => {
    const { tokenServer, one, two } = await twoServers(t);
    const atOne = new Browser(one);
    const { attempt } = await atOne.start();
    const atTwo = new Browser(two);
    atTwo.cookie = atOne.cookie;
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => (index % 2 ? atOne : atTwo).post(`/${attempt}/otp`)),
    );
    assert.equal(answers.filter(({ status }) => status === 201).length, 19);
    assert.equal(tokenServer.started.length, 20);
  });
});

describe("an acceptance during a renewal", () => {
  test("wins: the renewal is answered 409 attempt_settled, and the login succeeds", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    let release = (): void => undefined;
    tokenServer.start = (res, id, req) => (release = () => started()(res, id, req));
    const renewal = browser.post(`/${attempt}/otp`);
    await until(() => tokenServer.started.length === 2, "the renewal to reach the Token Server");
    tokenServer.result = accepted();
    const stream = await browser.stream(attempt);
    await postCallback(where, tokenServer.started[0]);
    await stream.status("approved");
    release();
    const answer = await renewal;
    assert.deepEqual(await errorOf(answer), [409, "attempt_settled"]);
    assert.equal((await browser.logIn(attempt)).status, 200);
  });
});

describe("a server that closes", () => {
  test("during a start waits for it, but not for later calls", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    const browser = new Browser(where);
    let release = (): void => undefined;
    tokenServer.start = (res, id, req) => (release = () => started()(res, id, req));
    const start = browser.post("");
    await until(() => tokenServer.started.length === 1, "the start to reach the Token Server");
    let closed = false;
    const closing = where.kit.close().then(() => (closed = true));
    const answerStart = release;
    const later = browser.post("");
    await until(() => tokenServer.started.length === 2, "the later start to reach the Token Server");
    assert.equal(closed, false);
    answerStart();
    assert.equal((await start).status, 201);
    await closing;
    release();
    assert.equal((await later).status, 201);
  });

  test("during a result call waits for it, and stores its result", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    let release = (): void => undefined;
    tokenServer.result = (res, id, req) => (release = () => accepted()(res, id, req));
    await postCallback(where, tokenServer.started[0]);
    await until(() => tokenServer.polls.length === 1, "the result call");
    let closed = false;
    const closing = where.kit.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(closed, false);
    release();
    await closing;
    assert.equal((await browser.status(attempt)).status, "approved");
  });

  test("while it follows a callback waits for it", async (t) => {
    const store = memoryStore();
    let release: (() => void) | undefined;
    const held: AttemptStore = {
      ...store,
      findByTransaction: async (id) => {
        await new Promise<void>((resolve) => (release = resolve));
        return store.findByTransaction(id);
      },
    };
    const { tokenServer, where, attempt } = await scriptedLogin(t, { options: { store: held } });
    tokenServer.result = accepted();
    await postCallback(where, tokenServer.started[0]);
    await until(() => release !== undefined, "the callback to be looked up");
    let closed = false;
    const closing = where.kit.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(closed, false);
    release?.();
    await closing;
    assert.equal((await store.get(attempt))?.state.status, "approved");
  });

  test("leaves no timer for further result calls", async (t) => {
    const clock = new VirtualClock();
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t, { runtime: clock });
    const stream = await browser.watch(attempt);
    await postCallback(where, tokenServer.started[0]);
    await clock.advance(0);
    await until(() => tokenServer.polls.length === 1, "the result call");
    await where.kit.close();
    await stream.end();
    assert.equal(clock.timers, 0);
    await postCallback(where, tokenServer.started[0]);
    await clock.advance(0);
    await until(() => tokenServer.polls.length === 2, "the result call of a callback after close()");
    await where.kit.close();
    assert.equal(clock.timers, 0);
  });

  test("while a stream opens sends the status and ends the stream", async (t) => {
    const store = memoryStore();
    let release = (): void => undefined;
    const held: AttemptStore = {
      ...store,
      subscribe: async (id, listener) => {
        await new Promise<void>((resolve) => (release = resolve));
        return store.subscribe(id, listener);
      },
    };
    const { where, browser, attempt } = await login(t, { options: { store: held } });
    const stream = await browser.stream(attempt);
    await where.kit.close();
    release();
    await stream.end();
    holds(stream.retryMs !== undefined);
  });
});

describe("a store that fails", () => {
  const failing = (store: AttemptStore, broken: { now: boolean }): AttemptStore => {
    const fail =
      <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        broken.now ? Promise.reject(new Error("store is down")) : run(...args);
    return {
      create: fail((attempt) => store.create(attempt)),
      get: fail((id) => store.get(id)),
      compareAndSet: fail((id, version, next) => store.compareAndSet(id, version, next)),
      findByTransaction: fail((id) => store.findByTransaction(id)),
      subscribe: fail((id, listener) => store.subscribe(id, listener)),
    };
  };

  test("leads to 503; the process and the streams continue", async (t) => {
    const broken = { now: false };
    const timeouts = { keepAliveSeconds: 0.05 };
    const options = { store: failing(memoryStore(), broken), timeouts };
    const { where, browser, attempt, otp } = await login(t, { options });
    const stream = await browser.watch(attempt);
    broken.now = true;
    for (const answer of [
      browser.post(""),
      browser.get(`/${attempt}`),
      browser.get(`/${attempt}`, { headers: { accept: "text/event-stream" } }),
      browser.post(`/${attempt}/otp`),
      browser.logIn(attempt),
    ]) {
      const response = await answer;
      assert.equal(response.status, 503);
      assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      const text = await response.text();
      assert.match(text, /temporarily_unavailable/);
      holds(!text.includes("store is down"));
    }
    // The callback is answered too. The kit gets its result later.
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await until(() => where.events.some((event) => event.type === "store_trouble"), "the event");
    const comments = stream.comments;
    await until(() => stream.comments > comments + 2, "the stream to go on");
    broken.now = false;
    assert.equal(stream.ended, false);
    await browser.status(attempt);
    await stream.status("approved");
    // Many calls failed, and one event reports it.
    assert.equal(where.events.filter((event) => event.type === "store_trouble").length, 1);
    holds(!where.events.some((event) => event.type === "internal_error"));
  });

  test("when a callback comes does not lose the login: the kit gets the result when the store works again", async (t) => {
    const clock = new VirtualClock();
    const tokenServer = await scriptedTokenServer(t);
    const broken = { now: false };
    const { where, browser, attempt } = await login(t, {
      runtime: clock,
      tokenServerUrl: tokenServer.url,
      options: { store: failing(memoryStore(clock.now), broken) },
    });
    const stream = await browser.watch(attempt);
    tokenServer.result = accepted();
    broken.now = true;
    await postCallback(where, tokenServer.started[0]);
    await until(
      () => where.events.some(({ type }) => type === "store_trouble"),
      "the search for the callback's attempt to fail",
    );
    await clock.advance(2);
    assert.deepEqual(tokenServer.polls, []);
    broken.now = false;
    await clock.advance(1);
    await stream.status("approved");
    assert.equal((await browser.logIn(attempt)).status, 200);
  });

  test("at a subscription does not lose the login: a later keep-alive subscribes", async (t) => {
    const store = memoryStore();
    let failures = 3;
    const timeouts = { keepAliveSeconds: 0.05 };
    const flaky: AttemptStore = {
      ...store,
      subscribe: (id, listener) =>
        failures-- > 0 ? Promise.reject(new Error("no subscription")) : store.subscribe(id, listener),
    };
    const { where, browser, attempt, otp } = await login(t, { options: { store: flaky, timeouts } });
    const stream = await browser.watch(attempt);
    await until(() => failures < 0, "the subscription");
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
  });
});
