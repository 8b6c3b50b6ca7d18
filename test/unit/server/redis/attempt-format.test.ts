import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Attempt } from "../../../../src/server/store/attempt.js";
import { beginningOf, decodeAttempt, encodeAttempt } from "../../../../src/server/redis/attempt-format.js";
import { RedisStoreError } from "../../../../src/server/redis/redis-errors.js";
import { holds } from "../../../support/until.js";

const bare: Attempt = {
  format: 1,
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

/** How `bare` is stored. */
const stored = [
  ...[1, 3, 1000.5, 2, 129_999.5, "https://www.example.com", "hash", ["pending"]],
  ...[[["t", 59_999.5, 1, null, null]], null, null, null],
];

/** `stored`, with another value at that place. */
const storedWith = (place: number, value: unknown): unknown[] =>
  Object.assign([...stored], { [place]: value });

/** The message of the error for a text. */
function errorOf(text: unknown): string {
  try {
    decodeAttempt("a", text);
  } catch (error) {
    holds(error instanceof RedisStoreError && error.kind === "unreadable", String(error));
    return error.message;
  }
  throw new Error(`It was accepted: ${String(text)}`);
}

test("an attempt has this text in format 1, because servers of two versions share it", () => {
  assert.equal(encodeAttempt(bare), JSON.stringify(stored));
  const whole: Attempt = {
    ...bare,
    startedAt: 1000,
    transactions: [
      {
        ...{ id: "t", endsAt: 61_000, closed: false, numberCode: "c", numberDigits: 4 },
        ...{ calledBackAt: 60_000, scanned: { at: 2000, userId: "u", startedCount: 2 } },
      },
    ],
    state: {
      ...{ status: "completed", userId: "u", transaction: "t", at: 7000, approvedAt: 6000 },
      ticket: { hash: "h", endsAt: 67_000 },
    },
    language: "nl",
  };
  const text = encodeAttempt(whole);
  assert.equal(
    text,
    '[1,3,1000,2,130000,"https://www.example.com","hash",' +
      '["completed",{"userId":"u","transaction":"t","at":7000,"approvedAt":6000,' +
      '"ticket":{"hash":"h","endsAt":67000}}],[["t",60000,0,"c",4,' +
      '{"calledBackAt":60000,"scanned":{"at":2000,"userId":"u","startedCount":2}}]],null,null,"nl"]',
  );
  assert.deepEqual(decodeAttempt("a", text), whole);
});

test("a text that says the same in another way is unreadable, because it could never be changed", () => {
  const same = JSON.stringify(stored);
  for (const other of [` ${same}`, same.replace("[1,3", "[1, 3"), same.replace("[1,3", "[1,3.0")])
    assert.match(errorOf(other), /format 1 and another beginning/);
});

test("an instant that no date has is unreadable", () => {
  for (const [place, path] of [
    [2, "2"],
    [4, "4"],
  ] as const)
    assert.match(errorOf(JSON.stringify(storedWith(place, 1e300))), new RegExp(`wrong value at ${path}$`));
});

/** Texts of any kind: also halves of surrogate pairs, quotes, NUL and the names of prototypes. */
const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom("", "__proto__", "constructor", "a\0b", '",1,"', "\ud83d", "x\ude00", "[1,7,", "null"),
);
const startedAt = fc.integer({ min: 0, max: 2 ** 42 });
const instant = fc.oneof(startedAt, fc.constant(0));
const count = fc.nat();
const some = { requiredKeys: [] as [], noNullPrototype: true } as const;
const all = { noNullPrototype: true } as const;

const scan = fc
  .tuple(
    fc.record({ at: instant, startedCount: count }, all),
    fc.record({ userId: text, address: text, userAgent: text }, some),
  )
  .map(([must, may]) => ({ ...must, ...may }));

const transaction = fc
  .tuple(
    fc.record({ id: text, endsAt: instant, closed: fc.boolean() }, all),
    fc.option(fc.record({ numberCode: text, numberDigits: fc.constantFrom(4 as const, 6 as const) })),
    fc.record({ calledBackAt: instant, scanned: scan, otherScans: fc.array(scan), added: text }, some),
  )
  .map(([must, number, may]) => ({ ...must, ...number, ...may }));

const accepted = fc.record({ userId: text, transaction: text, at: instant }, all);
const ticket = fc
  .tuple(fc.record({ hash: text, endsAt: instant }, all), fc.record({ redeemedAt: instant }, some))
  .map(([must, may]) => ({ ...must, ...may }));

const state = fc.oneof(
  fc.constant({ status: "pending" as const }),
  fc.record(
    { status: fc.constantFrom("denied" as const, "expired" as const, "failed" as const), at: instant },
    all,
  ),
  fc
    .tuple(
      accepted,
      fc.record({ asked: fc.boolean(), wrongNumbers: count, lastNumber: text, added: text }, some),
    )
    .map(([must, may]) => ({ status: "approved" as const, ...must, ...may })),
  fc
    .tuple(
      accepted,
      instant,
      fc.record(
        { logins: count, ticket, browser: fc.constantFrom("known" as const, "new" as const), added: text },
        some,
      ),
    )
    .map(([must, approvedAt, may]) => ({ status: "completed" as const, ...must, approvedAt, ...may })),
);

const attempt = fc
  .tuple(
    fc.record({
      ...{
        format: fc.constant(1 as const),
        id: text,
        version: count,
        origin: text,
        browser: text,
        startedAt,
      },
      ...{ transactions: fc.array(transaction), startedCount: count, state, forgetAt: instant },
    }),
    fc.record({ language: text, address: text, userAgent: text, added: text }, some),
  )
  .map(([must, may]) => ({ ...must, ...may }));

test("an attempt is read as it was written, whatever its texts are, with members that a newer server added", () => {
  fc.assert(
    fc.property(attempt, (one) => {
      const written = encodeAttempt(one);
      assert.deepEqual(decodeAttempt(one.id, written), one);
      assert.ok(written.startsWith(beginningOf(one.version)));
    }),
    { numRuns: 1000 },
  );
});

test("the beginning of an attempt of another version is another", () => {
  const written = encodeAttempt(bare);
  for (const version of [0, 1, 30, 3.5, -3, NaN]) holds(!written.startsWith(beginningOf(version)));
});

test("another format is an error that names it, and nothing of its contents", () => {
  const others: [unknown, string][] = [
    [[0, ...stored.slice(1)], "format 0"],
    [[2, "a secret"], "format 2"],
    [["a secret", 1], "no format"],
    [[1.5], "no format"],
    [[], "no format"],
    // What the versions before the first format wrote.
    [{ ...bare, format: undefined }, "no format"],
    [bare, "no format"],
    [null, "no format"],
    ["a secret", "no format"],
    [1, "no format"],
  ];
  for (const [value, found] of others)
    assert.equal(errorOf(JSON.stringify(value)), `Redis: cannot read an attempt with ${found}`);
  for (const value of ["", "garbage", "[1,", 1, null, undefined, stored, bare]) {
    assert.equal(errorOf(value), "Redis: cannot read an attempt with no format");
  }
});

test("a value that is not an attempt is an error that names the wrong place", () => {
  const transactions = (...values: unknown[]): unknown[] => storedWith(8, values);
  const state = ({ status, ...since }: Record<string, unknown>): unknown[] => storedWith(7, [status, since]);
  const approved = { status: "approved", userId: "u", transaction: "t", at: 1 };
  const completed = { ...approved, status: "completed", approvedAt: 1 };
  const wrong: [string, unknown[]][] = [
    ["1", storedWith(1, 1.5)],
    ["1", storedWith(1, "1")],
    ["2", storedWith(2, "now")],
    ["3", storedWith(3, null)],
    ["4", storedWith(4, "soon")],
    ["5", storedWith(5, null)],
    ["6", storedWith(6, 1)],
    ["7", storedWith(7, "pending")],
    ["7.0", storedWith(7, [])],
    ["7.1", storedWith(7, ["pending", "more"])],
    ["7.2", storedWith(7, ["pending", {}, "more"])],
    ["7.status", state({ status: "gone" })],
    ["7.userId", state({ ...approved, userId: 1 })],
    ["7.transaction", state({ ...approved, transaction: null })],
    ["7.wrongNumbers", state({ ...approved, wrongNumbers: 0.5 })],
    ["7.at", state({ ...completed, at: "now" })],
    ["7.approvedAt", state({ ...completed, approvedAt: undefined })],
    ["7.ticket", state({ ...completed, ticket: "t" })],
    ["7.at", state({ status: "denied" })],
    ["8", storedWith(8, {})],
    ["8.0", transactions("t")],
    ["8.0.0", transactions([1, 1, false, null, null])],
    ["8.0.1", transactions(["t", null, 0, null, null])],
    ["8.0.1", transactions(["t", "1", 0, null, null])],
    ["8.0.2", transactions(["t", 1, false, null, null])],
    ["8.0.3", transactions(["t", 1, 1, 7, null])],
    ["8.0.4", transactions(["t", 1, 1, "c", 5])],
    ["8.0.5", transactions(["t", 1, 1, null, null, "more"])],
    ["8.0.5.calledBackAt", transactions(["t", 1, 1, null, null, { calledBackAt: "x" }])],
    ["8.0.5.scanned", transactions(["t", 1, 1, null, null, { scanned: "x" }])],
    ["8.0.6", transactions(["t", 1, 1, null, null, {}, "more"])],
    ["9", storedWith(9, 1)],
    ["10", storedWith(10, {})],
    ["11", stored.slice(0, 11)],
    ["12", [...stored, "more"]],
    ["13", [...stored, {}, "more"]],
  ];
  for (const [where, value] of wrong)
    assert.equal(
      errorOf(JSON.stringify(value)),
      `Redis: cannot read an attempt with format 1 and a wrong value at ${where}`,
      JSON.stringify(value),
    );
  // JSON can contain a number that is too large, and becomes Infinity.
  const tooLarge = JSON.stringify(stored).replace("129999.5", "1e999");
  assert.match(errorOf(tooLarge), /a wrong value at 4$/);
});
