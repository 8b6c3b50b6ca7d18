import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
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
