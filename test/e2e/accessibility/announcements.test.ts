import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reachPhase } from "../../support/login-page.js";
import { listen } from "./support/assistive-technology.js";
import { code, refusal } from "./support/login-site.js";
import { watched, type Stage, stages } from "./support/scenes.js";

const ready = "The QR code is ready. Scan it in the app.";
const offline = "You’re offline. We’ll keep trying.";
const accepted = "Accepted. Logging you in…";
const declined = "You declined on your phone. You’re not logged in on this device.";

describe("Screen reader announcements", () => {
  const { open } = stages();

  const press = ({ page }: Stage, name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();

  it("come from one live region, which is present and empty at first", async () => {
    const { page } = await open("idle");
    const regions = page
      .locator("onegini-otp-login")
      .locator("[aria-live], [role=status], [role=alert], [role=log]");
    assert.equal(await regions.count(), 1);
    assert.equal(await regions.textContent(), "");
  });

  it("are three in a login", async () => {
    const stage = await open("idle");
    const ear = await listen(stage.page);
    await press(stage, "Show QR code");
    await watched(stage);
    stage.site.say("approved");
    await reachPhase(stage.page, "completed");
    const heard = await ear.heard();
    assert.deepEqual([heard[0], heard.at(-1)], [ready, "You’re logged in"]);
    assert.ok(heard.length <= 3, heard.join(" | "));
  });

  it("are seven at most when everything goes wrong and the person tries again", async () => {
    const stage = await open("idle");
    const { page, site } = stage;
    const ear = await listen(page);
    await press(stage, "Show QR code");
    await watched(stage);
    await stage.pass(45);
    await stage.reads("New code in 0:45");

    site.answers.status = "reset";
    site.cut();
    await stage.passUntil("Reconnecting…");
    site.answers.status = "stream";
    await stage.passUntil("New code in");

    for (let count = 0; count < 2; count++) {
      await page.context().setOffline(true);
      await stage.reads(offline);
      await stage.pass(5);
      await page.context().setOffline(false);
      await stage.passUntil("New code in");
    }

    await watched(stage);
    site.say("denied");
    await reachPhase(page, "denied");
    await press(stage, "Try again");
    await watched(stage);
    // The login's first answer is an error, and the login is repeated once.
    site.answers.login = refusal("server_error", 500);
    site.say("approved");
    await reachPhase(page, "approved");
    site.answers.login = { status: 200, body: {} };
    for (const end = Date.now() + 15_000; (await page.locator(":state(completed)").count()) === 0;) {
      assert.ok(Date.now() < end, "it never logged in");
      await stage.pass(1);
    }
    assert.deepEqual(await ear.heard(), [
      ready,
      offline,
      ready,
      declined,
      ready,
      accepted,
      "You’re logged in",
    ]);
  });

  it("do not contain the clock or new codes", async () => {
    const stage = await open("idle");
    const ear = await listen(stage.page);
    await press(stage, "Show QR code");
    await watched(stage);
    let seconds = 0;
    for (let codes = 0; codes < 5; codes++) {
      await stage.reads("New code in 0:45");
      for (let count = 0; count < 45; count++, seconds++) await stage.pass(1);
    }
    await stage.reads("Code works for 1:00");
    for (let count = 0; count < 59; count++, seconds++) await stage.pass(1);
    await stage.reads("Code works for 0:01");
    assert.equal(seconds, 284);
    assert.deepEqual(await ear.heard(), [ready]);
    await stage.pass(1);
    await reachPhase(stage.page, "expired");
    assert.deepEqual(await ear.heard(), [ready, "Still there? Get a new code to continue."]);
  });

  it("do not count down to the next try, but say that it has come", async () => {
    const stage = await open("idle");
    const ear = await listen(stage.page);
    stage.site.answers.start = refusal("too_many_requests", 429, { "Retry-After": "60" });
    await press(stage, "Show QR code");
    await reachPhase(stage.page, "failed");
    for (let count = 0; count < 61; count++) await stage.pass(1);
    await stage.reads("Try again");
    assert.deepEqual(await ear.heard(), ["Too many tries. Please wait a little.", "Try again"]);
  });

  it("say once that logins are paused, however often the page asks again, and then that there is a code", async () => {
    const stage = await open("idle");
    const ear = await listen(stage.page);
    stage.site.answers.start = refusal("login_paused", 503, { "Retry-After": "30" });
    await press(stage, "Show QR code");
    await reachPhase(stage.page, "failed");
    const paused = "Phone login is paused. Please log in another way for now.";
    for (let asked = 0; asked < 3; asked++) await stage.pass(30);
    assert.deepEqual(await ear.heard(), [paused]);
    stage.site.answers.start = code(600);
    await stage.passUntil("New code in");
    assert.deepEqual(await ear.heard(), [paused, ready]);
  });

  it("say once that a code is late, and once that a login is", async () => {
    const stage = await open("idle");
    const { site, page } = stage;
    const ear = await listen(page);
    site.answers.start = "never";
    await press(stage, "Show QR code");
    await reachPhase(page, "requesting");
    for (let count = 0; count < 12; count++) await stage.pass(1);
    site.answers.start = code(600);
    await press(stage, "Try again");
    await watched(stage);
    site.answers.login = "never";
    site.say("approved");
    await reachPhase(page, "approved");
    for (let count = 0; count < 12; count++) await stage.pass(1);
    await press(stage, "Keep waiting");
    await page.getByRole("button", { name: "Start over", exact: true }).waitFor({ state: "detached" });
    const slow = "This is taking longer than usual.";
    assert.deepEqual(await ear.heard(), [slow, ready, accepted, slow]);
  });

  it("do not report a short network failure", async () => {
    const stage = await open("idle");
    const ear = await listen(stage.page);
    stage.site.answers.start = code(600);
    await press(stage, "Show QR code");
    await watched(stage);
    await stage.page.context().setOffline(true);
    await stage.reads(offline);
    await stage.pass(2);
    await stage.page.context().setOffline(false);
    await stage.passUntil("New code in");
    await stage.pass(10);
    assert.deepEqual(await ear.heard(), [ready]);
  });
});
