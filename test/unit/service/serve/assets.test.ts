import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync, gzipSync, brotliCompressSync } from "node:zlib";
import { createAssets, type WidgetFile } from "../../../../service/serve/assets.js";

/** The widget's files on the public port. `npm run build` makes the real ones. */

const fileOf = (name: string, hashedName: string): WidgetFile => {
  const identity = new TextEncoder().encode(`// ${name}\n`);
  return {
    name,
    hashedName,
    integrity: `sha384-${createHash("sha384").update(identity).digest("base64")}`,
    bodies: {
      identity,
      br: new Uint8Array(brotliCompressSync(identity)),
      gzip: new Uint8Array(gzipSync(identity)),
    },
  };
};

const base = "/otp-login/assets/";
const files = [
  fileOf("onegini-otp-login.js", "onegini-otp-login.0123456789ab.js"),
  fileOf("locales/nl.js", "locales/nl.ba9876543210.js"),
];
const app = createAssets(files, base);
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  app.request(base + path, { method, headers });

describe("The widget's files", () => {
  it("redirect from their stable names to names that hold a hash", async () => {
    for (const { name, hashedName } of files) {
      const answer = await get(name);
      assert.deepEqual([answer.status, answer.headers.get("location")], [302, base + hashedName]);
      assert.equal(answer.headers.get("cache-control"), "no-cache");
    }
  });

  it("may be kept for ever under a name that holds a hash", async () => {
    const answer = await get("locales/nl.ba9876543210.js");
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "// locales/nl.js\n");
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(answer.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("vary"), "Accept-Encoding");
  });

  for (const [accepted, encoding] of [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["gzip;q=1, br;q=0.1", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br;q=0, gzip;q=0", null],
    ["zstd", null],
    ["", null],
  ] as const) {
    it(`are sent as ${encoding ?? "they are"} for: ${accepted}`, async () => {
      const answer = await get("locales/nl.ba9876543210.js", accepted ? { "accept-encoding": accepted } : {});
      assert.equal(answer.headers.get("content-encoding"), encoding);
      const body = Buffer.from(await answer.arrayBuffer());
      assert.equal(answer.headers.get("content-length"), String(body.byteLength));
      const plain = encoding === "br" ? brotliDecompressSync(body) : encoding ? gunzipSync(body) : body;
      assert.equal(plain.toString(), "// locales/nl.js\n");
    });
  }

  it("are listed with their integrity", async () => {
    const answer = await get("integrity.json");
    const listed = (await answer.json()) as Record<string, { file: string; integrity: string }>;
    assert.deepEqual(Object.keys(listed), ["onegini-otp-login.js", "locales/nl.js"]);
    for (const { file, integrity } of Object.values(listed)) {
      const bytes = Buffer.from(await (await app.request(file)).arrayBuffer());
      assert.equal(integrity, `sha384-${createHash("sha384").update(bytes).digest("base64")}`);
    }
  });

  it("are all that is there", async () => {
    for (const path of [
      "",
      "nothing.js",
      "locales/",
      "../../package.json",
      "%2e%2e/%2e%2e/package.json",
      "locales/nl.000000000000.js",
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get("onegini-otp-login.js", {}, "POST")).status, 404);
    assert.equal((await get("locales/nl.ba9876543210.js", {}, "HEAD")).status, 200);
  });
});
