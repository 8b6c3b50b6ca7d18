import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { whyForbidden } from "../../../../src/server/http/forbidden-origin.js";
import { PageOrigins } from "../../../../src/server/http/page-origins.js";

const page = "https://www.example.test";
const api = "https://login.example.test";
const elsewhere = "https://other.example.test";
const pattern = "https://*.preview.example.test";

describe("what the log says of a call with forbidden_origin", () => {
  type Row = [
    what: string,
    headers: [origin: string | null, fetchSite: string | null],
    says: RegExp,
    of?: PageOrigins,
  ];
  const rows: Row[] = [
    ["a page of another port", ["http://localhost:5173", "same-origin"], /set "origin" to it/],
    ["a page of the same site", [elsewhere, "same-site"], /set "origin" to it, and "apiOrigin" .*"origins"/],
    ["a page without Sec-Fetch-Site", [elsewhere, null], /set "origin" to it.*add it to "origins"/],
    ["a page of another site", ["https://evil.test", "cross-site"], /another site.*"origin"/],
    [
      "the login page, where the API is elsewhere on the site",
      [page, "same-site"],
      /may call, .*Set "apiOrigin" to the origin that the page calls/,
    ],
    [
      "the login page, where the API is on another site",
      [page, "cross-site"],
      /may call, .*of another site.*"apiOrigin"/,
    ],
    ["a file", ["null", "cross-site"], /no origin.*at "origin", https:\/\/www\.example\.test/],
    ["no browser", [null, null], /neither Origin nor Sec-Fetch-Site.*Let the proxies pass/],
    ["a browser behind a proxy that removes Origin", [null, "same-site"], /no Origin.*Let the proxies pass/],
    ["a proxy's own words", ["x; DROP", "same-origin"], /^The header Origin is not the origin of a page\./],
    [
      "a page of the API's own origin",
      [null, "same-origin"],
      /"apiOrigin", https:\/\/login.* add it to "origins"/,
      new PageOrigins(page, [], api),
    ],
    [
      "a preview whose browser says nothing of sites",
      ["https://pr-1.preview.example.test", null],
      /fits a pattern in "origins".*name the origin itself in "origins"/,
      new PageOrigins(page, [pattern]),
    ],
    ["an address that somebody typed", [page, "none"], /no page made this call/],
  ];
  for (const [what, [origin, fetchSite], says, of = new PageOrigins(page)] of rows)
    test(`for ${what} says what to change`, () => assert.match(whyForbidden(origin, fetchSite, of), says));

  test("never says of an origin that may call that it may not", () => {
    const pages = new PageOrigins(page, [elsewhere, pattern], api);
    for (const origin of [page, elsewhere, "https://pr-1.preview.example.test"])
      for (const site of ["same-site", "cross-site", "none"])
        assert.match(whyForbidden(origin, site, pages), new RegExp(`^${origin} may call, and `));
  });

  test("repeats nothing of a header that is no origin", () => {
    assert.doesNotMatch(
      whyForbidden("https://evil.test/\nforged", "same-origin", new PageOrigins(page)),
      /evil/,
    );
  });
});
