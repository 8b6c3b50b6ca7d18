import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ApprovedState } from "../../../../src/server/store/attempt.js";
import { numberOutcome, type BrowserProof } from "../../../../src/server/attempt/number-rule.js";

const approved: ApprovedState = { status: "approved", userId: "alice", transaction: "one", at: 0 };
const code = "the code of the number";
const typed = (...codes: string[]): BrowserProof => ({ kind: "number", codes });
const none: BrowserProof = { kind: "none" };
const limited: BrowserProof = { kind: "limited", by: "browser", retryAfterMs: 1000 };

const outcomes = (of: string | undefined, proofs: readonly BrowserProof[]): unknown[] =>
  proofs.map((proof) => {
    const outcome = numberOutcome(approved, of, proof);
    return outcome.kind === "refused"
      ? outcome.because
      : [outcome.kind, "browser" in outcome && outcome.browser];
  });

describe("a code with a number", () => {
  test("logs in with it, in a browser that is known, and in no other way", () => {
    const proofs = [typed(code), typed("old key", code), { kind: "known" }, none, typed("other")] as const;
    assert.deepEqual(outcomes(code, proofs), [
      ["allowed", "new"],
      ["allowed", "new"],
      ["allowed", "known"],
      ["asked", false],
      ["wrong", false],
    ]);
    assert.deepEqual(outcomes(code, [{ kind: "not_asked" }, { kind: "revoked" }, limited]), [
      ["unavailable", false],
      "revoked",
      "limit",
    ]);
  });

  test("is refused for as long as a limit lasts", () => {
    const limit = { by: "browser", retryAfterMs: 1000 };
    assert.deepEqual(numberOutcome(approved, code, limited), { kind: "refused", because: "limit", limit });
  });

  test("has no use for what a code without one may be allowed", () => {
    assert.deepEqual(outcomes(code, [{ kind: "none", allowsUnnumbered: true }]), [["asked", false]]);
  });

  test("has three tries, whoever was asked before; the third wrong number refuses the login", () => {
    let state = approved;
    for (const [index, [number, triesLeft]] of (
      [
        ["first", 2],
        ["second", 1],
      ] as const
    ).entries()) {
      const outcome = numberOutcome(state, code, typed(number, "by an older key"));
      assert.ok(outcome.kind === "wrong");
      assert.deepEqual([outcome.isNew, outcome.triesLeft], [true, triesLeft]);
      state = outcome.next;
      assert.deepEqual(state, { ...approved, asked: true, wrongNumbers: index + 1, lastNumber: number });
    }
    assert.deepEqual(numberOutcome(state, code, typed("third")), {
      kind: "refused",
      because: "wrong_numbers",
    });
    assert.deepEqual(numberOutcome(state, code, typed(code)), { kind: "allowed", browser: "new" });
  });

  test("counts a wrong number once that is posted again, by whatever key", () => {
    const state = { ...approved, asked: true, wrongNumbers: 2, lastNumber: "wrong" };
    assert.deepEqual(numberOutcome(state, code, typed("new key", "wrong")), {
      kind: "wrong",
      isNew: false,
      next: state,
      triesLeft: 1,
    });
  });

  test("is asked for once, and takes no try", () => {
    const first = numberOutcome(approved, code, none);
    assert.deepEqual(first, { kind: "asked", isNew: true, next: { ...approved, asked: true }, triesLeft: 3 });
    assert.deepEqual(numberOutcome(first.next, code, none), { ...first, isNew: false });
  });
});

describe("a code without a number", () => {
  test("logs in without pairing, in a browser that is known, and where the site allows it", () => {
    const proofs = [
      { kind: "not_asked" },
      { kind: "known" },
      { kind: "none", allowsUnnumbered: true },
    ] as const;
    assert.deepEqual(outcomes(undefined, proofs), [
      ["allowed", false],
      ["allowed", "known"],
      ["allowed", false],
    ]);
  });

  test("is refused in every other case, because a relay could have begun it", () => {
    assert.deepEqual(outcomes(undefined, [none, typed("number"), limited, { kind: "revoked" }]), [
      "unnumbered",
      "unnumbered",
      "unnumbered",
      "revoked",
    ]);
  });
});
