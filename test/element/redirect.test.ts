import { expect } from "chai";
import { clear, until } from "./support/page.js";

/** A frame with a page that may navigate. `redirect-page.ts` runs in it. */
function open(parameters: Record<string, string>): HTMLIFrameElement {
  const place = document.createElement("div");
  place.className = "place";
  const frame = document.createElement("iframe");
  frame.srcdoc = `<!doctype html><html><head><base href="/"></head><body></body></html>`;
  frame.name = JSON.stringify(parameters);
  frame.addEventListener(
    "load",
    () => {
      const element = frame.contentDocument!.createElement("script");
      element.type = "module";
      element.src = new URL("support/redirect-page.ts", import.meta.url).href;
      frame.contentDocument!.head.append(element);
    },
    { once: true },
  );
  place.append(frame);
  document.body.append(place);
  return frame;
}

const address = (frame: HTMLIFrameElement) => frame.contentWindow!.location.href;
const state = (frame: HTMLIFrameElement) => frame.contentDocument?.querySelector("onegini-otp-login")?.state;

describe("after a login", () => {
  afterEach(clear);

  it("the page goes to the answer's URL", async () => {
    const frame = open({ redirect: "/by-attribute", redirectTo: "/by-answer" });
    await until(() => address(frame) === `${location.origin}/by-answer`);
  });
  it("the page goes to `redirect` if the answer has no URL", async () => {
    const frame = open({ redirect: "/by-attribute" });
    await until(() => address(frame) === `${location.origin}/by-attribute`);
  });
  it("the page goes to `redirect` if the answer's URL is rejected", async () => {
    const frame = open({ redirect: "/by-attribute", redirectTo: "javascript:document.title='run'" });
    await until(() => address(frame) === `${location.origin}/by-attribute`);
  });
  it("the page stays if the `login` event was prevented", async () => {
    const frame = open({ redirect: "/by-attribute", prevent: "yes" });
    await until(() => state(frame) === "completed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state(frame)).to.equal("completed");
  });
  it("the page stays if both URLs are rejected", async () => {
    const frame = open({ redirect: "javascript:document.title='run'" });
    await until(() => state(frame) === "completed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state(frame)).to.equal("completed");
    expect(frame.contentDocument!.title).to.equal("");
  });
});
