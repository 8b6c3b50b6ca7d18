import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { register } from "prom-client";

/** The recipe of docs/logs.md that shows the element to some of the visitors. */

interface Recipe {
  lotOf: (cookie: string | null) => number;
  loginPage: (cookie: string | null) => { hasElement: boolean; setCookie: string };
  countLogin: (cookie: string | null, way: string) => void;
}

describe("the recipe for a part of the visitors", () => {
  const folder = join(".cache", `first-visitors-${process.pid}`);
  let recipe: Recipe;
  before(async () => {
    const page = readFileSync("docs/logs.md", "utf8");
    const [, code = assert.fail("no listing")] =
      /^```ts\n(\/\/ first-visitors\.ts\n[^]*?)^```$/m.exec(page) ?? [];
    mkdirSync(folder, { recursive: true });
    const file = resolve(folder, "first-visitors.ts");
    writeFileSync(file, code);
    recipe = (await import(pathToFileURL(file).href)) as Recipe;
  });
  after(() => rmSync(folder, { recursive: true }));

  test("gives each visitor a number, which their next visits keep, beside other cookies", () => {
    for (let visitor = 0; visitor < 300; visitor++) {
      const first = recipe.loginPage(null);
      const [cookie = ""] = first.setCookie.split(";");
      assert.match(cookie, /^login-lot=\d\d?$/);
      for (const sent of [cookie, `theme=dark; ${cookie}`, `${cookie}; theme=dark`]) {
        const { hasElement, setCookie } = recipe.loginPage(sent);
        assert.deepEqual({ hasElement, setCookie }, first);
      }
    }
  });

  test("shows the element to the share of numbers", () => {
    const numbers = Array.from({ length: 100 }, (_, lot) => lot);
    const shown = numbers.filter((lot) => recipe.loginPage(`login-lot=${lot}`).hasElement);
    assert.deepEqual(shown, numbers.slice(0, 10));
  });

  test("counts the pages and the logins of both parts", async () => {
    register.resetMetrics();
    for (const lot of [3, 3, 50]) recipe.loginPage(`login-lot=${lot}`);
    recipe.countLogin("login-lot=3", "qr");
    recipe.countLogin("login-lot=50", "password");
    const text = await register.metrics();
    for (const line of [
      'site_login_pages_total{part="with"} 2',
      'site_login_pages_total{part="without"} 1',
      'site_logins_total{part="with",way="qr"} 1',
      'site_logins_total{part="without",way="password"} 1',
    ])
      assert.ok(text.split("\n").includes(line), text);
  });
});
