import { expect } from "chai";
import type { OneginiOtpLogin } from "../../src/index.js";
import { clear, inPhase, LoginApi, put, until, withLoginApi } from "./support/page.js";
import { otp } from "./support/models.js";

describe("the card of a site that may ask for the number on the phone", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  beforeEach(() => localStorage.clear());
  afterEach(() => localStorage.clear());

  /** Begins attempts whose start says how many digits the number has. */
  const startsWith = (attempt: string, more: object) => {
    api.start = () => LoginApi.json({ attempt, status: "pending", otp, expires_in: 60, ...more }, 201);
  };
  const asks = () => {
    api.login = () => LoginApi.json({ number_required: true, digits: 4, tries_left: 3, expires_in: 300 });
  };
  const hasRoom = ({ shadowRoot }: OneginiOtpLogin) => shadowRoot!.querySelector("[part=advice]") !== null;
  const logins = () => api.calls.filter(({ path }) => path.endsWith("/login")).map(({ body }) => body);
  const isAsked = (element: OneginiOtpLogin) =>
    until(() => element.shadowRoot!.querySelector("input") !== null);
  const tag = (attributes = "") => `<onegini-otp-login ${attributes}></onegini-otp-login>`;

  it("has room for the advice with its code, and is as high when the number is asked for", async () => {
    startsWith("numbered", { digits: 4 });
    asks();
    const element = put(tag());
    await inPhase(element, "pending");
    await element.updateComplete;
    expect(hasRoom(element)).to.equal(true);
    const { offsetHeight } = element;
    await until(() => api.watched === 1);
    api.say("approved");
    await isAsked(element);
    expect(element.offsetHeight).to.equal(offsetHeight);
    expect(logins()).to.deep.equal([{ number: null }]);
  });

  it("has it from its first frame on the next page", async () => {
    startsWith("first-visit", { digits: 4 });
    await inPhase(put(tag()), "pending");
    clear();
    let answer: (response: Response) => void = () => undefined;
    api.start = () => new Promise((resolve) => (answer = resolve));
    const element = put(tag());
    await inPhase(element, "requesting");
    await element.updateComplete;
    expect(hasRoom(element)).to.equal(true);
    // Other starts wait for this one.
    await until(() => api.calls.filter(({ method }) => method === "POST").length === 2);
    answer(LoginApi.json({ error: "server_error", error_description: "" }, 500));
    await inPhase(element, "failed");
  });

  it("keeps it while it is on the page, and has none on the next, once the server tells of no number", async () => {
    startsWith("before", { digits: 4 });
    await inPhase(put(tag()), "pending");
    clear();
    startsWith("after", {});
    const element = put(tag());
    await inPhase(element, "pending");
    await element.updateComplete;
    expect(hasRoom(element)).to.equal(true);
    clear();
    const next = put(tag("manual"));
    await next.updateComplete;
    expect(hasRoom(next)).to.equal(false);
  });

  it("has it from its first frame where the page says so", async () => {
    asks();
    const element = put(tag(`attempt="numbered-page" otp="${otp}" expires-in="3600" digits="4"`));
    await element.updateComplete;
    expect([element.state, element.digits, hasRoom(element)]).to.deep.equal(["pending", 4, true]);
    await until(() => api.watched === 1);
    api.say("approved");
    await isAsked(element);
    expect(logins()).to.deep.equal([{ number: null }]);
  });

  it("has none, and tells the server of none, where no number is asked for", async () => {
    for (const attributes of ["", 'digits="0"', 'digits="some"']) {
      startsWith("plain", {});
      const element = put(tag(attributes));
      await inPhase(element, "pending");
      await element.updateComplete;
      expect(hasRoom(element), attributes).to.equal(false);
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "completed");
      clear();
    }
    expect(logins()).to.deep.equal([{}, {}, {}]);
  });

  it("has it once an older server has asked", async () => {
    startsWith("older", {});
    const question = { digits: 4, tries_left: 3, expires_in: 300 };
    api.login = () => LoginApi.json({ error: "pairing_required", error_description: "…", ...question }, 403);
    const element = put(tag());
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    api.say("approved");
    await isAsked(element);
    expect(logins()).to.deep.equal([{}]);
    clear();
    const next = put(tag("manual"));
    await next.updateComplete;
    expect([next.state, hasRoom(next)]).to.deep.equal(["idle", true]);
  });
});
