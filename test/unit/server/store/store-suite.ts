import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test, type TestContext } from "node:test";
import type { Attempt, AttemptStore } from "onegini-otp-login/server";
import { until, holds } from "../../../support/until.js";

/** What a Token Server, a proxy or a site's own function may give by mistake, or a stranger on purpose. */
const hostileTexts = {
  "a NUL": "a\0b",
  "the name of a prototype": "__proto__",
  "marks for the direction of writing": "\u202eecila\u2066",
  "half of a surrogate pair": "\ud83d",
  "the other half": "x\ude00",
  "what looks like the stored version": '","version":7,"x":"',
  "50 kB": "€".repeat(17_000),
};

/** One store, opened twice as by two servers. The same object twice where a store is for one process. */
interface StoreUnderTest {
  name: string;
  open: (t: TestContext) => Promise<{ store: AttemptStore; other: AttemptStore }>;
}

/** The behaviour of every store. */
export function describeStore({ name, open }: StoreUnderTest): void {
  /** The same with an attempt that has begun. */
  const begun = async (t: TestContext, changes?: Partial<Attempt>) => {
    const { store, other } = await open(t);
    const attempt = anAttempt(changes);
    await store.create(attempt);
    return { store, other, attempt };
  };

  describe(`the store: ${name}`, () => {
    test("gives back what it was given, each time equal", async (t) => {
      const { store, other, attempt } = await begun(t, { language: "nl" });
      assert.deepEqual(await store.get(attempt.id), attempt);
      assert.deepEqual(await other.get(attempt.id), attempt);
    });

    test("keeps the site of an attempt, also when the attempt is replaced", async (t) => {
      const { store, other, attempt } = await begun(t, { origin: "https://www.example.com" });
      assert.deepEqual(await other.get(attempt.id), attempt);
      const next = { ...attempt, version: 2 };
      assert.equal(await other.compareAndSet(attempt.id, 1, next), true);
      assert.deepEqual(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), next);
    });

    test("keeps when the callback of a code came", async (t) => {
      const { store, other, attempt } = await begun(t);
      const transactions = attempt.transactions.map((code) => ({ ...code, calledBackAt: code.endsAt - 1 }));
      const next = { ...attempt, version: 2, transactions };
      assert.equal(await store.compareAndSet(attempt.id, 1, next), true);
      assert.deepEqual(await other.get(attempt.id), next);
    });

    test("keeps the scans of a code, and which code was accepted", async (t) => {
      const { store, other, attempt } = await begun(t);
      const scanned = { at: 1, address: "192.0.2.1", userAgent: "App/1.0", startedCount: 1 };
      const otherScans = [{ at: 2, userId: "bob", startedCount: 1 }];
      const transactions = attempt.transactions.map((transaction) => ({
        ...transaction,
        scanned,
        otherScans,
      }));
      const state = { status: "approved", userId: "alice", transaction: transactions[0]!.id, at: 2 } as const;
      const next = { ...attempt, version: 2, transactions, state };
      assert.equal(await store.compareAndSet(attempt.id, 1, next), true);
      assert.deepEqual(await other.get(attempt.id), next);
    });

    test("keeps the ticket of a login, and that it was redeemed", async (t) => {
      const { store, other, attempt } = await begun(t);
      const completed = {
        status: "completed",
        userId: "alice",
        transaction: "one",
        at: 2,
        approvedAt: 1,
      } as const;
      const ticket = { hash: "hash", endsAt: 60_002 };
      const issued = { ...attempt, version: 2, state: { ...completed, ticket } };
      assert.equal(await store.compareAndSet(attempt.id, 1, issued), true);
      assert.deepEqual(await other.get(attempt.id), issued);
      const redeemed = {
        ...issued,
        version: 3,
        state: { ...completed, ticket: { ...ticket, redeemedAt: 3 } },
      };
      assert.equal(await other.compareAndSet(attempt.id, 2, redeemed), true);
      assert.equal(await store.compareAndSet(attempt.id, 2, redeemed), false);
      assert.deepEqual(await store.get(attempt.id), redeemed);
    });

    for (const [title, text] of Object.entries(hostileTexts)) {
      test(`keeps ${title} in each text, also when the attempt is replaced`, async (t) => {
        const { store, other, attempt } = await begun(t, { language: text, address: text, userAgent: text });
        assert.deepEqual(await other.get(attempt.id), attempt);
        const state = { status: "approved", userId: text, transaction: "one", at: 1 } as const;
        const next = { ...attempt, version: 2, state };
        assert.equal(await store.compareAndSet(attempt.id, 1, next), true);
        assert.deepEqual(await other.get(attempt.id), next);
        const last = { ...next, version: 3 };
        assert.equal(await store.compareAndSet(attempt.id, 2, last), true);
        assert.equal(await store.compareAndSet(attempt.id, 2, last), false);
        assert.deepEqual(await other.get(attempt.id), last);
      });
    }

    for (const format of [0, 2]) {
      test(`gives back an attempt of format ${format} as it is, or rejects as unreadable and replaces nothing`, async (t) => {
        const { store, other } = await open(t);
        const attempt = { ...anAttempt(), format } as unknown as Attempt;
        await store.create(attempt);
        const [transaction] = attempt.transactions;
        const read = { byId: other.get(attempt.id), byTransaction: other.findByTransaction(transaction!.id) };
        if ((await read.byId.catch(kindOf)) !== "unreadable") {
          assert.deepEqual([await read.byId, await read.byTransaction], [attempt, attempt]);
          return;
        }
        assert.equal(await read.byTransaction.catch(kindOf), "unreadable");
        assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, format: 1, version: 2 }), false);
        assert.equal(await store.get(attempt.id).catch(kindOf), "unreadable");
      });
    }

    test("knows no id that it was not given", async (t) => {
      const { store } = await open(t);
      for (const id of ["", "nobody", "__proto__", "constructor", "*", "a b", "é", "x".repeat(1000)]) {
        assert.equal(await store.get(id), undefined);
        assert.equal(await store.findByTransaction(id), undefined);
        assert.equal(await store.compareAndSet(id, 1, anAttempt()), false);
        assert.equal(await store.get(id), undefined);
      }
    });

    test("replaces an attempt whose version is the one that was read", async (t) => {
      const { store, other, attempt } = await begun(t);
      const next = { ...attempt, version: 2, state: { status: "denied", at: 1 } as const };
      assert.equal(await other.compareAndSet(attempt.id, 1, next), true);
      assert.deepEqual(await store.get(attempt.id), next);
    });

    test("replaces nothing if the version is another", async (t) => {
      const { store, attempt } = await begun(t);
      for (const version of [0, 2, 1.5, -1]) {
        assert.equal(await store.compareAndSet(attempt.id, version, { ...attempt, version: 9 }), false);
      }
      assert.deepEqual(await store.get(attempt.id), attempt);
    });

    test("lets exactly one of several writers win, on both servers", async (t) => {
      const { store, other, attempt } = await begun(t);
      const writers = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? store : other).compareAndSet(attempt.id, 1, {
          ...attempt,
          version: 2,
          startedCount: index,
        }),
      );
      const wins = (await Promise.all(writers)).flatMap((won, index) => (won ? [index] : []));
      assert.equal(wins.length, 1);
      assert.equal((await store.get(attempt.id))?.startedCount, wins[0]);
    });

    test("finds the owner of a transaction, from the start and from a renewal", async (t) => {
      const { store, other, attempt } = await begun(t);
      const renewed = {
        ...attempt,
        version: 2,
        transactions: [...attempt.transactions, { id: randomUUID(), endsAt: 1, closed: false }],
      };
      assert.equal(await other.findByTransaction(renewed.transactions[1]?.id ?? ""), undefined);
      assert.equal(await store.compareAndSet(attempt.id, 1, renewed), true);
      for (const { id } of renewed.transactions) assert.deepEqual(await other.findByTransaction(id), renewed);
    });

    test("finds no owner for a transaction whose attempt was not replaced", async (t) => {
      const { store, attempt } = await begun(t);
      const id = randomUUID();
      const transactions = [...attempt.transactions, { id, endsAt: 1, closed: false }];
      assert.equal(await store.compareAndSet(attempt.id, 7, { ...attempt, transactions }), false);
      assert.equal(await store.findByTransaction(id), undefined);
    });

    test("forgets an attempt and its transactions when it may", async (t) => {
      const { store, attempt } = await begun(t, { forgetAt: Date.now() + 60 });
      await until(async () => !(await store.get(attempt.id)), "the attempt to be forgotten");
      const [transaction] = attempt.transactions;
      const isFound = async () => (await store.findByTransaction(transaction?.id ?? "")) !== undefined;
      await until(async () => !(await isFound()), "its transaction to be forgotten");
      assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), false);
    });

    test("keeps an attempt longer when its replacement says so", async (t) => {
      const { store } = await open(t);
      const replaceInTime = async (lifeMs: number): Promise<[Attempt, Attempt]> => {
        const attempt = anAttempt({ forgetAt: Date.now() + lifeMs });
        await store.create(attempt);
        const next = { ...attempt, version: 2, forgetAt: Date.now() + 60_000 };
        if (await store.compareAndSet(attempt.id, 1, next)) return [attempt, next];
        // A busy machine was too slow for so short a life.
        holds(lifeMs < 10_000, "The attempt is not replaced");
        return replaceInTime(lifeMs * 2);
      };
      const [attempt, next] = await replaceInTime(100);
      await until(() => Date.now() > attempt.forgetAt + 20, "the time to pass");
      assert.deepEqual(await store.get(attempt.id), next);
      assert.deepEqual(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), next);
    });

    test("calls a listener for every change from the moment the subscription has resolved", async (t) => {
      const { store, other, attempt } = await begun(t);
      let told = 0;
      const unsubscribe = await store.subscribe(attempt.id, () => (told += 1));
      await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
      await until(() => told >= 1, "the notice");
      await store.compareAndSet(attempt.id, 2, { ...attempt, version: 3 });
      await until(() => told >= 2, "the second notice");
      unsubscribe();
    });

    test("calls a listener when the change can be read", async (t) => {
      const { store, other, attempt } = await begun(t);
      const read: Promise<Attempt | undefined>[] = [];
      const unsubscribe = await store.subscribe(attempt.id, () => read.push(store.get(attempt.id)));
      await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
      await until(() => read.length > 0, "the notice");
      assert.equal((await read.at(-1))?.version, 2);
      unsubscribe();
    });

    test("calls each listener of the attempt, the same function twice if it subscribed twice, and no others", async (t) => {
      const { store } = await open(t);
      const [one, two] = [anAttempt(), anAttempt()];
      await store.create(one);
      await store.create(two);
      const told = { one: 0, both: 0, two: 0 };
      const both = (): number => (told.both += 1);
      const ends = [
        await store.subscribe(one.id, () => (told.one += 1)),
        await store.subscribe(one.id, both),
        await store.subscribe(one.id, both),
        await store.subscribe(two.id, () => (told.two += 1)),
      ];
      await store.compareAndSet(one.id, 1, { ...one, version: 2 });
      await until(() => told.one >= 1 && told.both >= 2, "the notices");
      assert.equal(told.two, 0);
      ends[1]?.();
      await store.compareAndSet(one.id, 2, { ...one, version: 3 });
      await until(() => told.one >= 2 && told.both >= 3, "the notices of the second change");
      for (const end of ends) end();
    });

    test("calls no listener that has unsubscribed, and unsubscribing twice does no harm", async (t) => {
      const { store, attempt } = await begun(t);
      const told = { gone: 0, here: 0 };
      const leave = await store.subscribe(attempt.id, () => (told.gone += 1));
      const end = await store.subscribe(attempt.id, () => (told.here += 1));
      leave();
      leave();
      await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
      await until(() => told.here >= 1, "the notice");
      assert.equal(told.gone, 0);
      end();
    });

    test("takes a subscription to an attempt that does not exist yet", async (t) => {
      const { store } = await open(t);
      const attempt = anAttempt();
      let told = 0;
      const end = await store.subscribe(attempt.id, () => (told += 1));
      await store.create(attempt);
      await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
      await until(() => told >= 1, "the notice");
      end();
    });

    test("calls no listener when a replacement fails", async (t) => {
      const { store, attempt } = await begun(t);
      let told = 0;
      const end = await store.subscribe(attempt.id, () => (told += 1));
      const before = told;
      await store.compareAndSet(attempt.id, 5, { ...attempt, version: 6 });
      await store.get(attempt.id);
      assert.equal(told, before);
      end();
    });

    test("keeps the text of a site's pause as it was given, for that site only, on both servers, while nobody listens", async (t) => {
      const { store, other } = await open(t);
      const origin = aSite();
      const [here, there] = [store.pauseSwitch!(origin), other.pauseSwitch!(origin)];
      let before: string | undefined;
      for (const reason of Object.values(hostileTexts)) {
        const text = JSON.stringify({ paused: true, reason });
        assert.equal(await there.read(), before);
        assert.equal(await here.compareAndSet(before, text), true);
        before = text;
      }
      assert.equal(await other.pauseSwitch!(origin).read(), before);
      assert.equal(await store.pauseSwitch!(aSite()).read(), undefined);
    });

    test("replaces the text of a pause only where the one before is the one that was read", async (t) => {
      const { store, other } = await open(t);
      const origin = aSite();
      const [here, there] = [store.pauseSwitch!(origin), other.pauseSwitch!(origin)];
      assert.equal(await here.compareAndSet("another", "one"), false);
      assert.equal(await there.read(), undefined);
      assert.equal(await here.compareAndSet(undefined, "one"), true);
      for (const wrong of [undefined, "", "on", "one ", "two"])
        assert.equal(await there.compareAndSet(wrong, "two"), false);
      assert.equal(await here.read(), "one");
      assert.equal(await there.compareAndSet("one", "two"), true);
      assert.equal(await here.read(), "two");
    });

    test("lets exactly one of several writers of a pause win, on both servers, where there was none and where there was one", async (t) => {
      const { store, other } = await open(t);
      const origin = aSite();
      const switches = [store.pauseSwitch!(origin), other.pauseSwitch!(origin)];
      let before: string | undefined;
      for (const round of ["first", "second"]) {
        const texts = Array.from({ length: 20 }, (_, index) => `${round} ${index}`);
        const wins = await Promise.all(
          texts.map((text, index) => switches[index % 2]!.compareAndSet(before, text)),
        );
        const winners = texts.filter((_, index) => wins[index]);
        assert.equal(winners.length, 1);
        before = await switches[0]!.read();
        assert.equal(before, winners[0]);
      }
    });

    test("calls a listener of a pause after each change, when it can be read, on both servers", async (t) => {
      const { store, other } = await open(t);
      const origin = aSite();
      const [here, there] = [store.pauseSwitch!(origin), other.pauseSwitch!(origin)];
      const read: (string | undefined)[] = [];
      const end = await here.subscribe(() => void here.read().then((text) => read.push(text)));
      await there.compareAndSet(undefined, "one");
      await until(() => read.at(-1) === "one", "the first change");
      await here.compareAndSet("one", "two");
      await until(() => read.at(-1) === "two", "the second change");
      end();
    });

    test("calls the listeners of a pause for their own site only, and none that has unsubscribed", async (t) => {
      const { store } = await open(t);
      const [one, two] = [store.pauseSwitch!(aSite()), store.pauseSwitch!(aSite())];
      const told = { gone: 0, here: 0, two: 0 };
      const leave = await one.subscribe(() => (told.gone += 1));
      const ends = [await one.subscribe(() => (told.here += 1)), await two.subscribe(() => (told.two += 1))];
      leave();
      leave();
      await one.compareAndSet(undefined, "one");
      await until(() => told.here > 0, "the notice");
      assert.deepEqual([told.gone, told.two], [0, 0]);
      for (const end of ends) end();
    });
  });
}

const kindOf = (error: unknown): unknown => (error as { kind?: unknown }).kind;

/** A site that no other test uses. */
const aSite = (): string => `https://${randomUUID()}.example.com`;

/** An attempt that is pending for a minute. */
export function anAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    format: 1,
    id: randomUUID(),
    version: 1,
    origin: "https://www.example.com",
    browser: "hash",
    startedAt: Date.now(),
    transactions: [{ id: randomUUID(), endsAt: Date.now() + 60_000, closed: false }],
    startedCount: 1,
    state: { status: "pending" },
    forgetAt: Date.now() + 60_000,
    ...changes,
  };
}
