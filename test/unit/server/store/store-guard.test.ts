import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  memoryStore,
  type Attempt,
  type AttemptStore,
  type Counted,
  type LoginKitEvent,
  type RateLimiter,
} from "onegini-otp-login/server";
import { StoreGuard, StoreUnavailable } from "../../../../src/server/store/store-guard.js";
import { Browser } from "../support/browser.js";
import { site } from "../support/site.js";
import { until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { anAttempt } from "./store-suite.js";
import { eventsOf, pluck } from "../support/events.js";
import { errorOf, transactionOf, postCallback } from "../support/login.js";

/** What a store of a site's own may answer with in place of an attempt that this version can read. */
const unreadable: Record<string, (attempt: Attempt) => unknown> = {
  "of format 0": (attempt) => ({ ...attempt, format: 0 }),
  "of format 2": ({ id }) => ({ format: 2, id, everythingElse: "changed" }),
  "without a format": ({ format: _, ...attempt }) => attempt,
  "that the store cannot read": () => {
    throw Object.assign(new Error("format 2"), { kind: "unreadable" });
  },
};

for (const [what, make] of Object.entries(unreadable))
  describe(`an attempt ${what}`, () => {
    /** A site whose store has such attempts from some moment on. */
    async function scene(t: TestContext) {
      const memory = memoryStore();
      let hasChanged = false;
      let written = 0;
      const changed = (attempt: Attempt | undefined) =>
        attempt && hasChanged ? (make(attempt) as Attempt) : attempt;
      const store: AttemptStore = {
        ...memory,
        get: async (id) => changed(await memory.get(id)),
        findByTransaction: async (id) => changed(await memory.findByTransaction(id)),
        compareAndSet(...args) {
          if (hasChanged) written += 1;
          return memory.compareAndSet(...args);
        },
      };
      const where = await site(t, { options: { store, handOver: { to: "/login/otp" } } });
      const browser = new Browser(where);
      return {
        where,
        browser,
        change: () => (hasChanged = true),
        written: () => written,
      };
    }

    test("is 404 for each call of its browser, and one event reports it", async (t) => {
      const { where, browser, change, written } = await scene(t);
      const { attempt } = await browser.start();
      change();
      for (const call of [
        () => browser.get(`/${attempt}`),
        () => browser.get(`/${attempt}`, { headers: { accept: "text/event-stream" } }),
        () => browser.post(`/${attempt}/otp`),
        () => browser.logIn(attempt),
      ]) {
        const answer = await call();
        assert.deepEqual(await errorOf(answer), [404, "unknown_attempt"]);
      }
      const told = eventsOf(where, "store_unreadable").map(({ level, what: kind }) => [level, kind]);
      assert.deepEqual(told, [["error", "attempt"]]);
      const faults = where.events.filter(({ type }) => type === "store_trouble" || type === "internal_error");
      assert.deepEqual(faults, []);
      assert.equal(written(), 0);
    });

    test("is unknown to a callback, which is answered 204 as ever", async (t) => {
      const { where, browser, change } = await scene(t);
      const { otp } = await browser.start();
      change();
      assert.equal((await postCallback(where, transactionOf(otp))).status, 204);
      await until(() => eventsOf(where, "store_unreadable").length === 1, "the event");
      assert.deepEqual(where.emulator.polls, []);
    });

    test("gives no login for its ticket", async (t) => {
      const { where, browser, change } = await scene(t);
      const { attempt, otp } = await browser.start();
      await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
      await browser.approval(attempt);
      const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
      change();
      assert.equal(await where.kit.redeem(ticket, { headers: { cookie: browser.cookie ?? "" } }), undefined);
      assert.equal(eventsOf(where, "store_unreadable").length, 1);
    });
  });

describe("what a store cannot read", () => {
  function scene(methods: Partial<AttemptStore> = {}) {
    const clock = new VirtualClock();
    const events: LoginKitEvent[] = [];
    const store = { ...memoryStore(), ...methods };
    const guard = new StoreGuard(store, "https://www.example.com", clock, (event) => events.push(event));
    return { clock, events, guard };
  }

  test("is reported at most once a minute, of each kind", async () => {
    const { clock, events, guard } = scene();
    const report = (): void => {
      guard.unreadable("attempt", "cannot read an attempt with format 2");
      guard.unreadable("limit", "cannot read a limit with format 2");
    };
    report();
    report();
    await clock.advance(59);
    report();
    assert.deepEqual(
      events,
      (["attempt", "limit"] as const).map((what) => ({
        type: "store_unreadable",
        level: "error",
        what,
        description: `cannot read ${what === "limit" ? "a" : "an"} ${what} with format 2`,
      })),
    );
    await clock.advance(1);
    report();
    assert.equal(events.length, 4);
  });

  test("is named by its format, and nothing else of it", async () => {
    let stored: unknown;
    const { clock, events, guard } = scene({ get: () => Promise.resolve(stored as Attempt) });
    for (const [format, description] of [
      [2, "format 2"],
      ["a secret", "no format"],
      [1e300, "no format"],
      [null, "no format"],
    ]) {
      stored = { format };
      assert.equal(await guard.get("a"), undefined);
      assert.equal(
        eventsOf({ events }, "store_unreadable").at(-1)?.description,
        `cannot read an attempt with ${String(description)}`,
      );
      await clock.advance(60);
    }
  });

  test("is no failure of the store; any other error is", async () => {
    const attempt = anAttempt();
    const { events, guard } = scene({
      get: () => Promise.reject(Object.assign(new Error("refused"), { kind: "refused" })),
      findByTransaction: () => Promise.reject(Object.assign(new Error("format 2"), { kind: "unreadable" })),
    });
    assert.equal(await guard.findByTransaction(attempt.id), undefined);
    await assert.rejects(guard.get(attempt.id), StoreUnavailable);
    assert.deepEqual(pluck(events, "type"), ["store_unreadable", "store_trouble"]);
  });
});

test("a start is 429 for as long as the store says if it cannot read the count, and one event reports it", async (t) => {
  const found: Counted = { allowed: false, used: 4, resetMs: 41_000, unreadable: "format 2" };
  const limiter = (): RateLimiter => ({ count: () => Promise.resolve(found) });
  const { events, ...where } = await site(t, { options: { store: { ...memoryStore(), limiter } } });
  for (let start = 0; start < 3; start++) {
    const answer = await new Browser(where).post("");
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "41"]);
  }
  assert.deepEqual(eventsOf({ events }, "store_unreadable"), [
    {
      type: "store_unreadable",
      level: "error",
      what: "limit",
      description: "cannot read a limit with format 2",
    },
  ]);
});
