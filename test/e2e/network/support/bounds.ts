import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";

/** The bounds are those of the documentation: its tables are read here, and nothing else says a number. */
const document = readFileSync(new URL("../../../../docs/widget.md", import.meta.url), "utf8");
const start = document.indexOf("## Bad networks");
const rows = document
  .slice(start, document.indexOf("\n## ", start + 1))
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** The number that stands in the last column of the row that begins with these words. */
export function boundOf(row: string): number {
  const cells = rows.find(([, first]) => first === row);
  const bound = Number.parseFloat(cells?.at(-2) ?? "");
  assert.ok(Number.isFinite(bound), `docs/widget.md has no bound for "${row}".`);
  return bound;
}

/** Prints a figure beside its bound, and asserts that it keeps to it. */
export function keepsTo(t: TestContext, row: string, milliseconds: number): void {
  const bound = boundOf(row);
  const seconds = milliseconds / 1_000;
  t.diagnostic(`${row}: ${seconds.toFixed(2)} s, bound ${bound} s`);
  assert.ok(seconds <= bound, `${row}: ${seconds} s, which is more than ${bound} s`);
}
