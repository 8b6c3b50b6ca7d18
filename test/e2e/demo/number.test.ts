import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { launchBrowser } from "../../support/browser.js";
import { openPhone } from "../../support/demo/demo-pages.js";
import { phoneCalls, startDemo, type Demo } from "../../support/demo/demo.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";

/** The number on the phone, in the demo. */
describe("The demo's number", { concurrency: 2 }, () => {
  const start = async (t: TestContext, variables?: Record<string, string>): Promise<Demo> => {
    const demo = await startDemo(variables);
    t.after(() => demo.stop());
    return demo;
  };
  const newBrowser = ({ origin }: Demo, path = "/otp-login") => new Browser({ url: origin + path, origin });
  /** Begins a login that the phone accepts. Resolves to its id and the phone's message. */
  async function accept({ origin }: Demo, browser: Browser) {
    const { attempt, otp } = await browser.start();
    const phone = phoneCalls(origin);
    const { id, message } = await phone.scan(otp);
    await phone.answer(id, true);
    await browser.approval(attempt);
    return { attempt, message };
  }

  it("stays on the phone's screen after Accept, large, until the person closes it", async (t) => {
    const demo = await start(t, { PAIRING: "always" });
    const chromium = await launchBrowser();
    t.after(() => chromium.close());
    const { attempt, otp } = await new Browser({
      url: `${demo.origin}/otp-login`,
      origin: demo.origin,
    }).start();
    assert.ok(attempt);
    const phone = await openPhone(
      await chromium.newContext(),
      demo.origin,
      `/phone#otp=${encodeURIComponent(otp)}`,
    );
    await phone.sees("Is this you logging in?");
    const number = numberIn(await phone.screen.locator(".site-message").innerText());
    assert.match(number, /^\d{4}$/);
    await phone.press("Accept");
    await phone.sees("Accepted");
    const large = phone.screen.getByText(number, { exact: true });
    const size = await large.evaluate((each) => parseFloat(getComputedStyle(each).fontSize));
    assert.ok(size >= 40, `${size}px`);
    assert.match(
      await phone.screen.innerText(),
      new RegExp(`It may ask for ${number}: type it only there\\.`),
    );
    await phone.press("Done");
    await phone.sees("Log in on your computer");
    assert.equal(await large.count(), 0);
  });

  it("is asked for once in a browser with PAIRING=unknown-browsers, and after its log-out not again", async (t) => {
    const demo = await start(t, { PAIRING: "unknown-browsers" });
    const browser = newBrowser(demo);
    const { attempt, message } = await accept(demo, browser);
    assert.equal((await browser.postLogin(attempt)).json["error"], "pairing_required");
    assert.equal((await browser.postLogin(attempt, numberIn(message))).status, 200);
    const left = await fetch(`${demo.origin}/logout`, { redirect: "manual", method: "POST" });
    assert.doesNotMatch(left.headers.getSetCookie().join(), /known/);
    assert.equal((await browser.postLogin((await accept(demo, browser)).attempt)).status, 200);
  });

  it("is not there without PAIRING, unless the playground wants it", async (t) => {
    const demo = await start(t);
    const browser = newBrowser(demo);
    const { attempt, message } = await accept(demo, browser);
    assert.match(message, /^Log in to Demo Bank on the web\. Device/);
    assert.equal((await browser.postLogin(attempt)).status, 200);

    const chosen = await fetch(`${demo.origin}/playground/network`, {
      method: "PUT",
      headers: { origin: demo.origin, "content-type": "application/json" },
      body: JSON.stringify({ number: "always" }),
    });
    assert.equal(chosen.status, 204);
    const [playground = ""] = chosen.headers.getSetCookie()[0]?.split(";") ?? [];
    const there = newBrowser(demo, "/playground/otp-login");
    const headers = { cookie: playground };
    const started = await there.start({ headers });
    const phone = phoneCalls(demo.origin);
    const { id, message: numbered } = await phone.scan(started.otp);
    await phone.answer(id, true);
    await there.approval(started.attempt);
    there.cookie += `; ${playground}`;
    assert.equal((await there.postLogin(started.attempt)).json["error"], "pairing_required");
    assert.equal((await there.postLogin(started.attempt, numberIn(numbered))).status, 200);
  });
});
