import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedShare } from "../../../../../src/service/serve/telemetry/failed-share.js";

test("the share of failed starts is that of the last five minutes, and 0 without starts", () => {
  const share = new FailedShare();
  const at = (minute: number): number => share.at(minute * 60_000);
  const count = (minute: number, failed: readonly boolean[]): void => {
    for (const hasFailed of failed) share.count(hasFailed, minute * 60_000);
  };
  assert.equal(at(0), 0);
  count(0, [true, true, false]);
  assert.equal(at(0), 2 / 3);
  count(4, [false, false, true]);
  assert.equal(at(4), 1 / 2);
  assert.equal(at(5), 1 / 3);
  assert.equal(at(9), 0);
  count(60, [true]);
  assert.equal(at(60), 1);
});
