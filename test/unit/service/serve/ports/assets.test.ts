import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createAssets, toWidgetFile } from "../../../../../src/service/serve/ports/assets.js";

/** The widget's files on the public port. `npm run build` makes the real ones. */

const fileOf = (name: string, text = `// ${name}\n`) => toWidgetFile(name, new TextEncoder().encode(text));

const base = "/otp-login/assets/";
const names = ["onegini-otp-login.js", "locales/nl.js"];
const files = await Promise.all(names.map((name) => fileOf(name)));
const [widget, dutch] = files as [(typeof files)[0], (typeof files)[0]];
const app = createAssets(files, base);
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  app.request(base + path, { method, headers });

/** The same names in another version. */
const otherFiles = await Promise.all(names.map((name) => fileOf(name, `// ${name} of another version\n`)));

describe("The widget's files", () => {
  it("are answered under their stable names, so that a page can load them from a process of any version", async () => {
    for (const { name } of files) {
      const answer = await get(name);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), `// ${name}\n`);
      assert.equal(answer.headers.get("cache-control"), "no-cache");
      assert.equal(answer.headers.get("content-type"), "text/javascript; charset=utf-8");
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      assert.equal(answer.headers.get("vary"), "Accept-Encoding");
    }
  });

  it("may be kept for ever under a name that holds their hash", async () => {
    const answer = await get(dutch.hashedName);
    assert.match(dutch.hashedName, /^locales\/nl\.[0-9a-f]{12}\.js$/);
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "// locales/nl.js\n");
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(answer.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("vary"), "Accept-Encoding");
  });

  it("have their own type where one is a style sheet, also under a name that holds its hash", async () => {
    const styles = await fileOf("reserve.css");
    const { name, hashedName } = styles;
    const served = createAssets([styles], base);
    assert.match(hashedName, /^reserve\.[0-9a-f]{12}\.css$/);
    for (const path of [name, hashedName])
      assert.equal(
        (await served.request(base + path)).headers.get("content-type"),
        "text/css; charset=utf-8",
      );
    const ofAnother = await served.request(`${base}reserve.0123456789ab.css`);
    assert.equal(ofAnother.headers.get("location"), base + name);
  });

  it("redirect from a hash of another version to the stable name, and nobody keeps that", async () => {
    for (const { name, hashedName } of otherFiles)
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(hashedName, {}, method);
        assert.deepEqual([answer.status, answer.headers.get("location")], [302, base + name]);
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      }
  });

  it("are not sent again to a browser that has them in the same encoding", async () => {
    for (const name of [widget.name, dutch.name, dutch.hashedName])
      for (const encoding of ["br", "gzip", "identity"]) {
        const accept = { "accept-encoding": encoding };
        const first = await get(name, accept);
        const etag = first.headers.get("etag") ?? "";
        for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
          const again = await get(name, { ...accept, "if-none-match": known });
          assert.equal(again.status, 304, known);
          assert.equal((await again.arrayBuffer()).byteLength, 0);
          for (const header of ["etag", "cache-control", "vary", "access-control-allow-origin"])
            assert.equal(again.headers.get(header), first.headers.get(header), header);
        }
      }
  });

  it("are sent again in another version or another encoding", async () => {
    const other = createAssets(otherFiles, base);
    const accept = { "accept-encoding": "br" };
    const etag = (await get(widget.name, accept)).headers.get("etag") ?? "";
    const known = { "if-none-match": etag };
    const answer = await other.request(base + widget.name, { headers: { ...accept, ...known } });
    assert.equal(answer.status, 200);
    assert.notEqual(answer.headers.get("etag"), etag);
    assert.equal((await get(widget.name, { "accept-encoding": "gzip", ...known })).status, 200);
    assert.equal((await get(dutch.name, { ...accept, ...known })).status, 200);
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
      const answer = await get(dutch.name, accepted ? { "accept-encoding": accepted } : {});
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
      "nothing.000000000000.js",
      "locales/nl.00000000000.js",
      "locales/nl.0000000000000.js",
      "locales/nl.00000000000A.js",
      "locales/nl.000000000000.000000000000.js",
      "locales/nl.000000000000",
      "locales/nl.js.000000000000.js",
      "locales/.000000000000.js",
      "locales%2fnl.000000000000.js",
      "nl.000000000000.js",
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get(widget.name, {}, "POST")).status, 404);
    assert.equal((await get("locales/nl.000000000000.js", {}, "POST")).status, 404);
  });

  it("are described to HEAD as to GET", async () => {
    for (const name of [widget.name, dutch.hashedName]) {
      const [got, head] = await Promise.all([get(name), get(name, {}, "HEAD")]);
      assert.equal(head.status, 200);
      assert.deepEqual([...head.headers], [...got.headers]);
      assert.equal(await head.text(), "");
      const known = { "if-none-match": got.headers.get("etag") ?? "" };
      assert.equal((await get(name, known, "HEAD")).status, 304);
    }
  });
});
