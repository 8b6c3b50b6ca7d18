import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Browser } from "../support/browser.js";
import { site } from "../support/site.js";

describe("a whole login over HTTP", () => {
  test("goes from the code over the phone and the stream to the site's session", async (t) => {
    const { logins, emulator, ...where } = await site(t);
    const browser = new Browser(where);
    const { attempt, otp, expires_in, status } = await browser.start();
    assert.equal(status, "pending");
    assert.equal(expires_in, 60);
    const stream = await browser.stream(attempt);
    const phone = await emulator.phone("alice");
    await phone.handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
    const login = await browser.logIn(attempt);
    assert.equal(login.status, 200);
    assert.equal(login.headers.get("set-cookie"), "session=alice");
    assert.deepEqual(await login.json(), { redirect_to: "/account" });
    assert.deepEqual(logins, [{ userId: "alice", attempt }]);
    assert.deepEqual(await browser.status(attempt), { status: "completed", interval: 2 });
  });
});
