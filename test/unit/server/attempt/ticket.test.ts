import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "../../../../src/server/store/attempt.js";
import { claim, type Claim } from "../../../../src/server/attempt/claim.js";
import {
  createTicketSecret,
  parseTicket,
  redeemTicket,
  ticketText,
} from "../../../../src/server/attempt/ticket.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";
import { sha256 } from "../../../../src/server/text/bytes.js";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { approved, begun, claimed, second, t0 } from "../support/accepted-attempt.js";

const after = (attempt: Attempt, what: Claim): Attempt => claim(attempt, what, timeouts).next;

describe("a ticket", () => {
  const withTicket = { ...claimed, ticketHash: "ticket" };
  const redemption = { hash: "ticket", browser: "hash", at: t0 + 66 * second - 1 };
  const redeem = (attempt: Attempt, changes: Partial<typeof redemption> = {}) =>
    redeemTicket(attempt, { ...redemption, ...changes }, timeouts);
  const issued = after(approved, withTicket);

  test("has 256 random bits, of which the store gets a hash", async () => {
    const bytes = new Uint8Array(32).fill(255);
    const random = (length: number) => bytes.slice(0, length);
    const made = await createTicketSecret({ ...systemRuntime, random });
    const secret = Buffer.from(bytes).toString("base64url");
    assert.deepEqual(made, { secret, hash: await sha256(secret) });
  });

  test("has a text of the attempt and the secret, and no other is read", () => {
    const secret = "a-Z_0".repeat(9).slice(0, 43);
    assert.equal(ticketText("attempt", secret), `attempt.${secret}`);
    assert.deepEqual(parseTicket(`attempt.${secret}`), { attempt: "attempt", secret });
    for (const text of [
      `.${secret}`,
      `a.b.${secret}`,
      `a.${secret}A`,
      `a.${secret.slice(1)}`,
      `a.!${secret.slice(1)}`,
      secret,
      "",
    ])
      assert.equal(parseTicket(text), undefined, text);
    for (const other of [undefined, null, 1, [`attempt.${secret}`]])
      assert.equal(parseTicket(other), undefined);
  });

  test("is redeemed once, which ends its logins", () => {
    const { next: once } = redeem(issued);
    const ticket = { hash: "ticket", endsAt: t0 + 66 * second, redeemedAt: redemption.at };
    assert.deepEqual(once, { ...issued, version: issued.version + 1, state: { ...issued.state, ticket } });
    assert.equal(redeem(once).outcome, "used");
    assert.equal(redeem(once, { browser: "other" }).outcome, "other_browser");
    assert.equal(after(once, withTicket), once);
    assert.equal(after(once, claimed), once);
  });

  test("is redeemed in time, by its browser, with its secret, and in no other way", () => {
    assert.equal(redeem(issued, { hash: "other" }).outcome, "unknown");
    assert.equal(redeem(issued, { browser: "other" }).outcome, "other_browser");
    assert.equal(redeem(issued, { at: t0 + 66 * second }).outcome, "expired");
    for (const attempt of [begun, approved, after(approved, claimed)])
      assert.equal(redeem(attempt).outcome, "unknown");
  });

  test("has the newest one only, and a repetition without one keeps it", () => {
    const newer = after(issued, { ...withTicket, ticketHash: "newer" });
    assert.equal(redeem(newer).outcome, "unknown");
    assert.equal(typeof redeem(newer, { hash: "newer" }).outcome, "object");
    assert.equal(typeof redeem(after(issued, claimed)).outcome, "object");
  });

  test("is not forgotten before a long-lived ticket", () => {
    const attempt = claim(approved, withTicket, { ...timeouts, ticketSeconds: 5000 }).next;
    assert.equal(attempt.forgetAt, t0 + (6 + 5000 + timeouts.memorySeconds) * second);
  });
});
