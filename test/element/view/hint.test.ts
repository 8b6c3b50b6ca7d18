import { expect } from "chai";
import "../../../src/define.js";
import { clear, inPhase, LoginApi, put, until } from "../support/page.js";

describe("the hint", () => {
  let api: LoginApi;
  beforeEach(() => (api = new LoginApi()));
  afterEach(() => {
    clear();
    api.restore();
  });

  it("says reconnecting 2 s after the stream broke, and not later", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    api.cut();
    const brokenAt = Date.now();
    await until(() => element.shadowRoot!.textContent.includes("Reconnecting…"));
    expect(Date.now() - brokenAt).to.be.within(1_900, 3_500);
  });
});
