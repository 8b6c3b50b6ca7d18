import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readJsonObject } from "../../../../src/server/http/json-body.js";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { whileAllInherit } from "../../../support/inherited.js";

const limits = { maxBytes: 100, maxMs: 1_000 };
const post = (body?: string): Request =>
  new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body }),
  });

describe("The JSON object of a request", () => {
  for (const [name, body] of [
    ["an empty body", undefined],
    ["an empty object", "{}"],
    ["a body with a prototype", '{"__proto__": {"number": "4713"}}'],
  ] as const)
    test(`has no inherited member: ${name}`, async () => {
      const request = post(body);
      const read = await whileAllInherit({ number: "4713" }, async () => {
        const { number } = await readJsonObject(request, limits, systemRuntime);
        return [number];
      });
      assert.deepEqual(read, [undefined]);
    });
});
