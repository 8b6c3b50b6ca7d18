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
  it("the page goes to `redirect` if the answer's URL is only inherited", async () => {
    const frame = open({ redirect: "/by-attribute", byPrototype: "/by-prototype" });
    await until(() => !address(frame).startsWith("about:"));
    expect(address(frame)).to.equal(`${location.origin}/by-attribute`);
  });
  it("the page stays if the `login` event was prevented", async () => {
    const frame = open({ redirect: "/by-attribute", prevent: "yes" });
    await until(() => state(frame) === "completed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state(frame)).to.equal("completed");
  });
  for (const [redirectTo, redirect, expected] of [
    ["/by-answer", "/by-attribute", `${location.origin}/by-answer`],
    ["?next=1#top", undefined, `${location.origin}/?next=1#top`],
    ["https://other.example/path", undefined, "https://other.example/path"],
    ["javascript:document.title='run'", "/by-attribute", `${location.origin}/by-attribute`],
    ["java\tscript:document.title='run'", undefined, undefined],
    ["data:text/html,run", "javascript:document.title='run'", undefined],
    ["http://[", undefined, undefined],
    [undefined, "/by-attribute", `${location.origin}/by-attribute`],
    [undefined, undefined, undefined],
  ] as const) {
    it(`a listener gets the URL that the element would follow: ${redirectTo}, else ${redirect}`, async () => {
      const frame = open({
        prevent: "yes",
        ...(redirectTo !== undefined && { redirectTo }),
        ...(redirect !== undefined && { redirect }),
      });
      await until(() => state(frame) === "completed");
      const { dataset } = frame.contentDocument!.body;
      expect(dataset["redirectTo"]).to.equal(String(expected));
      expect(dataset["raw"]).to.equal(String(redirectTo));
    });
  }
  it("the page stays if both URLs are rejected", async () => {
    const frame = open({ redirect: "javascript:document.title='run'" });
    await until(() => state(frame) === "completed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state(frame)).to.equal("completed");
    expect(frame.contentDocument!.title).to.equal("");
  });
});
