import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "../support/browser.js";
import {
  accepted,
  json,
  scriptedTokenServer,
  site,
  started,
  undecided,
  type SiteKitOptions,
} from "../support/site.js";
import { countedCalls } from "../support/counted-calls.js";

/** A site in virtual time, whose codes live for a minute. */
async function scene(t: TestContext, options: SiteKitOptions = {}, clock = new VirtualClock()) {
  const tokenServer = await scriptedTokenServer(t, () => clock.now());
  const store = options.store ?? memoryStore(() => clock.now());
  const { transport, pass } = countedCalls(clock);
  const where = await site(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: { transport, store, ...options },
  });
  return {
    clock,
    store,
    tokenServer,
    where,
    /** Starts an attempt in a new browser. Resolves to the attempt's id and its transaction's. */
    start: async () => {
      const browser = new Browser(where);
      const { attempt } = await browser.start();
      return { browser, attempt, transaction: tokenServer.started.at(-1) ?? "" };
    },
    pass,
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

const waiting = async ({ where }: Scene): Promise<number> => (await where.kit.health()).waiting;

describe("an attempt that nobody scanned and nobody watches", () => {
  test("has one last call after its grace, and is forgotten then", async (t) => {
    const { store, tokenServer, start, pass } = await scene(t);
    const { attempt } = await start();
    await pass(84);
    assert.deepEqual(tokenServer.polledAt, [71]);
    holds(await store.get(attempt));
    await pass(1);
    assert.equal(await store.get(attempt), undefined);
  });

  test("is approved if the last call says so, and kept for its browser", async (t) => {
    const { store, tokenServer, start, pass, where } = await scene(t);
    tokenServer.result = accepted();
    const { browser, attempt } = await start();
    await pass(120);
    assert.equal((await store.get(attempt))?.state.status, "approved");
    assert.equal((await browser.logIn(attempt)).status, 200);
    assert.equal(where.logins.length, 1);
  });

  test("is forgotten if the Token Server is silent", async (t) => {
    const { store, tokenServer, start, pass } = await scene(t);
    tokenServer.result = json(503, {});
    const { attempt } = await start();
    await pass(85);
    assert.deepEqual(tokenServer.polledAt, [71]);
    assert.equal(await store.get(attempt), undefined);
  });

  test("ends with its newest code", async (t) => {
    const { tokenServer, start, pass } = await scene(t);
    const { browser, attempt } = await start();
    await pass(30);
    await browser.renew(attempt);
    await pass(70);
    assert.deepEqual(tokenServer.polledAt, []);
    await pass(1);
    // The older code too: nobody asked about it at its end.
    assert.deepEqual(tokenServer.polledAt, [101, 101]);
  });

  test("has no last call where it was renewed on another server, until that code ends", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const shared = await scene(t, { store }, clock);
    const other = await scene(t, { store, origin: shared.where.origin }, clock);
    const { browser, attempt } = await shared.start();
    await shared.pass(30);
    const elsewhere = new Browser({ url: other.where.url, origin: shared.where.origin });
    elsewhere.cookie = browser.cookie;
    await elsewhere.renew(attempt);
    await shared.pass(70);
    assert.deepEqual(shared.tokenServer.polledAt, []);
    await shared.pass(1);
    assert.equal(shared.tokenServer.polledAt.length, 2);
  });

  test("has no last call if another server, which watches it, has written its end", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const shared = await scene(t, { store }, clock);
    const other = await scene(t, { store, origin: shared.where.origin }, clock);
    const { browser, attempt } = await shared.start();
    const elsewhere = new Browser({ url: other.where.url, origin: shared.where.origin });
    elsewhere.cookie = browser.cookie;
    const stream = await elsewhere.stream(attempt);
    await other.pass(75);
    await stream.status("expired");
    assert.deepEqual(shared.tokenServer.polledAt, []);
    assert.equal(await waiting(shared), 0);
  });

  test("costs no timer of its own", async (t) => {
    const { clock, start } = await scene(t);
    for (let count = 0; count < 5; count++) await start();
    assert.equal(clock.timers, 1);
    assert.equal(clock.foregroundTimers, 0);
  });

  test("has its last call from a quota of its own, which delays nobody", async (t) => {
    const at = await scene(t, { limits: { tokenServerCalls: { count: 4, seconds: 1 } } });
    const { tokenServer, where, start, pass } = at;
    const lifeOf = (seconds: number) => (tokenServer.start = started(seconds * 1000));
    lifeOf(120);
    const person = await start();
    await pass(1);
    // Two a second have quota. The codes of all end at the same time.
    for (let second = 0; second < 4; second++) {
      lifeOf(59 - second);
      for (let count = 0; count < 2; count++) await start();
      await pass(1);
    }
    tokenServer.result = (res, id, req) => (id === person.transaction ? accepted() : undecided)(res, id, req);
    await pass(66);
    assert.equal(tokenServer.polls.length, 2);
    const callback = { body: { transaction_id: person.transaction } };
    assert.equal((await person.browser.post("/callback", callback)).status, 204);
    await until(() => where.events.some(({ type }) => type === "attempt_approved"), "the result");
    assert.equal(tokenServer.polls.length, 3);
    await pass(3);
    assert.equal(new Set(tokenServer.polls).size, 9);
  });
});

describe("an attempt that outlives a silent Token Server", () => {
  test("was scanned", async (t) => {
    const { store, where, tokenServer, start, pass } = await scene(t);
    tokenServer.result = json(503, {});
    const { attempt, transaction } = await start();
    await where.kit.scanned({ transactionId: transaction });
    await pass(60 + 10 + 60 + 299);
    holds(await store.get(attempt));
    await pass(1);
    assert.equal(await store.get(attempt), undefined);
    assert.deepEqual(tokenServer.polledAt, []);
  });

  test("is asked about by its browser", async (t) => {
    const { store, tokenServer, start, pass } = await scene(t);
    tokenServer.result = json(503, {});
    const { browser, attempt } = await start();
    const stream = await browser.stream(attempt);
    await pass(130);
    await stream.status("failed");
    await pass(299);
    holds(await store.get(attempt));
    await pass(1);
    assert.equal(await store.get(attempt), undefined);
  });

  test("gets its answer later", async (t) => {
    const { tokenServer, start, pass } = await scene(t);
    tokenServer.result = json(503, {});
    const { browser, attempt } = await start();
    const stream = await browser.stream(attempt);
    await pass(110);
    tokenServer.result = accepted();
    await pass(10);
    await stream.status("approved");
    assert.equal((await browser.logIn(attempt)).status, 200);
  });
});

describe("attempts that wait for a scan (limits.waiting)", () => {
  const limited = ({ where }: Scene) => where.events.filter(({ type }) => type === "limited");

  test("are 429 beyond those of one address, and one event says so", async (t) => {
    const at = await scene(t, { limits: { waiting: { perAddress: 2 } } });
    for (let count = 0; count < 2; count++) await at.start();
    const answer = await new Browser(at.where).post("");
    assert.equal(answer.status, 429);
    const seconds = Number(answer.headers.get("retry-after"));
    holds(seconds >= 10 && seconds <= 20, `Retry-After: ${seconds}`);
    assert.equal(at.tokenServer.started.length, 2);
    const [event] = limited(at);
    holds(event?.type === "limited" && event.limit === "waiting" && event.level === "warn");
  });

  test("are 503 beyond the total", async (t) => {
    let address = 0;
    const limits = { waiting: { total: 4 } };
    const at = await scene(t, { limits, clientIp: () => `192.0.2.${address}` });
    for (let count = 0; count < 4; count++) await at.start();
    assert.equal((await new Browser(at.where).post("")).status, 503);
    address = 1;
    await at.start();
    assert.equal((await new Browser(at.where).post("")).status, 503);
  });

  test("wait until one is scanned, is accepted, or is over; a start that fails takes no place", async (t) => {
    const at = await scene(t, { limits: { waiting: { perAddress: 1 } } });
    const start = at.tokenServer.start;
    at.tokenServer.start = json(503, {});
    assert.equal((await new Browser(at.where).post("")).status, 503);
    at.tokenServer.start = start;
    assert.equal(await waiting(at), 0);

    const scanned = await at.start();
    assert.equal(await waiting(at), 1);
    await at.where.kit.scanned({ transactionId: scanned.transaction });
    await until(async () => (await waiting(at)) === 0, "the scan");

    const settled = await at.start();
    at.tokenServer.result = accepted();
    await settled.browser.status(settled.attempt);
    assert.equal(await waiting(at), 0);

    at.tokenServer.result = undecided;
    await at.start();
    await at.pass(70);
    assert.equal(await waiting(at), 1);
    await at.pass(1);
    assert.equal(await waiting(at), 0);
  });

  test("are freed by 20 scans of one user in an hour, so that an app cannot free any number", async (t) => {
    const at = await scene(t, { limits: { startsPerAddress: false, waiting: { perAddress: 30 } } });
    for (let count = 0; count < 25; count++) {
      const { transaction } = await at.start();
      await at.where.kit.scanned({ transactionId: transaction, userId: "mallory" });
    }
    await until(async () => (await waiting(at)) === 5, "the scans");
    const { transaction } = await at.start();
    await at.where.kit.scanned({ transactionId: transaction, userId: "alice" });
    await until(async () => (await waiting(at)) === 5, "the scan of another user");
  });
});
