import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { anAttempt } from "./store-suite.js";

const attempt = (id: string, forgetAt: number, transaction = `transaction of ${id}`) =>
  anAttempt({ id, forgetAt, transactions: [{ id: transaction, endsAt: forgetAt, closed: false }] });

/** A store with a clock that the test sets. Set back, it shows attempts that are over but not deleted. */
function scene() {
  const time = { now: 0 };
  return { time, store: memoryStore(() => time.now) };
}

describe("the memory store", () => {
  test("forgets an attempt at exactly its `forgetAt`", async () => {
    const { time, store } = scene();
    await store.create(attempt("one", 5000));
    time.now = 4999;
    assert.equal((await store.get("one"))?.id, "one");
    assert.equal((await store.findByTransaction("transaction of one"))?.id, "one");
    time.now = 5000;
    assert.equal(await store.get("one"), undefined);
    assert.equal(await store.findByTransaction("transaction of one"), undefined);
  });

  test("deletes attempts that are over, with their transactions, at a creation ten seconds after the last sweep", async () => {
    const { time, store } = scene();
    await store.create(attempt("over", 10_000));
    await store.create(attempt("alive", 10_001));
    time.now = 10_000;
    await store.create(attempt("newcomer", 99_000));
    time.now = 0;
    assert.equal(await store.get("over"), undefined);
    await store.create({ ...attempt("over", 99_000), transactions: [] });
    assert.equal(await store.findByTransaction("transaction of over"), undefined);
    assert.equal((await store.get("alive"))?.id, "alive");
    assert.equal((await store.findByTransaction("transaction of alive"))?.id, "alive");
  });

  test("does not sweep more often", async () => {
    const { time, store } = scene();
    await store.create(attempt("over", 5000));
    time.now = 9999;
    await store.create(attempt("newcomer", 99_000));
    time.now = 0;
    assert.equal((await store.get("over"))?.id, "over");
  });

  test("sweeps again after ten more seconds", async () => {
    const { time, store } = scene();
    for (const now of [10_000, 20_000]) {
      await store.create(attempt("over", now));
      time.now = now;
      await store.create(attempt("newcomer", 99_000));
      time.now = 0;
      assert.equal(await store.get("over"), undefined, `swept at ${now}`);
    }
  });

  test("keeps a transaction that another attempt has now", async () => {
    const { time, store } = scene();
    await store.create(attempt("first", 5000, "shared"));
    await store.create(attempt("second", 99_000, "shared"));
    time.now = 10_000;
    await store.create(attempt("newcomer", 99_000));
    assert.equal((await store.findByTransaction("shared"))?.id, "second");
  });

  test("accepts a change after its only listener was removed, also twice", async () => {
    const { store } = scene();
    await store.create(attempt("one", 5000));
    let calls = 0;
    const leave = await store.subscribe("one", () => (calls += 1));
    leave();
    leave();
    assert.equal(await store.compareAndSet("one", 1, { ...attempt("one", 5000), version: 2 }), true);
    assert.equal(calls, 0);
  });
});
