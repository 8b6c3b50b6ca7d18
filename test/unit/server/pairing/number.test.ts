import assert from "node:assert/strict";
import { test } from "node:test";
import { createNumber, numberCodes, parseNumber, signNumber } from "../../../../src/server/pairing/number.js";
import { SigningKeys } from "../../../../src/server/pairing/signing-keys.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";

/** A runtime whose random bytes are these, in turn. */
const drawing = (...draws: number[][]): Runtime => ({
  ...systemRuntime,
  random: () => Uint8Array.from(draws.shift() ?? assert.fail("more randomness was asked for than expected")),
});

test("a number's code says what it is for, so that no other code by the same keys is one", async () => {
  const keys = new SigningKeys(() => ["a key of the tests, of 32 characters"]);
  const owner = { origin: "https://www.example.com", attempt: "attempt", nonce: "one" };
  const code = await keys.sign(["number/1", owner.origin, "attempt", "one", "4713"]);
  assert.equal(await signNumber(keys, owner, "4713"), code);
});

test("a number has all of its digits, leading zeros included", () => {
  assert.equal(createNumber(4, drawing([0, 0, 42])), "0042");
  assert.equal(createNumber(6, drawing([0, 0, 42])), "000042");
});

test("a draw that would make some numbers likelier is repeated", () => {
  // 2^24 = 16,777,216: of four digits the draws from 16,770,000 are left out, of six those from 16,000,000.
  assert.equal(createNumber(4, drawing([0xff, 0xe3, 0xcf], [0, 0, 7])), "9999");
  assert.equal(createNumber(4, drawing([0xff, 0xe3, 0xd0], [0, 0, 7])), "0007");
  assert.equal(createNumber(6, drawing([0xf4, 0x24, 0x00], [0, 0, 7])), "000007");
});

test("each first digit is as likely as the others", () => {
  const counts = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 20_000; draw++) {
    const first = Number(createNumber(4, systemRuntime)[0]);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  // Expected 2,000 each; eight standard deviations are 340, which no run in a lifetime exceeds.
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 340, counts.join());
});

for (const [what, typed] of [
  ["as it stands", "4713"],
  ["with spaces", " 47 13 "],
  ["with hyphens", "4-7‐1‑3"],
  ["with a no-break space and a narrow one", "47\u00A01\u202F3"],
  ["with the line break of a mainframe", "47\u008513"],
  ["with marks that nobody sees", "\u200E47\u200B13\u2060\uFEFF"],
  ["in Arabic digits", "٤٧١٣"],
  ["in Persian digits", "۴۷۱۳"],
  ["in Devanagari digits", "४७१३"],
  ["in full-width digits", "４７１３"],
  ["in mathematical digits, whose sets stand side by side", "𝟺𝟽𝟣𝟛"],
] as const)
  test(`a number is read ${what}`, () => assert.equal(parseNumber(typed, 4), "4713"));

for (const [what, typed] of [
  ["nothing", ""],
  ["too few digits", "471"],
  ["too many digits", "47130"],
  ["a letter", "47l3"],
  ["a sign", "+4713"],
  ["a dash that is no hyphen", "47–13"],
  ["a fraction", "47.13"],
  ["a superscript, which is no decimal digit", "471³"],
  ["a Roman numeral", "ⅣⅦⅠⅢ"],
  ["half a character", "471\uD835"],
] as const)
  test(`${what} is no number`, () => assert.equal(parseNumber(typed, 4), undefined));

const keys = new SigningKeys(() => [
  "the first key, of 32 characters or more",
  "the second key, of 32 characters",
]);
const owner = { origin: "https://www.example.com", attempt: "an attempt", nonce: "a nonce" };

test("the code of a number is by the first key, and is found by each key in use", async () => {
  const code = await signNumber(keys, owner, "4713");
  assert.match(code, /^[\w-]{43}$/);
  const rotated = new SigningKeys(() => [
    "a new key, which has 32 characters too",
    "the first key, of 32 characters or more",
  ]);
  assert.ok((await numberCodes(rotated, owner, "4713")).includes(code));
  assert.ok(!(await numberCodes(rotated, owner, "4714")).includes(code));
});

for (const [what, other] of [
  ["site", { ...owner, origin: "https://shop.example.com" }],
  ["attempt", { ...owner, attempt: "another" }],
  ["transaction", { ...owner, nonce: "another" }],
] as const)
  test(`the same number of another ${what} has another code`, async () => {
    assert.ok(!(await numberCodes(keys, other, "4713")).includes(await signNumber(keys, owner, "4713")));
  });
