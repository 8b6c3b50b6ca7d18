import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  isNewer,
  nextRegister,
  nothingSaid,
  parseRegister,
  pauseOf,
  type PauseRegister,
} from "../../../../src/server/pause/pause-register.js";

const said = (members: Partial<PauseRegister>): PauseRegister => ({
  format: 1,
  version: 7,
  paused: false,
  ...members,
});

describe("the register of a pause", () => {
  test("has the store's time as its version, or one more than the newest that is known", () => {
    const now = 1_767_225_600_000;
    const first = nextRegister(nothingSaid, now, { paused: true, by: "jane" });
    assert.deepEqual(first, { format: 1, version: now, paused: true, by: "jane" });
    assert.equal(nextRegister(first, now, { paused: false }).version, now + 1);
    // The store's clock was set back, or is not whole milliseconds.
    assert.equal(nextRegister(first, 5, { paused: false }).version, now + 1);
    assert.equal(nextRegister(nothingSaid, 5.7, { paused: false }).version, 5);
  });

  test("counts by its version; of equal ones the pause does, and of two pauses the longer one", () => {
    const ordered = [
      nothingSaid,
      said({ version: 6, paused: true }),
      said({}),
      said({ paused: true, until: 1 }),
      said({ paused: true, until: 2 }),
      said({ paused: true }),
      said({ version: 8 }),
    ];
    for (const [index, one] of ordered.entries())
      for (const [place, other] of ordered.entries()) assert.equal(isNewer(one, other), index > place);
    assert.equal(isNewer(said({ by: "jane" }), said({ by: "joe" })), false);
  });

  test("pauses until its time is over", () => {
    const paused = said({ paused: true, until: 100, reason: "a fault" });
    assert.deepEqual(pauseOf(paused, 99), { until: 100, reason: "a fault" });
    assert.equal(pauseOf(paused, 100), undefined);
    assert.deepEqual(pauseOf(said({ paused: true }), Number.MAX_SAFE_INTEGER), {});
    assert.equal(pauseOf(said({}), 0), undefined);
  });

  test("keeps what a later version adds", () => {
    const text = JSON.stringify({ ...said({ paused: true }), later: { a: 1 } });
    const parsed = parseRegister(text);
    assert.equal("register" in parsed && JSON.stringify(parsed.register), text);
  });

  test("cannot be read in another format or form, and what is wrong is named", () => {
    const text = (members: object): string => JSON.stringify({ ...said({}), ...members });
    for (const [stored, fault] of [
      [text({ format: 0 }), "format"],
      [text({ format: 2 }), "format"],
      [text({ format: "1" }), "format"],
      ['{"until":5}', "format"],
      ["{}", "format"],
      [text({ version: -1 }), "version"],
      [text({ version: 2 ** 53 }), "version"],
      [text({ version: 1.5 }), "version"],
      [text({ paused: "true" }), "paused"],
      [text({ until: "soon" }), "until"],
      [text({ until: null }), "until"],
      [text({ by: 1 }), "by"],
      ["", "not a JSON object"],
      ["garbage", "not a JSON object"],
      ["5", "not a JSON object"],
      ["null", "not a JSON object"],
      ["[]", "format"],
    ] as const)
      assert.deepEqual(parseRegister(stored), { fault }, stored);
  });
});
