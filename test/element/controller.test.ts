import { expect } from "chai";
import "../../src/define.js";
import { inPhase, put, until, withLoginApi, type LoginApi } from "./support/page.js";

describe("the controller", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  it("removes a query, a fragment and slashes at the end from the endpoint", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login/?tenant=1#top"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    expect(api.calls.map(({ path }) => path)).to.deep.equal(["/otp-login", "/otp-login/attempt-1"]);
  });

  it("uses /otp-login if the page sets no endpoint", async () => {
    const element = put(`<onegini-otp-login></onegini-otp-login>`);
    await inPhase(element, "pending");
    expect(api.calls[0]).to.include({ method: "POST", path: "/otp-login" });
  });

  for (const endpoint of ["http://", "https://[x/login"]) {
    it(`names an invalid endpoint in the error's cause: ${endpoint}`, async () => {
      const element = put(`<onegini-otp-login endpoint="${endpoint}" manual></onegini-otp-login>`);
      const causes: unknown[] = [];
      element.addEventListener("error", ({ cause }) => causes.push(cause));
      element.start();
      await inPhase(element, "failed");
      expect(String(causes[0])).to.contain(`endpoint="${endpoint}"`);
      expect(api.calls).to.deep.equal([]);
    });
  }

  it("sends a page's first request before the first render", async () => {
    const { fetch } = globalThis;
    const rendered: number[] = [];
    globalThis.fetch = (...call) => {
      rendered.push(document.querySelector("onegini-otp-login")!.shadowRoot!.childElementCount);
      return fetch(...call);
    };
    const element = put(`<onegini-otp-login endpoint="/first"></onegini-otp-login>`);
    await inPhase(element, "pending");
    expect(rendered[0]).to.equal(0);
    // The stream comes after the code's frame.
    await until(() => rendered.length > 1);
    expect(rendered[1]).to.be.above(0);
  });

  it("still waits for its button if it is moved after `cancel()`", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    // The stream is the last call of a start.
    await until(() => api.watched === 1);
    element.cancel();
    const count = api.calls.length;
    const place = document.body.appendChild(document.createElement("div"));
    place.append(element);
    await element.updateComplete;
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.state).to.equal("idle");
    expect(api.calls).to.have.length(count);
  });

  it("starts again if it is put back after it was cancelled and removed", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    element.cancel();
    element.remove();
    await new Promise((resolve) => setTimeout(resolve));
    document.body.append(element);
    await inPhase(element, "pending");
  });
});
