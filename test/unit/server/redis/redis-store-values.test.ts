import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAttempt } from "../../../../src/server/redis/redis-store.js";
import { RedisStoreError } from "../../../../src/server/redis/redis-errors.js";
import { redisKeys } from "../../../../src/server/redis/redis-scripts.js";
import { holds } from "../../../support/until.js";

const bare = {
  id: "a",
  version: 3,
  origin: "https://www.example.com",
  browser: "hash",
  startedAt: 1000.5,
  transactions: [{ id: "t", endsAt: 61_000, closed: true }],
  startedCount: 2,
  state: { status: "pending" },
  forgetAt: 131_000,
};

const whole = {
  ...bare,
  language: "nl",
  address: "192.0.2.1",
  userAgent: "Test/1.0",
};

/** The message of the error for a key with this value. */
function errorOf(json: unknown): string {
  try {
    parseAttempt("site:attempt:a", "a", json);
  } catch (error) {
    holds(error instanceof RedisStoreError && error.kind === "unreadable", String(error));
    return error.message;
  }
  throw new Error(`It was accepted: ${String(json)}`);
}

test("an attempt is read in each of its states, with and without its optional fields", () => {
  const settled = ["denied", "expired", "failed"].map((status) => ({ status, at: 5 }));
  const approved = { status: "approved", userId: "u", transaction: "t", at: 5 };
  const completed = { status: "completed", userId: "u", transaction: "t", at: 6, approvedAt: 5 };
  const repeated = { ...completed, logins: 2 };
  for (const state of [{ status: "pending" }, ...settled, approved, completed, repeated]) {
    const attempt = { ...whole, state };
    assert.deepEqual(parseAttempt("k", "a", JSON.stringify(attempt)), attempt);
  }
  assert.deepEqual(parseAttempt("k", "a", JSON.stringify(bare)), bare);
});

test("fields that a newer server added are kept", () => {
  const newer = { ...whole, added: 1, transactions: [{ id: "t", endsAt: 1, closed: false, added: [2] }] };
  assert.deepEqual(parseAttempt("k", "a", JSON.stringify(newer)), newer);
});

test("a value that is not an attempt is an error that names the wrong field", () => {
  const wrong: [string, object][] = [
    ["id", { id: 1 }],
    ["id", { id: "another" }],
    ["version", { version: 1.5 }],
    ["version", { version: "1" }],
    ["browser", { browser: null }],
    ["origin", { origin: null }],
    ["language", { language: 1 }],
    ["address", { address: 1 }],
    ["userAgent", { userAgent: null }],
    ["startedAt", { startedAt: "now" }],
    ["transactions", { transactions: {} }],
    ["transactions.0", { transactions: ["t"] }],
    ["transactions.0.id", { transactions: [{ id: 1, endsAt: 1, closed: false }] }],
    ["transactions.0.endsAt", { transactions: [{ id: "t", endsAt: null, closed: false }] }],
    ["transactions.0.closed", { transactions: [{ id: "t", endsAt: 1, closed: 0 }] }],
    [
      "transactions.0.calledBackAt",
      { transactions: [{ id: "t", endsAt: 1, closed: true, calledBackAt: "x" }] },
    ],
    ["startedCount", { startedCount: null }],
    ["state", { state: "pending" }],
    ["state.status", { state: { status: "gone" } }],
    ["state.userId", { state: { status: "approved", at: 1 } }],
    ["state.transaction", { state: { status: "approved", userId: "u", at: 1 } }],
    ["state.at", { state: { status: "completed", userId: "u", transaction: "t", approvedAt: 1 } }],
    ["state.approvedAt", { state: { status: "completed", userId: "u", transaction: "t", at: 1 } }],
    ["state.at", { state: { status: "denied" } }],
    ["forgetAt", { forgetAt: "soon" }],
  ];
  for (const [path, change] of wrong) {
    const message = `Redis: the key "site:attempt:a" does not contain an attempt (${path})`;
    assert.equal(errorOf(JSON.stringify({ ...whole, ...change })), message);
  }
  // JSON can contain a number that is too large, and becomes Infinity.
  const tooLarge = JSON.stringify(whole).replace("131000", "1e999");
  assert.equal(errorOf(tooLarge), 'Redis: the key "site:attempt:a" does not contain an attempt (forgetAt)');
});

test("a value that is not JSON, or not a text, is an error", () => {
  for (const value of ["", "garbage", "null", "1", 1, null, undefined, whole]) {
    assert.equal(errorOf(value), 'Redis: the key "site:attempt:a" does not contain an attempt');
  }
});

test("the names of keys stay the same, because servers of two versions share them", () => {
  const keys = redisKeys("site:");
  assert.deepEqual(
    [keys.attempt("a"), keys.transaction("t"), keys.clock, keys.changed],
    ["site:attempt:a", "site:transaction:t", "site:clock", "site:changed"],
  );
});
