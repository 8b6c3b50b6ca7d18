import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawnAtOnce } from "../../../src/server/runtime.js";

/** Bytes that count up from 0 over all draws, so that one that is used twice is seen. */
function counted(): { lengths: number[]; random: (length: number) => Uint8Array } {
  const lengths: number[] = [];
  let next = 0;
  return {
    lengths,
    random: (length) => (lengths.push(length), Uint8Array.from({ length }, () => next++)),
  };
}

describe("random bytes that are drawn at once", () => {
  test("are one draw for what a start needs, and no byte is used twice", () => {
    const source = counted();
    const randomness = drawnAtOnce(source);
    const [number, cookie, id] = [3, 32, 16].map((length) => [...randomness.random(length)]);
    assert.deepEqual(source.lengths, [64]);
    assert.deepEqual([...(number ?? []), ...(cookie ?? []), ...(id ?? [])], [...Array(51).keys()]);
  });

  test("are drawn again where they are used up, whole and never in parts", () => {
    const source = counted();
    const randomness = drawnAtOnce(source);
    randomness.random(60);
    assert.deepEqual(
      [...randomness.random(16)],
      Array.from({ length: 16 }, (_, index) => 64 + index),
    );
    assert.equal(randomness.random(100).length, 100);
    assert.deepEqual(source.lengths, [64, 64, 100]);
  });

  test("cannot be changed by who got others of them", () => {
    const randomness = drawnAtOnce(counted());
    randomness.random(16).fill(255);
    assert.equal(randomness.random(1)[0], 16);
  });
});
