import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { compileFunction } from "node:vm";
import { foreignPages } from "./support/session-browser.js";

/** `?next=` in `examples/backends/`: the script of the login page, and the check, in each language. */

const files = readdirSync("examples/backends", { recursive: true, encoding: "utf8" }).map(
  (file) => `examples/backends/${file.replaceAll("\\", "/")}`,
);
const read = (file: string): string => readFileSync(file, "utf8");

test("every site's return-to.js has the same text, which docs/sessions.md lists", () => {
  const scripts = files.filter((file) => file.endsWith("/return-to.js"));
  const sites = scripts.map((file) => file.split("/")[2]);
  assert.deepEqual(sites.sort(), ["aspnet", "django", "flask", "go", "java", "php", "ruby", "spring"]);
  const [, listed = ""] =
    /^<!-- listing: (\S*\/return-to\.js) -->$/m.exec(read("docs/sessions.md")) ?? assert.fail("No listing");
  for (const file of scripts) assert.equal(read(file), read(listed), file);
});

test("the next.js of docs/sessions.md goes to a page of its own site alone", () => {
  const [, code = ""] = /^```js\n(\/\/ next\.js\n[^]*?)^```$/m.exec(read("docs/sessions.md")) ?? [];
  const goesTo = (search: string): string | undefined => {
    let target: string | undefined;
    const element = new EventTarget();
    const run = compileFunction(code, ["document", "location"]) as (...globals: unknown[]) => void;
    run(
      { querySelector: () => element },
      { origin: "https://www.example.com", search, replace: (url: URL) => (target = url.href) },
    );
    const isPrevented = !element.dispatchEvent(new Event("login", { cancelable: true }));
    assert.equal(isPrevented, target !== undefined);
    return target;
  };

  assert.equal(goesTo("?next=%2Forders%3Fof%3D2"), "https://www.example.com/orders?of=2");
  assert.equal(goesTo(""), "https://www.example.com/account");
  for (const page of [...foreignPages, "data:text/html,"]) {
    const target = goesTo(`?next=${page}`);
    if (target !== undefined) assert.equal(new URL(target).origin, "https://www.example.com", page);
  }
  assert.equal(goesTo("?next=//evil.example"), undefined);
  assert.equal(goesTo("?next=javascript:alert(1)"), undefined);
});

describe("the check of docs/backends.md", () => {
  const [, expression = ""] =
    /regular expression[^]*?^```text\n(.*)\n```$/m.exec(read("docs/backends.md")) ?? [];

  test("is that of every site without a check of its framework", () => {
    for (const name of ["flask/app.py", "go/main.go", "php/index.php", "ruby/app.rb", "aspnet/Program.cs"])
      assert.ok(read(`examples/backends/${name}`).includes(expression), name);
    for (const name of ["java/Site.java", "spring/OtpLoginController.java"])
      assert.ok(read(`examples/backends/${name}`).includes(expression.replaceAll("\\", "\\\\")), name);
  });

  test("takes a path of the site, and no other site's address", () => {
    const check = new RegExp(`^(?:${expression})$`);
    for (const page of ["/", "/orders/7?from=mail&of=2", "/a/b.html", "/?q=//evil.example"])
      assert.match(page, check);
    for (const page of [
      "",
      "orders",
      "/\t/evil.example",
      "/a\n",
      "/\\evil.example",
      "/a\\b",
      "https:evil.example",
    ])
      assert.doesNotMatch(page, check);
    for (const page of foreignPages) assert.doesNotMatch(decodeURIComponent(page), check);
  });
});
