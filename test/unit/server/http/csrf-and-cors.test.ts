import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../../../../src/server/http/api-error.js";
import { checkCsrf, Cors } from "../../../../src/server/http/csrf-and-cors.js";
import { PageOrigins } from "../../../../src/server/http/page-origins.js";

const own = "https://www.example.test";
const further = "https://login.example.test";
const other = "https://evil.test";
const site = new PageOrigins(own, [further]);

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
    assert.match(message, /may not call/);
    return false;
  }
}

const ask = (method: string, headers: Record<string, string>): Request =>
  new Request("https://www.example.test/otp-login", { method, headers });

test("a call that is refused is logged with what it said, cut, and with what is expected", () => {
  const origin = `https://${"a".repeat(300)}.test`;
  const said = { origin, "sec-fetch-site": "b".repeat(300) };
  assert.throws(
    () => checkCsrf(ask("POST", said), site),
    ({ origins }: ApiError) => {
      const { description, ...rest } = origins!;
      assert.notEqual(description, "");
      assert.doesNotMatch(description, /aaa|bbb/);
      assert.deepEqual(rest, {
        origin: origin.slice(0, 200),
        fetchSite: "b".repeat(200),
        expectedOrigins: [own, further],
      });
      return true;
    },
  );
  assert.throws(
    () => checkCsrf(ask("POST", {}), site),
    ({ origins }: ApiError) => !("origin" in origins!) && !("fetchSite" in origins!),
  );
});

describe("CORS", () => {
  const preflight = { origin: further, "access-control-request-method": "POST" };
  const marked = (headers: Record<string, string>, of = site) => {
    const response = new Response();
    new Cors(of).mark(ask("GET", headers), response);
    return Object.fromEntries(response.headers);
  };

  test("lets pages of listed origins read answers, and no others", () => {
    assert.deepEqual(marked({ origin: further }), {
      vary: "Origin",
      "access-control-allow-origin": further,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "Retry-After, Preference-Applied",
    });
    for (const headers of [{ origin: other }, {}]) assert.deepEqual(marked(headers), { vary: "Origin" });
    assert.deepEqual(marked({ origin: further }, new PageOrigins(own, [])), {});
  });

  test("answers the preflight of a listed origin, and nothing else", () => {
    const answer = new Cors(site).preflight(ask("OPTIONS", preflight), "POST");
    assert.equal(answer?.status, 204);
    assert.equal(answer.headers.get("access-control-allow-methods"), "POST");
    assert.equal(answer.headers.get("access-control-allow-headers"), "Content-Type, Prefer");
    assert.equal(answer.headers.get("access-control-max-age"), "600");
    const { origin, ...withoutOrigin } = preflight;
    for (const [method, headers] of [
      ["POST", preflight],
      ["OPTIONS", { origin }],
      ["OPTIONS", withoutOrigin],
      ["OPTIONS", { ...preflight, origin: other }],
    ] as const)
      assert.equal(new Cors(site).preflight(ask(method, headers), "POST"), undefined);
  });

  test("says why a preflight is refused, which no other request is", () => {
    const cors = new Cors(site);
    assert.equal(cors.whyRefused(ask("OPTIONS", { ...preflight, origin: other }))?.origin, other);
    assert.equal(cors.whyRefused(ask("POST", { origin: other })), undefined);
  });
});

type Row = [origin: string | undefined, fetchSite: string | undefined, passes: boolean];

const table = (rows: Row[], of: PageOrigins): void => {
  for (const [origin, fetchSite, expected] of rows) {
    const from = origin === undefined ? "without Origin" : `from "${origin}"`;
    test(`${expected ? "accepts" : "rejects"} a call ${from}, Sec-Fetch-Site ${fetchSite ?? "missing"}`, () => {
      assert.equal(passes(origin, fetchSite, of), expected);
    });
  }
};

describe("the CSRF check", () => {
  const rows: Row[] = [
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
  table(rows, site);

  test("rejects a sibling origin that is not listed, although the browser says same-site", () => {
    assert.equal(passes(further, "same-site", new PageOrigins(own)), false);
    assert.equal(passes(further, undefined, new PageOrigins(own)), false);
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

describe("the CSRF check of a login API at another origin than the page", () => {
  const api = "https://api.example.test";
  table(
    [
      [own, "same-site", true],
      [own, undefined, true],
      // Through a proxy at the page's own origin.
      [own, "same-origin", true],
      [own, "cross-site", false],
      [own, "none", false],
      [further, "same-site", true],
      [further, "cross-site", false],
      // The login API's own pages are none of the listed.
      [api, "same-origin", false],
      [api, undefined, false],
      [undefined, "same-origin", false],
      [undefined, "same-site", false],
      [undefined, undefined, false],
      [other, "same-site", false],
    ],
    new PageOrigins(own, [further], api),
  );

  test("accepts pages of that origin if it is listed, and as its own only", () => {
    const listed = new PageOrigins(own, [api], api);
    assert.equal(passes(api, "same-origin", listed), true);
    assert.equal(passes(undefined, "same-origin", listed), true);
    assert.equal(passes(api, "same-site", listed), false);
  });
});

describe("the CSRF check of an origin that a pattern names", () => {
  const preview = "https://pr-12.preview.example.test";
  table(
    [
      [preview, "same-site", true],
      [preview, "same-origin", true],
      [preview, "cross-site", false],
      [preview, "none", false],
      // Only the browser knows whether it is of the same site.
      [preview, undefined, false],
      [own, "same-origin", true],
      ["https://a.b.preview.example.test", "same-site", false],
      ["https://preview.example.test", "same-site", false],
      ["https://.preview.example.test", "same-site", false],
      ["http://pr-12.preview.example.test", "same-site", false],
      ["https://pr-12.preview.example.test:8443", "same-site", false],
      ["https://pr-12.preview.example.test.evil.test", "same-site", false],
      ["https://evil.test/.preview.example.test", "same-site", false],
      ["https://evil.test#.preview.example.test", "same-site", false],
      ["https://user@pr-12.preview.example.test", "same-site", false],
      ["https://pr-12-preview.example.test", "same-site", false],
      ["https://pr-12xpreview.example.test", "same-site", false],
      ["https://*.preview.example.test", "same-site", false],
      ["https://PR-12.preview.example.test", "same-site", false],
    ],
    new PageOrigins(own, ["https://*.preview.example.test"]),
  );

  test("needs the port that the pattern has", () => {
    const withPort = new PageOrigins(own, ["https://*.example.test:8443"]);
    assert.equal(passes("https://a.example.test:8443", "same-site", withPort), true);
    assert.equal(passes("https://a.example.test", "same-site", withPort), false);
  });
});
