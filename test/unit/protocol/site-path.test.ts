import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { JSDOM } from "jsdom";
import { sitePath } from "../../../src/protocol/site-path.js";

describe("sitePath", () => {
  for (const [address, path] of [
    ["/", "/"],
    ["/orders/7?from=mail&of=2#total", "/orders/7?from=mail&of=2#total"],
    ["/bücher?q=größe", "/b%C3%BCcher?q=gr%C3%B6%C3%9Fe"],
    ["/a b", "/a%20b"],
    ["/a/../b/./c", "/b/c"],
    ["/@example.org", "/@example.org"],
    ["/a//b", "/a//b"],
    ["/R&D?a=1&b=2", "/R%26D?a=1&b=2"],
    ["/&sol;example.org", "/%26sol;example.org"],
    ["/&#47;example.org", "/%26#47;example.org"],
    ["/100%25", "/100%25"],
    ["/search?back=//example.org&at=%2F%5C", "/search?back=//example.org&at=%2F%5C"],
    ["/／example.org", "/%EF%BC%8Fexample.org"],
    [`/'"><script>?'"><b>#'"><b>`, "/%27%22%3E%3Cscript%3E?%27%22%3E%3Cb%3E#%27%22%3E%3Cb%3E"],
  ] as const)
    test(`takes ${address} as ${path}`, () => assert.equal(sitePath(address), path));

  for (const address of [
    "",
    "orders",
    "?next=/orders",
    " /orders",
    "//example.org",
    "///example.org",
    "/\\example.org",
    "\\\\example.org",
    "/orders\\7",
    "https://example.org/",
    "https:example.org",
    "HTTPS://www.example.com/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "blob:https://www.example.com/1",
    "/\t/example.org",
    "/\n/example.org",
    "/\r\nSet-Cookie: a=b",
    "/\0",
    "/\u007f",
    "/\u0085",
    "//[",
    "//user@www.example.com:99999999/",
    "/.//example.org",
    "/..//example.org",
    "/orders/..//example.org",
    "/%2e//example.org",
    "/%2e%2E//example.org",
    "%2F%2Fexample.org",
    "%68ttps://example.org",
    "https%3A%2F%2Fexample.org",
    "/%2Fexample.org",
    "/%2%66/example.org",
    "/a/.b/../..//example.org",
    "/%252e%252e/orders",
    "/%25%32%66/example.org",
    "/%2fexample.org",
    "/%5Cexample.org",
    "/%5cexample.org",
    "/%09/example.org",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%7f",
    "/%252Fexample.org",
    "/%25255Cexample.org",
    "/orders/..%2F..%2F/example.org",
    `/${"a".repeat(2000)}`,
    `/${"ü".repeat(400)}`,
  ])
    test(`refuses ${JSON.stringify(address.slice(0, 60))}`, () => assert.equal(sitePath(address), undefined));

  test("takes 2,000 characters", () => assert.equal(sitePath(`/${"a".repeat(1999)}`)?.length, 2000));

  test("refuses what is no string", () => {
    for (const value of [undefined, null, 7, true, {}, ["/orders"], new URL("https://example.org/orders")])
      assert.equal(sitePath(value), undefined);
  });

  test("gives a path that leads nowhere but to this site, from whatever comes", () => {
    const special = ["\\", "%2f", "%5C", "%25", "%09", "\t", "\n", "@", ":", "?", "#", "[", "'", '"', "&"];
    const references = ["&sol;", "&bsol;", "&#47;", "&#x5c", "&Tab;", "&NewLine;", "&period;", "&quest;"];
    const names = ["example.org", "https:", "javascript:", "user"];
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("/", ".", "..") },
      { weight: 1, arbitrary: fc.constantFrom(...special) },
      { weight: 1, arbitrary: fc.constantFrom(...references) },
      { weight: 1, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
    );
    const address = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);
    let taken = 0;
    fc.assert(
      fc.property(address, (text: string): void => {
        const path: string | undefined = sitePath(text);
        if (path === undefined) return;
        taken++;
        assert.match(path, /^\/(?!\/)[!#-&(-;=?-~]*$/, "It can stand in a header and in a quoted attribute.");
        const inAttribute = JSDOM.fragment(`<a href="${path}"></a>`).querySelector("a")?.getAttribute("href");
        for (const site of ["https://www.example.com", "http://localhost:3000"]) {
          const target: URL = new URL(path, `${site}/login/otp`);
          assert.equal(target.origin, site);
          assert.equal(target.href, new URL(`${site}${path}`).href);
          assert.equal(
            new URL(inAttribute ?? "", `${site}/login`).origin,
            site,
            "References are read there.",
          );
          // As a server does that decodes a path before it redirects.
          const before: string = path.split(/[?#]/, 1)[0] ?? "";
          const decoded: string = /%(?![0-9a-f]{2})/i.test(before)
            ? before
            : decodeURI(before.replaceAll(/%[89a-f]./gi, "x"));
          assert.equal(new URL(decoded, site).origin, site);
        }
        assert.equal(sitePath(path), path, "It is what it gives.");
      }),
      { numRuns: 5_000 },
    );
    assert.ok(taken > 250, `${taken} were taken`);
  });
});
