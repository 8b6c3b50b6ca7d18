import { expect } from "chai";
import { inPhase, part, put, withLoginApi, type LoginApi } from "./support/page.js";
import { OneginiOtpLogin } from "../../src/index.js";

const tag = `<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`;

/** Waits for two frames, after which the observer has reported. */
const twoFrames = async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  await new Promise((resolve) => setTimeout(resolve));
};

describe("an element that nobody can see", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  const starts = () => api.calls.filter(({ method }) => method === "POST").length;

  const places: [where: string, markup: string, show: (box: HTMLElement) => void][] = [
    [
      "in a box that is folded to nothing",
      `<div class="box" style="height: 0; overflow: hidden">${tag}</div>`,
      (box) => (box.style.height = "auto"),
    ],
    [
      "in a row of a grid that is folded to nothing",
      `<div class="box" style="display: grid; grid-template-rows: 0fr"><div style="overflow: hidden">${tag}</div></div>`,
      (box) => (box.style.gridTemplateRows = "1fr"),
    ],
    [
      "below the edge of a box that scrolls",
      `<div class="box" style="height: 200px; overflow: auto"><div style="height: 900px"></div>${tag}</div>`,
      (box) => (box.scrollTop = 900),
    ],
    [
      "beside the edge of a row of slides",
      `<div class="box" style="display: flex; inline-size: 300px; overflow: hidden"><div style="flex: 0 0 300px"></div><div style="flex: 0 0 300px">${tag}</div></div>`,
      (box) => (box.scrollLeft = 300),
    ],
    [
      "in a part of the page that is not visible and below the window",
      `<div class="box" style="visibility: hidden; position: relative; top: 200vh">${tag}</div>`,
      (box) => (box.style.cssText = ""),
    ],
    [
      "in a part of the page that is not rendered",
      `<div class="box" style="display: none">${tag}</div>`,
      (box) => (box.style.display = ""),
    ],
  ];
  for (const [where, markup, show] of places)
    it(`requests nothing ${where}, and starts when that ends`, async () => {
      const element = put(markup);
      await twoFrames();
      expect(element.state).to.equal("idle");
      expect(starts()).to.equal(0);
      show(element.closest<HTMLElement>(".box")!);
      await inPhase(element, "pending");
    });

  for (const dir of ["ltr", "rtl"])
    it(`does not include one at the edge of a page without margins, which sends its request before it is rendered: ${dir}`, async () => {
      const { fetch } = globalThis;
      const rendered: number[] = [];
      globalThis.fetch = (...call) => {
        rendered.push(document.querySelector("onegini-otp-login")!.shadowRoot!.childElementCount);
        return fetch(...call);
      };
      document.body.style.margin = "0";
      document.documentElement.dir = dir;
      try {
        // The first start of a page does not wait for the lock.
        await inPhase(put(`<onegini-otp-login endpoint="/first-${dir}"></onegini-otp-login>`), "pending");
        expect(rendered[0]).to.equal(0);
      } finally {
        globalThis.fetch = fetch;
        document.body.style.margin = document.documentElement.dir = "";
      }
    });

  it("does not include one in a box that has no height because its content is not rendered yet", async () => {
    const element = put(`<div style="overflow: hidden">${tag}</div>`);
    // Before the first frame, which would show the button.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(element.state).to.not.equal("idle");
    expect(element.shadowRoot!.querySelector("[part=button]")).to.equal(null);
    await inPhase(element, "pending");
  });

  it("requests nothing with `visibility: hidden`, and shows its button when it is visible again without a scroll", async () => {
    const element = put(`<div class="box" style="visibility: hidden">${tag}</div>`);
    await twoFrames();
    expect(starts()).to.equal(0);
    element.closest<HTMLElement>(".box")!.style.visibility = "";
    await twoFrames();
    expect(part(element, "button").textContent.trim()).to.equal("Show QR code");
    element.start();
    await inPhase(element, "pending");
  });

  it("is no longer observed once it is removed", async () => {
    const element = put(`<div class="box" style="display: none">${tag}</div>`);
    await twoFrames();
    const box = element.closest<HTMLElement>(".box")!;
    element.remove();
    box.style.display = "";
    await twoFrames();
    expect(starts()).to.equal(0);
  });

  it("starts on `start()`, also when that was called before it is in a page", async () => {
    const element = new OneginiOtpLogin();
    element.manual = true;
    element.endpoint = "/otp-login";
    element.start();
    put(`<p></p>`);
    document.querySelector(".place")!.append(element);
    await inPhase(element, "pending");
  });

  it("waits if `cancel()` followed before it is in a page", async () => {
    const element = new OneginiOtpLogin();
    element.endpoint = "/otp-login";
    element.start();
    element.cancel();
    put(`<p></p>`);
    document.querySelector(".place")!.append(element);
    await twoFrames();
    expect(element.state).to.equal("idle");
  });
});
