import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { storyOf } from "../../../../src/service/audit/login-story.js";
import { lineOf, type ReadLine } from "../../../../src/service/audit/read-lines.js";

/** What each line tells. Whole logins: `unit/service/serve/audit/ten-logins.test.ts`. */

const at = (second: number): string => `2026-01-01T12:00:${String(second).padStart(2, "0")}.000Z`;
let seq = 0;
const line = (event: string, more: Record<string, unknown> = {}): ReadLine =>
  lineOf({ event, time: at(++seq), process: "p", seq, attempt: "a", userId: "alice", ...more });

const start = () =>
  line("attempt_approved", {
    ...{
      startedAt: at(0),
      code: 1,
      codes: 1,
      transaction: "t",
      browserId: "b",
      address: "192.0.2.7",
      userAgent: "A",
    },
  });

const tell = (lines: readonly ReadLine[], forgotten: readonly ReadLine[] = []) => {
  const { result, steps } = storyOf("a", lines, forgotten);
  return { result, sentences: steps.map(({ sentence }) => sentence) };
};

describe("the story of a login", () => {
  for (const [what, [event, members], sentence, result] of [
    [
      "expired while a number was asked for",
      ["attempt_expired", { asked: true }],
      "The time for the number was over.",
      "nobody typed the number",
    ],
    ["expired", ["attempt_expired", {}], "The time of the login was over.", "no browser claimed it"],
    [
      "asked and left",
      ["number_asked", {}],
      "The browser was not known for alice: its page asked for the number on the phone.",
      "the right number was not typed",
    ],
    [
      "not redeemed",
      ["ticket_issued", {}],
      "The browser got a ticket.",
      "the site did not redeem the ticket",
    ],
    [
      "moved to another place",
      ["ticket_issued", { address: "203.0.113.9", userAgent: "B" }],
      "The browser got a ticket, now at 203.0.113.9, now as B.",
      "the site did not redeem the ticket",
    ],
    [
      "ended by the limit of the user",
      ["pairing_failed", { reason: "user_limit" }],
      "The login was ended: there were too many wrong numbers of alice.",
      "there were too many wrong numbers of alice",
    ],
    [
      "ended by the limit of the browser",
      ["pairing_failed", { reason: "browser_limit" }],
      "The login was ended: there were too many wrong numbers in this browser.",
      "there were too many wrong numbers in this browser",
    ],
    [
      "ended by the limit of the address",
      ["pairing_failed", { reason: "address_limit" }],
      "The login was ended: there were too many wrong numbers at this address.",
      "there were too many wrong numbers at this address",
    ],
    [
      "without a number",
      ["unnumbered_login", { allowed: false }],
      "The login was ended: its code has no number.",
      "the code has no number",
    ],
    [
      "refused for now",
      ["pairing_unavailable", {}],
      "A server without pairing refused the login for now.",
      "no browser claimed it",
    ],
    ...(
      [
        ["no_cookie", "it came without a browser's cookie"],
        ["used", "it was used before"],
        ["expired", "its time was over"],
        ["revoked", "the browsers of alice were forgotten after the acceptance"],
        ["unnumbered", "a server without pairing took the login without a number"],
      ] as const
    ).map(
      ([reason, why]) =>
        [
          `whose ticket is refused: ${reason}`,
          ["ticket_refused", { reason }],
          `A ticket was refused: ${why}.`,
          why,
        ] as const,
    ),
  ] as const)
    test(`that was ${what}`, () => {
      const told = tell([start(), line(event, members)]);
      assert.equal(told.sentences.at(-1), sentence);
      // What only is not there may stand in other lines.
      const isEnded = /^The (?:login was ended|time )/.test(sentence);
      const verdict = isEnded ? "Nobody was logged in" : "These lines show no login";
      assert.equal(told.result, `${verdict}: ${result}.`);
    });

  test("that a setting let in without a number", () => {
    const { sentences } = tell([
      start(),
      line("unnumbered_login", { allowed: true }),
      line("ticket_redeemed"),
    ]);
    assert.deepEqual(sentences.slice(2), [
      "Its code has no number, and pairing-unnumbered let it log in.",
      "The site redeemed the ticket: alice is logged in.",
    ]);
  });

  test("has what was forgotten while it lasted, of its user or of all, and by whom", () => {
    seq = 0;
    const [before, approved] = [line("operator_call", { all: true, status: 204, peer: "p" }), start()];
    const call = { path: "/forget-browsers", peer: "192.0.2.1" };
    const forgotten = [
      line("operator_call", { ...call, status: 204, operator: "Judy" }),
      line("operator_call", { ...call, status: 503, by: "Joe", reason: "lost" }),
      line("operator_call", { ...call, status: 429 }),
      line("operator_call", { ...call, status: 204, userId: undefined, all: true }),
      line("browsers_forgotten", { userId: undefined, all: true, cause: "store" }),
      line("operator_call", { ...call, status: 204, userId: "bob" }),
    ];
    const { sentences } = tell(
      [approved, line("number_asked")],
      [{ ...before, time: "2025-12-31T00:00:00.000Z" }, ...forgotten, line("operator_call", { all: true })],
    );
    assert.deepEqual(sentences.slice(2, -1), [
      "The browsers of alice were forgotten (Judy, peer 192.0.2.1).",
      "It is not certain whether the browsers of alice were forgotten (Joe, peer 192.0.2.1): lost.",
      "The browsers of alice were not forgotten (peer 192.0.2.1).",
      "The browsers of everybody were forgotten (peer 192.0.2.1).",
      "The store had lost which browsers were forgotten: no browser was known any more.",
    ]);
  });
});
