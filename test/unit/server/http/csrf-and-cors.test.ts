import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../../../../src/server/http/api-error.js";
import { checkCsrf } from "../../../../src/server/http/csrf-and-cors.js";

const site = { origin: "https://www.example.test", origins: ["https://login.example.test"] };

/** Whether the CSRF check accepts a call with these headers, either of which may be missing. */
function passes(origin: string | undefined, fetchSite: string | undefined, of = site): boolean {
  const headers = {
    ...(origin !== undefined && { origin }),
    ...(fetchSite !== undefined && { "sec-fetch-site": fetchSite }),
  };
  try {
    checkCsrf(new Request("https://www.example.test/otp-login", { method: "POST", headers }), of);
    return true;
  } catch (error) {
    assert.equal(error instanceof ApiError, true);
    const { status, code, message } = error as ApiError;
    assert.deepEqual([status, code], [403, "forbidden_origin"]);
    assert.match(message, /pages of the site/);
    return false;
  }
}

describe("the CSRF check", () => {
  const [own, further, other] = [site.origin, "https://login.example.test", "https://evil.test"];
  const table: [origin: string | undefined, fetchSite: string | undefined, passes: boolean][] = [
    [undefined, undefined, false],
    [undefined, "same-origin", true],
    [undefined, "same-site", false],
    [undefined, "cross-site", false],
    [undefined, "none", false],
    [undefined, "", false],
    [own, undefined, true],
    [own, "same-origin", true],
    [own, "same-site", false],
    [own, "cross-site", false],
    [own, "none", false],
    [further, undefined, true],
    [further, "same-origin", true],
    [further, "same-site", true],
    [further, "cross-site", false],
    [further, "none", false],
    [other, undefined, false],
    [other, "same-origin", false],
    [other, "same-site", false],
    ["null", undefined, false],
    ["null", "same-origin", false],
    ["", "same-origin", false],
    [`${own}/`, undefined, false],
    [`${own}:443`, undefined, false],
    [`${own}.evil.test`, undefined, false],
    [own.replace("https", "http"), undefined, false],
    [own.toUpperCase(), undefined, false],
    [`${own}, ${own}`, undefined, false],
    [`${own}, ${other}`, undefined, false],
    ["https://example.test", undefined, false],
  ];
  for (const [origin, fetchSite, expected] of table) {
    const from = origin === undefined ? "without Origin" : `from "${origin}"`;
    test(`${expected ? "accepts" : "rejects"} a call ${from}, Sec-Fetch-Site ${fetchSite ?? "missing"}`, () => {
      assert.equal(passes(origin, fetchSite), expected);
    });
  }

  test("rejects a sibling origin that is not listed, although the browser says same-site", () => {
    assert.equal(passes(further, "same-site", { ...site, origins: [] }), false);
    assert.equal(passes(further, undefined, { ...site, origins: [] }), false);
  });

  test("uses neither Host nor X-Forwarded-Host", () => {
    const headers = {
      host: "www.example.test",
      "x-forwarded-host": "www.example.test",
      forwarded: `host=${own}`,
    };
    assert.throws(() => checkCsrf(new Request(own, { method: "POST", headers }), site), { status: 403 });
  });
});
