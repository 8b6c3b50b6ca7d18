import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../../../../src/server/text/printable.js";

test("a printable text has no line breaks and no control characters", () => {
  assert.equal(printable("a\nb\u2028c\u2029d\u0085e\u001b[2J"), "a b c d e [2J");
});
