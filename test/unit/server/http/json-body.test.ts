import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readJsonObject } from "../../../../src/server/http/json-body.js";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { whileAllInherit } from "../../../support/inherited.js";

const limits = { maxBytes: 100, maxMs: 1_000 };
const post = (body?: string | Uint8Array<ArrayBuffer>, length?: string): Request =>
  new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": "application/json", ...(length && { "content-length": length }) },
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

  const read = (...of: Parameters<typeof post>) => readJsonObject(post(...of), limits, systemRuntime);
  const bytes = (count: number) => "{}".padEnd(count);

  test("has at most as many bytes as are allowed", async () => {
    assert.deepEqual({ ...(await read(bytes(100))) }, {});
    await assert.rejects(read(bytes(101), "2"), { status: 413 });
  });

  test("is not read if its Content-Length is too large", () =>
    assert.rejects(read("{}", "101"), { status: 413 }));

  test("is UTF-8", () =>
    assert.rejects(read(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), { status: 400 }));
});
