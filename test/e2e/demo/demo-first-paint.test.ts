import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { demoInBrowser, type DemoInBrowser, phoneCalls } from "../../support/demo/demo.js";
import { reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";

describe("The demo's login page", () => {
  let given: DemoInBrowser;
  demoInBrowser((value) => (given = value));

  for (const [way, path, starts] of [
    ["brings its code along", "/?begin=server", 0],
    ["asks for its code from its head", "/?begin=early", 1],
  ] as const) {
    test(`${way}, and logs in with it`, async () => {
      const { context, demo } = given;
      const page = await context.newPage();
      const asked: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") asked.push(new URL(request.url()).pathname);
      });
      const answer = await page.goto(demo.origin + path);
      assert.match(answer?.headers()["cache-control"] ?? "", starts === 0 ? /no-store/ : /no-cache/);
      await reachPhase(page, "pending");
      await phoneCalls(demo.origin).accept(await codeOn(page));
      await page.waitForURL("**/account");
      assert.equal(asked.filter((asking) => asking === "/otp-login").length, starts);
    });
  }

  test("requests a code by early.js before the page's script has loaded", async () => {
    const { context, demo } = given;
    const page = await context.newPage();
    await page.route("**/assets/login.js", () => {});
    const asked = page.waitForRequest((request) => request.method() === "POST");
    await page.goto(`${demo.origin}/?begin=early`, { waitUntil: "commit" });
    assert.equal(new URL((await asked).url()).pathname, "/otp-login");
  });

  test("shows the code of its server when scripts are off", async () => {
    const { browser, demo } = given;
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${demo.origin}/?begin=server`);
    assert.match(await codeOn(page), /^[\w+/]+=*$/);
    await context.close();
  });
});
