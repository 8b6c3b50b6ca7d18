import assert from "node:assert/strict";
import { test } from "node:test";
import { isNote, printable, visible } from "../../../../src/server/text/printable.js";

test("a printable text has no line breaks and no control characters", () => {
  assert.equal(printable("a\nb\u2028c\u2029d\u0085e\u001b[2J"), "a b c d e [2J");
});

test("a note has what can be seen, also in any script and as emoji, and nothing that cannot", () => {
  const family = String.fromCodePoint(0x1f468, 0x200d, 0x1f469, 0x200d, 0x1f467);
  const flag = String.fromCodePoint(0x1f3f3, 0xfe0f, 0x200d, 0x1f308);
  const fighter = String.fromCodePoint(0x1f469, 0x1f3fd, 0x200d, 0x1f692);
  for (const text of ["a repair", "Zoë", "修理", "إصلاح", "1\ufe0f\u20e3", "❤\ufe0f", family, flag, fighter])
    assert.equal(isNote(text), true, text);
  for (const point of [
    ...[0x0a, 0x85, 0xad, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x202e, 0x2060],
    ...[0x2066, 0x3164, 0xd800, 0xfe0f, 0xfeff, 0xe000, 0xe0041],
  ]) {
    const text = `a${String.fromCodePoint(point)}b`;
    assert.equal(isNote(text), false, point.toString(16));
    assert.equal(visible(text), "a b", point.toString(16));
  }
});
