import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  memoryStore,
  type AttemptStore,
  type LoginKitEvent,
  type PauseSwitch,
} from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { scriptedTokenServer, site, type SiteOptions } from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { transactionOf } from "../support/login.js";

async function scene(t: TestContext, more: SiteOptions = {}) {
  const clock = new VirtualClock();
  const where = await site(t, { runtime: clock, ...more });
  return { clock, where, browser: new Browser(where) };
}

/** The answer to a call that a pause refuses. */
async function refusal(response: Response) {
  const { error } = (await response.json()) as { error: string };
  return { status: response.status, error, retryAfter: Number(response.headers.get("retry-after")) };
}

const isRefused = ({ status, error }: Awaited<ReturnType<typeof refusal>>): boolean =>
  status === 503 && error === "login_paused";

/** A switch whose calls run as `run` says. */
const wrapped = (of: PauseSwitch, run: <T>(work: () => Promise<T>) => Promise<T>): PauseSwitch => ({
  read: () => run(() => of.read()),
  compareAndSet: (text, next) => run(() => of.compareAndSet(text, next)),
  subscribe: (listener) => run(() => of.subscribe(listener)),
});

/** A register as a kit stores it: paused, unless the members say otherwise. */
const stored = (members: object): string =>
  JSON.stringify({ format: 1, version: 1, paused: true, ...members });

const pauses = (events: LoginKitEvent[]): object[] =>
  events.filter(({ type }) => type === "login_paused" || type === "login_resumed");

describe("a pause", () => {
  test("refuses starts, renewals and begin, and calls no Token Server, until the site resumes", async (t) => {
    const { where, browser } = await scene(t);
    const { attempt } = await browser.start();
    await where.kit.pause();
    const calls = where.emulator.starts.length;
    for (const call of ["", `/${attempt}/otp`]) {
      const refused = await refusal(await browser.post(call));
      holds(isRefused(refused), JSON.stringify(refused));
      holds(refused.retryAfter >= 30 && refused.retryAfter <= 40, String(refused.retryAfter));
    }
    const page = () => where.kit.begin(new Request(`${where.origin}/login`), {} as never);
    assert.equal(await page(), null);
    assert.equal(where.emulator.starts.length, calls);
    await where.kit.resume();
    await browser.renew(attempt);
    await browser.start();
    assert.notEqual(await page(), null);
  });

  test("of this server alone needs no store, is in none, and ends without touching that of all servers", async (t) => {
    const fails = () => Promise.reject(new Error("down"));
    let isDown = true;
    const written: string[] = [];
    const memory = memoryStore();
    const inMemory = memory.pauseSwitch!("any");
    const store: AttemptStore = {
      ...memory,
      create: (attempt) => (isDown ? fails() : memory.create(attempt)),
      pauseSwitch: () => ({
        read: () => (isDown ? fails() : inMemory.read()),
        subscribe: (listener) => (isDown ? fails() : inMemory.subscribe(listener)),
        compareAndSet(text, next) {
          written.push(next);
          return inMemory.compareAndSet(text, next);
        },
      }),
    };
    const { clock, where, browser } = await scene(t, { options: { store } });
    assert.equal((await refusal(await browser.post(""))).error, "temporarily_unavailable");
    const said = { by: "jane", reason: "Redis is away" };
    await where.kit.pause({ ...said, onThisServer: true });
    holds(isRefused(await refusal(await browser.post(""))));
    assert.deepEqual((await where.kit.health()).paused, { ...said, onThisServer: true });

    isDown = false;
    await clock.advance(2000);
    await where.kit.pause({ by: "joe" });
    await where.kit.resume({ by: "joe" });
    holds(isRefused(await refusal(await browser.post(""))));
    await where.kit.pause({ by: "joe" });
    await where.kit.resume({ by: "jane", onThisServer: true });
    assert.deepEqual((await where.kit.health()).paused, { by: "joe" });
    await where.kit.resume();
    await where.kit.pause({ onThisServer: true });
    await where.kit.resume({ by: "jane", onThisServer: true });
    await browser.start();
    assert.doesNotMatch(written.join(), /onThisServer|Redis is away/);
    const all = pauses(where.events).map((event) => ({ ...event, attempt: undefined, level: undefined }));
    const none = { attempt: undefined, level: undefined };
    assert.deepEqual(all, [
      { type: "login_paused", ...said, onThisServer: true, ...none },
      { type: "login_paused", by: "joe", ...none },
      { type: "login_resumed", cause: "resume", ...none },
      { type: "login_paused", onThisServer: true, ...none },
      { type: "login_resumed", cause: "resume", by: "jane", onThisServer: true, ...none },
    ]);
    await assert.rejects(
      where.kit.pause({ onThisServer: true, until: Date.now() + 1e6 }),
      /"until" cannot be given/,
    );
    await assert.rejects(
      where.kit.resume({ onThisServer: "yes" as never }),
      /"onThisServer" must be true or false/,
    );
  });

  test("is checked after the request itself, so that it tells a stranger nothing about attempts", async (t) => {
    const { where, browser } = await scene(t);
    await where.kit.pause();
    assert.equal((await browser.post("", { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
    assert.equal((await browser.post("", { body: { language: 1 } })).status, 400);
    assert.equal((await browser.post(`/${"A".repeat(22)}/otp`)).status, 404);
  });

  test("lets a login that is under way end: status, login and ticket", async (t) => {
    const { where, browser } = await scene(t, { options: { handOver: { to: "/login/otp" } } });
    const { attempt, otp } = await browser.start();
    await where.kit.pause();
    const stream = await browser.stream(attempt);
    await where.kit.scanned({ transactionId: transactionOf(otp) });
    await until(() => stream.events.some(({ scanned }) => scanned === true), "the scan");
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
    const login = await where.kit.redeem(ticket, { headers: { cookie: browser.cookie ?? "" } });
    assert.equal(login?.userId, "alice");
  });

  test("ends by itself at its time, and a page is told to come back no later than then, spread over ten seconds", async (t) => {
    const { clock, where, browser } = await scene(t);
    await where.kit.pause({ until: new Date(clock.now() + 90_000) });
    holds((await refusal(await browser.post(""))).retryAfter >= 30);
    await clock.advance(80);
    const { retryAfter } = await refusal(await browser.post(""));
    holds(retryAfter >= 10 && retryAfter <= 20, String(retryAfter));
    await clock.advance(9.9);
    holds(isRefused(await refusal(await browser.post(""))));
    await clock.advance(0.1);
    await browser.start();
    assert.deepEqual(pauses(where.events), [
      { type: "login_paused", level: "warn", until: "2026-01-01T00:01:30.000Z" },
      { type: "login_resumed", level: "warn", cause: "until" },
    ]);
  });

  test("tells a page in how many seconds it ends, where somebody has said when", async (t) => {
    const { clock, where, browser } = await scene(t);
    const resumesIn = async () =>
      ((await (await browser.post("")).json()) as { resumes_in?: number }).resumes_in;
    await where.kit.pause();
    assert.equal(await resumesIn(), undefined);
    // Never 0, and never too early.
    for (const [left, seconds] of [
      [3_600_000, 3600],
      [89_001, 90],
      [1, 1],
    ] as const) {
      await where.kit.pause({ until: clock.now() + left });
      assert.equal(await resumesIn(), seconds);
    }
    await where.kit.pause({ onThisServer: true });
    assert.equal(await resumesIn(), undefined);
  });

  test("is reported once, and again with another end; resuming what is not paused is not", async (t) => {
    const { clock, where } = await scene(t);
    await where.kit.resume();
    await where.kit.pause();
    await where.kit.pause();
    await where.kit.pause({ until: clock.now() + 1000 });
    await where.kit.resume();
    await where.kit.resume();
    assert.deepEqual(pauses(where.events), [
      { type: "login_paused", level: "warn" },
      { type: "login_paused", level: "warn", until: "2026-01-01T00:00:01.000Z" },
      { type: "login_resumed", level: "warn", cause: "resume" },
    ]);
    assert.equal(clock.timers, 0);
  });

  test("is in health(), which stays healthy", async (t) => {
    const { clock, where } = await scene(t);
    const until = clock.now() + 60_000;
    await where.kit.pause({ until });
    const { healthy, paused } = await where.kit.health();
    assert.deepEqual({ healthy, paused }, { healthy: true, paused: { until } });
    await clock.advance(60);
    assert.equal((await where.kit.health()).paused, undefined);
  });

  test("holds for every kit of the site on the store, also one that is created later, and for no other site", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const { url } = await scriptedTokenServer(t);
    const node = (origin: string) =>
      site(t, { runtime: clock, tokenServerUrl: url, options: { store, origin } });
    const origin = "http://localhost:3000";
    const first = await node(origin);
    const other = await node("http://localhost:4000");
    await new Browser({ url: other.url, origin: "http://localhost:4000" }).start();
    await first.kit.pause();
    const later = await node(origin);
    for (const { url } of [first, later])
      holds(isRefused(await refusal(await new Browser({ url, origin }).post(""))));
    await new Browser({ url: other.url, origin: "http://localhost:4000" }).start();
    await later.kit.resume();
    await new Browser({ url: first.url, origin }).start();
    assert.equal(pauses(other.events).length, 0);
    assert.equal(pauses(later.events).length, 2);
  });

  test("costs a start no call of the store", async (t) => {
    const store = memoryStore();
    let calls = 0;
    const counted: AttemptStore = {
      ...store,
      pauseSwitch: (origin) =>
        wrapped(store.pauseSwitch!(origin), (work) => {
          calls += 1;
          return work();
        }),
    };
    const { browser } = await scene(t, { options: { store: counted } });
    await browser.start();
    const callsOfFirst = calls;
    for (let starts = 0; starts < 3; starts++) await browser.start();
    assert.equal(calls, callsOfFirst);
  });

  test("of a kit whose store has no switch is for this kit alone, and is refused if the store is shared", async (t) => {
    const store: AttemptStore = memoryStore();
    delete store.pauseSwitch;
    const { where, browser } = await scene(t, { options: { store } });
    await where.kit.pause();
    holds(isRefused(await refusal(await browser.post(""))));
    await where.kit.resume();
    await browser.start();
    const shared = await scene(t, { options: { store: { ...store, isShared: true } } });
    for (const method of ["pause", "resume"] as const)
      await assert.rejects(shared.where.kit[method](), {
        name: "TypeError",
        message: `kit.${method}: the store is shared, but has no "pauseSwitch", so the other servers would not hear of it`,
      });
  });

  test("rejects while the store does not work, and no start passes before the store was read", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    let isBroken = true;
    let calls = 0;
    const broken: AttemptStore = {
      ...store,
      pauseSwitch: (origin) =>
        wrapped(store.pauseSwitch!(origin), (work) => {
          calls += 1;
          return isBroken ? Promise.reject(new Error("The store is down.")) : work();
        }),
    };
    const { where, browser } = await scene(t, { runtime: clock, options: { store: broken } });
    for (const method of ["pause", "resume"] as const)
      await assert.rejects(where.kit[method](), { name: "StoreUnavailable" });
    const unavailable = { status: 503, error: "temporarily_unavailable" };
    const start = async () => {
      const { status, error } = await refusal(await browser.post(""));
      return { status, error };
    };
    assert.deepEqual(await start(), unavailable);
    const callsThen = calls;
    assert.deepEqual(await start(), unavailable);
    assert.equal(calls, callsThen);
    isBroken = false;
    assert.equal(
      await store.pauseSwitch!(where.origin).compareAndSet(undefined, stored({ version: 1 })),
      true,
    );
    await clock.advance(1);
    holds(isRefused(await refusal(await browser.post(""))));
  });

  test("takes only a time in the future, and says what is wrong", async (t) => {
    const { clock, where } = await scene(t);
    const { now } = clock;
    const past = '"until" is in the past';
    for (const [options, wrong] of [
      [{ until: now() }, past],
      [{ until: new Date(now() - 1) }, past],
      // Seconds.
      [{ until: now() / 1000 + 3600 }, past],
      [{ until: -Infinity }, '"until" is not a time'],
      [{ until: Infinity }, '"until" is not a time'],
      [{ until: NaN }, '"until" is not a time'],
      [{ until: new Date("soon") }, '"until" is not a time'],
      [{ until: 8.64e15 + 1 }, '"until" is not a time'],
      [{ until: "2026-01-01T01:00:00Z" }, '"until" is of type string'],
      [{ until: null }, '"until" is of type null'],
      [{ until: 1n }, '"until" is of type bigint'],
    ] as const)
      await assert.rejects(where.kit.pause(options as object), {
        name: "TypeError",
        message: `kit.pause: ${wrong}; expected a Date or milliseconds since the epoch, in the future`,
      });
    await assert.rejects(
      where.kit.pause({ till: 1 } as object),
      /^TypeError: kit.pause: there is no option "till"/,
    );
    for (const options of [null, 5, "now"])
      await assert.rejects(where.kit.pause(options as unknown as object), /the options are wrong/);
    assert.equal((await where.kit.health()).paused, undefined);
    await where.kit.pause({ until: undefined });
    assert.deepEqual((await where.kit.health()).paused, {});
  });

  test("takes by and reason, at most 100 characters each, and says what is wrong with one", async (t) => {
    const { where } = await scene(t);
    const rule = "must be a string of at most 100 characters without control or invisible characters";
    for (const method of ["pause", "resume"] as const) {
      for (const name of ["by", "reason"])
        for (const wrong of [
          "x".repeat(101),
          "a\nb",
          "a\u0000",
          "\u001b[31m",
          "\u0085",
          "\u202eops",
          "a\u2028",
          5,
          null,
          {},
        ])
          await assert.rejects(where.kit[method]({ [name]: wrong }), {
            name: "TypeError",
            message: `kit.${method}: "${name}" ${rule}`,
          });
      await assert.rejects(where.kit[method]({ why: 1 } as object), /there is no option "why"/);
    }
    await assert.rejects(where.kit.resume({ until: 1 } as object), /there is no option "until"/);
    assert.deepEqual(pauses(where.events), []);
    const longest = { by: "é".repeat(100), reason: "😀".repeat(100) };
    await where.kit.pause(longest);
    assert.deepEqual((await where.kit.health()).paused, longest);
  });

  test("says by whom and why in the events of each server and in health(), and in no answer to a page", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const origin = "http://localhost:3000";
    const [one, other] = [
      await site(t, { runtime: clock, options: { store, origin } }),
      await site(t, { runtime: clock, options: { store, origin } }),
    ];
    for (const { kit } of [one, other]) await kit.health();
    const paused = { by: "jane@ops", reason: "the app's release" };
    await one.kit.pause(paused);
    await until(async () => (await other.kit.health()).paused !== undefined, "the pause on the other server");
    const answer = await new Browser({ url: other.url, origin }).post("");
    const page = JSON.stringify([...answer.headers]) + (await answer.text());
    assert.doesNotMatch(page, /jane|release/);
    // The reason alone is another word.
    await other.kit.pause({ ...paused, reason: "a fault" });
    await until(async () => (await one.kit.health()).paused?.reason === "a fault", "the other reason");
    await other.kit.resume({ by: "joe", reason: "released" });
    await until(async () => (await one.kit.health()).paused === undefined, "the end");
    for (const { events } of [one, other])
      assert.deepEqual(pauses(events), [
        { type: "login_paused", level: "warn", ...paused },
        { type: "login_paused", level: "warn", ...paused, reason: "a fault" },
        { type: "login_resumed", level: "warn", cause: "resume", by: "joe", reason: "released" },
      ]);
  });

  test("that ends by its own time was ended by nobody", async (t) => {
    const { clock, where } = await scene(t);
    await where.kit.pause({ until: clock.now() + 1000, by: "jane" });
    await clock.advance(1);
    assert.deepEqual(pauses(where.events).at(-1), { type: "login_resumed", level: "warn", cause: "until" });
  });

  test("leaves no timer and no subscription behind a kit that is closed", async (t) => {
    const { clock, where } = await scene(t);
    await where.kit.pause({ until: clock.now() + 60_000 });
    assert.equal(clock.timers, 1);
    await where.kit.close();
    assert.equal(clock.timers, 0);
    const { length } = where.events;
    await where.kit.resume();
    assert.equal(where.events.length, length);
  });
});
