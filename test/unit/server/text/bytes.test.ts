import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { base64url, readUpTo, sha256 } from "../../../../src/server/text/bytes.js";

const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test("bytes are encoded as Node encodes them, whatever their number", () => {
  for (let length = 0; length <= 256; length++) {
    const bytes = allBytes.subarray(0, length).toReversed();
    assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
  }
});

test("a text's hash is that of its UTF-8", async () => {
  for (const text of ["", "a", "é✓𝒳"])
    assert.equal(await sha256(text), createHash("sha256").update(text).digest("base64url"));
});

test("a stream is read to its end, or cancelled where it is longer than allowed", async () => {
  let isCancelled = false;
  const streamOf = (parts: Uint8Array[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const part = parts.shift();
        if (part) controller.enqueue(part);
        else controller.close();
      },
      cancel: () => void (isCancelled = true),
    });
  const parts = () => [allBytes.slice(0, 2), allBytes.slice(2, 5), allBytes.slice(5, 9)];
  assert.deepEqual(await readUpTo(streamOf(parts()), 9), allBytes.slice(0, 9));
  assert.equal(isCancelled, false);
  assert.equal(await readUpTo(streamOf(parts()), 4), undefined);
  assert.equal(isCancelled, true);
});
