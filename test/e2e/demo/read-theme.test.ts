import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type * as ReadTheme from "../../../demo/client/theme/read-theme.js";
import { cssOf, valueOf } from "../../../demo/client/theme/theme.js";
import { launchBrowser } from "../../support/browser.js";
import { bundled } from "../../support/bundled.js";

describe("A theme's style sheet", () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    const script = await bundled("themes", 'export * from "./demo/client/theme/read-theme.js"');
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("request", (request) => complaints.push(request.url()));
    await page.setContent("<!doctype html>");
    await page.addScriptTag({ content: script });
  });
  after(() => browser.close());

  const read = (css: string) =>
    page.evaluate(
      (text) => (globalThis as unknown as { themes: typeof ReadTheme }).themes.readTheme(text),
      css,
    );

  for (const file of readdirSync("src/public/themes"))
    it(`is the same after it was read and written: ${file}`, async () => {
      const { theme, leftOut } = await read(readFileSync(`src/public/themes/${file}`, "utf8"));
      assert.ok(theme.length > 0);
      assert.deepEqual(leftOut, []);
      assert.deepEqual((await read(cssOf(theme))).theme, theme);
    });

  it("is read with its parts, states and media", async () => {
    const { theme } = await read(
      `:root { color-scheme: light dark }
      /* No rule { */
      onegini-otp-login:state(completed)::part(base), onegini-otp-login a { border: 1px solid red; color: blue !important }
      @media (width < 600px) { onegini-otp-login { --onegini-otp-login-font: "a;b", serif } }`,
    );
    assert.deepEqual(theme, [
      {
        around: "",
        selector: "onegini-otp-login:state(completed)::part(base), onegini-otp-login a",
        declarations: { border: "1px solid red", color: "blue !important" },
      },
      {
        around: "@media (width < 600px)",
        selector: "onegini-otp-login",
        declarations: { "--onegini-otp-login-font": '"a;b", serif' },
      },
    ]);
  });

  it("keeps nothing that could load an address, and says so", async () => {
    const { theme, leftOut } = await read(
      `@import "https://a.example/1.css";
      @import url(https://a.example/2.css) screen;
      @font-face { font-family: x; src: url(https://a.example/3) }
      onegini-otp-login {
        color: red;
        background: url("https://a.example/4");
        cursor: image-set("https://a.example/5" 1x), auto;
        --a: u\\72l(https://a.example/6);
        --b: URL(https://a.example/7);
      }`,
    );
    assert.equal(valueOf(theme, "color"), "red");
    assert.doesNotMatch(cssOf(theme), /a\.example/);
    assert.deepEqual(leftOut, [
      "Left out: @import, which loads another address.",
      "Left out: @font-face.",
      "Left out: background, which can load another address.",
      "Left out: cursor, which can load another address.",
      "Left out: --a, which can load another address.",
      "Left out: --b, which can load another address.",
    ]);
    assert.deepEqual(complaints, []);
  });

  it("is only of the element: other rules are left out, and said", async () => {
    const { theme, leftOut } = await read(
      "body, onegini-otp-login { color: red } onegini-otp-login-x { color: red } onegini-otp-login { color: red }",
    );
    assert.equal(theme.length, 1);
    assert.equal(leftOut.length, 2);
  });
});
