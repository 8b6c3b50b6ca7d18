import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";
import { build } from "vite";
import { trimQrcode } from "../../build/trim-qrcode.js";
import { encode } from "../../src/protocol/qr.js";

interface Encoder {
  create: (segments: object[], options: object) => { modules: { size: number; data: Uint8Array } };
}

interface Capacities {
  /** The longest text of a version, in bytes. */
  getCapacity: (version: number, level: object) => number;
}

/** A module with the encoder as the package's build puts it into the element. */
async function trimmed(entry: string): Promise<object> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    plugins: [trimQrcode()],
    build: { write: false, minify: false, lib: { entry, formats: ["es"] } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  assert.ok(output && "output" in output);
  const url = `data:text/javascript,${encodeURIComponent(output.output[0].code)}`;
  return (await import(url)) as object;
}

async function trimmedEncoder(): Promise<Encoder> {
  const entry = createRequire(import.meta.url).resolve("qrcode/lib/core/qrcode.js");
  return ((await trimmed(entry)) as { default: Encoder }).default;
}

test("the trimmed encoder makes the same codes as the whole package", async () => {
  const ours = await trimmedEncoder();
  const require = createRequire(import.meta.url);
  const whole = require("qrcode/lib/core/qrcode.js") as Encoder;
  const { getCapacity } = require("qrcode/lib/core/version.js") as Capacities;
  // Every length up to more than twice an OTP's, then the shortest and the longest text of each version.
  const { L } = require("qrcode/lib/core/error-correction-level.js") as { L: object };
  const longest = Array.from({ length: 40 }, (_, i) => getCapacity(i + 1, L));
  const lengths = [...Array(300).keys(), ...longest.slice(0, -1).map((length) => length + 1), ...longest];
  for (const length of lengths.filter(Boolean)) {
    const text = randomBytes(length).toString("base64").slice(0, length);
    const segments = [{ data: text, mode: "byte" }];
    const options = { errorCorrectionLevel: "L", maskPattern: 0 };
    const [actual, expected] = [ours.create(segments, options), whole.create(segments, options)];
    assert.equal(actual.modules.size, expected.modules.size, text);
    assert.deepEqual(Buffer.from(actual.modules.data), Buffer.from(expected.modules.data), text);
  }
});

test("the trimmed encoder has the error level and the mask that the source uses", async () => {
  const built = (await trimmed("src/protocol/qr.ts")) as { encode: typeof encode };
  const text = randomBytes(90).toString("base64");
  assert.deepEqual(built.encode(text), encode(text));
});

test("the trimmed encoder rejects a text that is too long, as the whole package does", async () => {
  const encoder = await trimmedEncoder();
  const tooLong = [{ data: "x".repeat(2954), mode: "byte" }];
  assert.throws(() => encoder.create(tooLong, { errorCorrectionLevel: "L" }), /too big/);
});
