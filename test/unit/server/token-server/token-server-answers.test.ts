import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  parseResult,
  parseStarted,
  parseVendorError,
} from "../../../../src/server/token-server/token-server-answers.js";
import { whileAllInherit } from "../../../support/inherited.js";

describe("The Token Server's answers, while every object inherits members of them", () => {
  test("approve nobody by an inherited user", async () => {
    const inherited = { is_authenticated: true, user_id: "alice" };
    const [without, withoutUser] = await whileAllInherit(inherited, () => [
      parseResult({ transaction_id: "a" }, "a").kind,
      parseResult({ transaction_id: "a", is_authenticated: true }, "a").kind,
    ]);
    assert.deepEqual([without, withoutUser], ["wrong", "wrong"]);
  });

  test("start no transaction by an inherited id", async () => {
    const inherited = { transaction_id: "a", otp: "b3Rw", time_to_live: 60_000 };
    assert.equal(await whileAllInherit(inherited, () => parseStarted({}).kind), "wrong");
  });

  test("close no transaction for an inherited reason", async () => {
    const inherited = { not_authenticated_reason: { reason: "not_accepted" }, reason: "not_accepted" };
    const [waiting, wrong] = await whileAllInherit(inherited, () => [
      parseResult({ transaction_id: "a", is_authenticated: false }, "a"),
      parseResult({ transaction_id: "a", is_authenticated: false, not_authenticated_reason: {} }, "a"),
    ]);
    assert.deepEqual(waiting, { kind: "parsed", answer: { kind: "waiting" } });
    assert.equal(wrong?.kind, "wrong");
  });

  test("are no error by an inherited code, and have no inherited description", async () => {
    const inherited = { error: "invalid_client", error_description: "of the attacker" };
    const [none, code] = await whileAllInherit(inherited, () => [
      parseVendorError({}),
      parseVendorError({ error: "invalid_scope" })?.description,
    ]);
    assert.deepEqual([none, code], [undefined, undefined]);
  });

  test("are parsed as ever beside an inherited member that none of them has", async () => {
    const started = { transaction_id: "a", otp: "b3Rw", time_to_live: 60_000 };
    assert.equal(await whileAllInherit({ polluted: "yes" }, () => parseStarted(started).kind), "parsed");
  });
});
