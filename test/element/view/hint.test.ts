import { expect } from "chai";
import "../../../src/define.js";
import { inPhase, put, until, withLoginApi, type LoginApi } from "../support/page.js";

describe("the message in the place of the time", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  it("says “Reconnecting…” after the stream broke", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    api.cut();
    await until(() => element.shadowRoot!.textContent.includes("Reconnecting…"));
    expect(element.state).to.equal("pending");
  });
});
