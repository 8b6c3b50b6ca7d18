import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { eventStreamParser } from "../../../src/protocol/event-stream.js";

/** What a parser says of a stream, in order. */
type Said = readonly [kind: "event" | "retry" | "comment", ...what: unknown[]];

function ours(chunks: readonly string[]): Said[] {
  const said: Said[] = [];
  const feed = eventStreamParser({
    onEvent: (event, data) => said.push(["event", event, data]),
    onRetry: (delayMs) => said.push(["retry", delayMs]),
    onComment: () => said.push(["comment"]),
  });
  chunks.forEach(feed);
  return said;
}

function theirs(chunks: readonly string[]): Said[] {
  const said: Said[] = [];
  const parser = createParser({
    onEvent: ({ event = "", data }) => said.push(["event", event, data]),
    onRetry: (delayMs) => said.push(["retry", delayMs]),
    onComment: () => said.push(["comment"]),
  });
  for (const chunk of chunks) parser.feed(chunk);
  return said;
}

describe("the parser of the status stream", () => {
  for (const [stream, ...said] of [
    ['retry: 2000\n\nevent: status\ndata: {"a":1}\n\n', ["retry", 2000], ["event", "status", '{"a":1}']],
    [": alive\n\n", ["comment"]],
    ["event: a\n\ndata\n\n", ["event", "", ""]],
    ["data:a\ndata:  b\rdata: c: d\r\n\r\n", ["event", "", "a\n b\nc: d"]],
    ["retry: 1.5\nretry:\nretry: soon\nid: 7\nother: x\n\n"],
    ["event: a\ndata: not yet sent\n"],
  ] as [string, ...Said[]][])
    test(`reads ${JSON.stringify(stream)}`, () => assert.deepEqual(ours([stream]), said));

  test("reads every stream, cut anywhere, as eventsource-parser does", () => {
    const piece = fc.constantFrom(
      ...[
        "\n",
        "\r",
        "\r\n",
        ":",
        " ",
        "data",
        "event",
        "retry",
        "id",
        "data: ",
        "event: ",
        "retry: 5",
        "é",
        "0",
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.array(piece).map((pieces) => pieces.join(""))), (chunks) => {
        // The package reads a line that ends with a carriage return, at the end of a chunk, only at the next end of a line.
        const ended = [...chunks, "\n"];
        assert.deepEqual(ours(ended), theirs(ended));
      }),
      { numRuns: 5_000 },
    );
  });
});
