import { expect } from "chai";
import "../../src/define.js";
import type { OneginiOtpLogin } from "../../src/element/onegini-otp-login.js";
import { otp } from "./support/models.js";
import { clear, inPhase, LoginApi, part, put, shows, until } from "./support/page.js";

const link = "https://bank.example/app#otp={otp}";
const canvasOf = (element: OneginiOtpLogin) => part(element, "qr") as HTMLCanvasElement;

describe("the link in the code", () => {
  let api: LoginApi;
  let warnings: string[];
  const { warn } = console;
  beforeEach(() => {
    api = new LoginApi();
    warnings = [];
    console.warn = (text: string) => warnings.push(text);
  });
  afterEach(() => {
    console.warn = warn;
    clear();
    api.restore();
  });
  const shown = async (qrLink: string) => {
    const element = put(`<onegini-otp-login endpoint="/otp-login" qr-link="${qrLink}"></onegini-otp-login>`);
    await inPhase(element, "pending");
    return element;
  };

  it("contains the OTP, percent-encoded", async () => {
    api.start = () => LoginApi.json({ attempt: "a", status: "pending", otp: "a+/=", expires_in: 60 }, 201);
    expect(shows(canvasOf(await shown(link)), "https://bank.example/app#otp=a%2B%2F%3D")).to.equal(true);
    expect(warnings).to.deep.equal([]);
  });

  it("is in the large code too", async () => {
    const { shadowRoot } = await shown(link);
    shadowRoot!.querySelector<HTMLElement>(".enlarge")!.click();
    await until(() => shadowRoot!.querySelector("dialog[open] canvas"));
    expect(shows(shadowRoot!.querySelector("dialog canvas")!, link.replace("{otp}", otp))).to.equal(true);
  });

  it("is in the code of the page's server", async () => {
    const element = put(
      `<onegini-otp-login qr-link="${link}" attempt="with-link" otp="${otp}" expires-in="3600"></onegini-otp-login>`,
    );
    await element.updateComplete;
    expect(shows(canvasOf(element), link.replace("{otp}", otp))).to.equal(true);
  });

  it("changes at once on the same canvas, without another code", async () => {
    const element = await shown("");
    const canvas = canvasOf(element);
    expect(shows(canvas, otp)).to.equal(true);
    for (const [value, text] of [
      [link, link.replace("{otp}", otp)],
      ["https://other.example/#{otp}", `https://other.example/#${otp}`],
      [null, otp],
    ] as const) {
      element.qrLink = value;
      await element.updateComplete;
      expect(shows(canvas, text), text).to.equal(true);
    }
    expect(canvasOf(element) === canvas).to.equal(true);
    expect(api.calls.filter(({ method }) => method === "POST")).to.have.length(1);
  });

  for (const wrong of [
    "http://bank.example/app#{otp}",
    "https://bank.example/app?otp={otp}",
    "https://bank.example/app",
    "/app#{otp}",
    "app",
    `https://bank.example/${"x".repeat(100)}#{otp}`,
  ])
    it(`is not used if it is ${wrong.slice(0, 40)}: the console says once why`, async () => {
      const element = await shown(wrong);
      expect(shows(canvasOf(element), otp)).to.equal(true);
      for (let i = 0; i < 3; i++) {
        element.requestUpdate();
        await element.updateComplete;
      }
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/qr-link.* is wrong; expected /);
      element.setAttribute("qr-link", link);
      await element.updateComplete;
      expect(shows(canvasOf(element), link.replace("{otp}", otp))).to.equal(true);
    });
});
