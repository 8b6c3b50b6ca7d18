import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "../../../../src/server/store/attempt.js";
import { claim, type Claim } from "../../../../src/server/attempt/claim.js";
import { beginAttempt, change } from "../../../../src/server/attempt/transitions.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";
import { accepted, approved, begun, claimed, second, t0, transaction } from "../support/accepted-attempt.js";

const numbered = change(
  beginAttempt(
    {
      ...{ id: "attempt", origin: "https://www.example.com", browser: "hash", startedAt: t0 },
      transaction: { ...transaction, numberCode: "code", numberDigits: 4 },
    },
    timeouts,
  ),
  accepted,
  timeouts,
).next;
const outcome = (attempt: Attempt, what: Partial<Claim>): string =>
  claim(attempt, { ...claimed, ...what }, timeouts).outcome.kind;

describe("a claim", () => {
  test("completes an accepted attempt, within two minutes, and notes when it was accepted and claimed", () => {
    const { next, outcome } = claim(approved, claimed, timeouts);
    const state = {
      ...{ status: "completed", userId: "alice", transaction: "one" },
      ...{ at: t0 + 6 * second, approvedAt: t0 + 5 * second },
    };
    assert.deepEqual(next.state, state);
    assert.deepEqual(outcome, { kind: "completed", state });
    assert.equal(next.version, approved.version + 1);
    const late = claim(approved, { ...claimed, at: t0 + 125 * second }, timeouts);
    assert.deepEqual(late, { next: approved, outcome: { kind: "settled" } });
  });

  test("notes how the user showed the browser, and the new ticket", () => {
    const ticketHash = "ticket";
    for (const [proof, browser] of [
      [{ kind: "known" }, "known"],
      [{ kind: "number", codes: ["code"] }, "new"],
    ] as const) {
      const { next, outcome } = claim(numbered, { ...claimed, proof, ticketHash }, timeouts);
      assert.ok(outcome.kind === "completed");
      assert.deepEqual(next.state, outcome.state);
      assert.equal(outcome.state.browser, browser);
      assert.deepEqual(outcome.state.ticket, { hash: ticketHash, endsAt: claimed.at + 60 * second });
    }
  });

  test("has five minutes where a number has to be typed", () => {
    const typed = { kind: "number", codes: ["code"] } as const;
    assert.equal(outcome(numbered, { at: t0 + 305 * second - 1, proof: typed }), "completed");
    assert.equal(outcome(numbered, { at: t0 + 305 * second, proof: typed }), "settled");
  });

  test("counts its repetitions up to the limit, and within the time for repeating", () => {
    const once = claim(approved, claimed, timeouts).next;
    const twice = claim(once, claimed, timeouts);
    assert.equal(twice.outcome.kind, "repeated");
    assert.deepEqual(twice.next, {
      ...once,
      version: once.version + 1,
      state: { ...once.state, logins: 2 },
    });
    assert.deepEqual(claim(twice.next, claimed, timeouts), {
      next: twice.next,
      outcome: { kind: "too_often", leftMs: 60 * second },
    });
    assert.equal(outcome(once, { at: t0 + 66 * second }), "settled");
    assert.equal(outcome(once, { proof: { kind: "revoked" } }), "settled");
    const ticket = { hash: "ticket", endsAt: t0 + 66 * second, redeemedAt: claimed.at };
    assert.equal(outcome({ ...once, state: { ...once.state, ticket } as Attempt["state"] }, {}), "settled");
  });

  test("changes the attempt as the number's rule says", () => {
    const asked = claim(numbered, { ...claimed, proof: { kind: "none" } }, timeouts);
    assert.equal(asked.outcome.kind, "asked");
    assert.deepEqual(asked.next.state, { ...numbered.state, asked: true });
    const again = claim(asked.next, { ...claimed, proof: { kind: "none" } }, timeouts);
    assert.equal(again.next, asked.next);
    const wrong = claim(numbered, { ...claimed, proof: { kind: "number", codes: ["other"] } }, timeouts);
    assert.equal(wrong.outcome.kind, "wrong");
    assert.deepEqual(wrong.next.state, {
      ...numbered.state,
      ...{ asked: true, wrongNumbers: 1, lastNumber: "other" },
    });
    const refused = claim(numbered, { ...claimed, proof: { kind: "revoked" } }, timeouts);
    assert.deepEqual(refused.outcome, { kind: "refused", because: "revoked" });
    assert.deepEqual(refused.next.state, { status: "failed", at: claimed.at });
    const unavailable = claim(numbered, claimed, timeouts);
    assert.deepEqual(unavailable, { next: numbered, outcome: { kind: "unavailable" } });
  });

  test("does nothing to an attempt that is not accepted, or is over", () => {
    const over = (["denied", "expired", "failed"] as const).map((status) => ({
      ...begun,
      state: { status, at: t0 },
    }));
    for (const attempt of [begun, ...over])
      assert.deepEqual(claim(attempt, claimed, timeouts), { next: attempt, outcome: { kind: "settled" } });
  });
});
