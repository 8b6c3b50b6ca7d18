import { expect } from "chai";
import "../../src/define.js";
import { runFlow, type Scripts } from "./support/flow.js";
import { inPhase, LoginApi, put, until, withLoginApi } from "./support/page.js";
import { otp } from "./support/models.js";

/** A server on which the attempt of the page is open, unless a test says otherwise. */
const open: Scripts = {
  start: ["5ms (otherAttempt|)"],
  stream: ["5ms pending"],
  poll: ["5ms (pending|)"],
  renew: ["5ms (code|)"],
  login: ["5ms (answer|)"],
};
const takeOver = (untilMs: number, scripts: Scripts) =>
  runFlow(untilMs, { ...open, ...scripts }, { commands: "takeOver" });

describe("an attempt that the page's server began", () => {
  it("is shown at once, and its status is requested at once", () => {
    const { said, requests, waits } = takeOver(1_000, {});
    expect(said.slice(0, 2)).to.deep.equal(["0 requested", "0 started"]);
    expect(requests.poll[0]).to.match(/^0-/);
    expect(waits[0]).to.equal(0);
    expect(requests.stream).to.have.length(1);
    expect(requests.start).to.have.length(0);
  });

  it("is renewed as any other, and its first code does not count as a renewal", () => {
    const { said, actions } = takeOver(50_000, {});
    expect(said).to.include("45005 renewed");
    expect(actions.find(({ type }) => type === "renewed")).to.include({ renewed: 1 });
  });

  it("logs in, also if it was accepted before the script loaded", () => {
    const { said } = takeOver(1_000, { poll: ["5ms (approved|)"], stream: ["20ms (approved|)"] });
    expect(said).to.deep.equal(["0 requested", "0 started", "0 live", "5 approved", "10 completed"]);
  });

  for (const [over, status] of [
    ["expired", "expired"],
    ["declined", "denied"],
    ["used to log in", "completed"],
  ]) {
    it(`is replaced by a new one if it is ${over} already, as in a page from a cache`, () => {
      const { said, requests } = takeOver(100, { poll: [`5ms (${status}|)`], stream: ["20ms pending"] });
      expect(said.slice(-2)).to.deep.equal(["10 started", "10 live"]);
      expect(said).to.include("5 requested");
      expect(said.join()).to.not.match(/approved|completed|denied|expired|failed/);
      expect(requests.start).to.have.length(1);
    });
  }

  it("is replaced by a new one if the server does not know it for this browser", () => {
    const { said, requests } = takeOver(100, { poll: [{ marbles: "5ms #", error: "unknown_attempt" }, "-"] });
    expect(said).to.include("10 started");
    expect(requests.start).to.have.length(1);
  });

  it("fails with `cookies_blocked` if the server does not know the next two either", () => {
    const unknown = { marbles: "5ms #", error: "unknown_attempt" } as const;
    const { said, actions, requests } = takeOver(100, { poll: [unknown], stream: [unknown] });
    expect(said.at(-1)).to.match(/ failed$/);
    expect(actions.at(-1)).to.have.nested.property("failure.code", "cookies_blocked");
    expect(requests.start).to.have.length(2);
  });

  it("is replaced by a new one if another window replaced the cookie after the stream was opened", () => {
    const unknown = { marbles: "5ms #", error: "unknown_attempt" } as const;
    const { said, requests } = takeOver(6_000, {
      poll: ["5ms (pending|)", unknown],
      stream: ["3ms pending"],
    });
    expect(requests.poll).to.deep.equal(["0-3", "5000-5005"]);
    expect(said.slice(-3)).to.deep.equal(["5005 requested", "5010 started", "5010 live"]);
    expect(requests.start).to.have.length(1);
  });

  it("ends at the server's time if that is earlier than the page's, as in a page from a cache", () => {
    const { said, actions } = takeOver(5_000, { poll: ["5ms (pending8s|)"], stream: ["20ms pending"] });
    expect(said).to.include("5 renewed");
    expect(actions.find(({ type }) => type === "renewed")).to.deep.include({
      renewed: 0,
      code: { otp: "otp0", since: 5, renewAt: 4_005, endsAt: 8_005 },
    });
    expect(said).to.include("4010 renewed");
  });

  it("shows `denied` if it is declined after a status `pending`", () => {
    const { said } = takeOver(1_000, { stream: ["10ms pending 500ms denied"] });
    expect(said.at(-1)).to.equal("511 denied");
  });

  it("shows `expired` if it expires after a status `pending`", () => {
    const { said } = takeOver(1_000, { stream: ["10ms pending 500ms expired"] });
    expect(said.at(-1)).to.equal("511 expired");
  });
});

describe("an attempt of the page's server that was replaced", () => {
  it("is not followed any more; the new one is, and expires at its own time", () => {
    const { said, requests } = runFlow(
      130_000,
      { ...open, stream: ["-", "-", "5ms pending"], poll: ["-"] },
      { commands: "takeOver", renewals: 0 },
    );
    const again = said.findIndex((line) => line.endsWith(" requested") && !line.startsWith("0 "));
    expect(said[again + 1]).to.match(/ started$/);
    expect(said.at(-1)).to.match(/ expired$/);
    const [first, ...others] = requests.stream.map((log) => log.split("-").map(Number));
    expect(first![1]).to.be.at.most(60_000);
    expect(others.at(-1)![0]).to.be.above(90_000);
  });
});

const tag = (attributes: string) =>
  `<onegini-otp-login endpoint="/otp-login" ${attributes}>before</onegini-otp-login>`;
/** The page of the tests is some seconds old, and so is an attempt that began with it. */
const handed = (attempt: string, expiresIn = 3_600) =>
  tag(`attempt="${attempt}" otp="${otp}" expires-in="${expiresIn}"`);

describe("the element in a page whose server began an attempt", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  const starts = () => api.calls.filter(({ method }) => method === "POST").map(({ path }) => path);

  it("has the code on its canvas before the next frame, and starts no attempt", async () => {
    const element = put(handed("of-the-page-1"));
    await element.updateComplete;
    expect(element.state).to.equal("pending");
    const canvas = element.shadowRoot!.querySelector("canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    expect(data.some((value, index) => index % 4 === 0 && value === 0)).to.equal(true);
    await until(() => api.watched === 1);
    expect(starts()).to.deep.equal([]);
    expect(api.calls[0]).to.include({ method: "GET", path: "/otp-login/of-the-page-1" });
  });

  it("takes it over once, and a clone starts its own", async () => {
    const element = put(handed("of-the-page-2"));
    await inPhase(element, "pending");
    const clone = element.cloneNode(true) as typeof element;
    document.body.append(clone);
    await inPhase(clone, "pending");
    expect(starts()).to.deep.equal(["/otp-login"]);
  });

  it("takes it over once, and starts a new one if it is put back later", async () => {
    const element = put(handed("of-the-page-3"));
    await inPhase(element, "pending");
    element.remove();
    await new Promise((resolve) => setTimeout(resolve));
    document.body.append(element);
    await until(() => starts().length === 1);
    await inPhase(element, "pending");
  });

  it("requests the next code at once if the page is older than its code's life", async () => {
    const element = put(handed("of-the-page-4", 0));
    await inPhase(element, "pending");
    expect(starts()).to.deep.equal(["/otp-login/of-the-page-4/otp"]);
  });

  for (const [name, markup] of [
    ["no code", tag(`attempt="of-the-page-5" expires-in="3600"`)],
    ["no time", tag(`attempt="of-the-page-6" otp="${otp}"`)],
    ["a time that is no number", tag(`attempt="of-the-page-7" otp="${otp}" expires-in="soon"`)],
    [
      "a text that fits into no code",
      tag(`attempt="of-the-page-9" otp="${"x".repeat(4_000)}" expires-in="3600"`),
    ],
  ] as const) {
    it(`resumes an attempt that came with ${name}`, async () => {
      await inPhase(put(markup), "pending");
      expect(starts()).to.have.length(1);
      expect(starts()[0]).to.match(/of-the-page-\d\/otp$/);
    });
  }

  for (const attempt of [".", "..", "callback", "a/b", "x".repeat(5_000)])
    it(`ignores an invalid attempt id: ${attempt.slice(0, 9)}`, async () => {
      await inPhase(put(handed(attempt)), "pending");
      await until(() => api.watched === 1);
      expect(api.calls.map(({ path }) => path)).to.deep.equal(["/otp-login", "/otp-login/attempt-1"]);
    });

  it("starts a new attempt on `start()`", async () => {
    const element = put(handed("of-the-page-8"));
    await inPhase(element, "pending");
    element.start();
    await until(() => starts().length === 1);
    expect(starts()).to.deep.equal(["/otp-login"]);
  });
});

describe("the answer to the request of early.js", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  const page = globalThis as { oneginiOtpLoginEarly?: unknown };
  afterEach(() => {
    page.oneginiOtpLoginEarly = undefined;
  });
  const answer = (expires_in = 60) =>
    LoginApi.json({ attempt: "early", status: "pending", otp, expires_in }, 201);
  const leave = (early: object) =>
    (page.oneginiOtpLoginEarly = {
      endpoint: new URL("/otp-login", location.href).href,
      language: document.documentElement.lang || undefined,
      at: Date.now(),
      answer: Promise.resolve(answer()),
      ...early,
    });
  const begin = () => put(tag(""));
  const starts = () => api.calls.filter(({ method }) => method === "POST").length;

  it("is used once", async () => {
    leave({});
    await inPhase(begin(), "pending");
    expect(starts()).to.equal(0);
    await inPhase(begin(), "pending");
    expect(starts()).to.equal(1);
  });

  it("is in the first render if it arrived before the element", async () => {
    const text = await answer().text();
    leave({ text });
    const element = begin();
    await element.updateComplete;
    expect(element.state).to.equal("pending");
    expect(element.shadowRoot!.querySelector("canvas[part~=qr]")).to.not.equal(null);
    expect(starts()).to.equal(0);
    await until(() => api.watched === 1);
    expect(api.calls.map(({ path }) => path)).to.deep.equal(["/otp-login/early"]);
  });

  it("has its age subtracted, also if it arrived before the element", async () => {
    leave({ at: Date.now() - 9_000, text: await answer(9).text() });
    await inPhase(begin(), "pending");
    await until(() => api.calls.some(({ path }) => path === "/otp-login/early/otp"));
  });

  it("is read again if its text could not be parsed", async () => {
    leave({ text: "{}" });
    await inPhase(begin(), "pending");
    expect(starts()).to.equal(0);
  });

  it("has its age subtracted from the code's life", async () => {
    leave({ at: Date.now() - 9_000, answer: Promise.resolve(answer(9)) });
    await inPhase(begin(), "pending");
    // Its time is over, so the next one is requested at once.
    await until(() => api.calls.some(({ path }) => path === "/otp-login/early/otp"));
  });

  for (const [name, early] of [
    ["at another endpoint", { endpoint: `${location.origin}/elsewhere` }],
    ["in another language", { language: "tlh" }],
    ["long ago", { at: Date.now() - 11_000 }],
    ["in vain", { answer: Promise.resolve(undefined) }],
  ] as const) {
    it(`${name} is ignored: the element sends its own request`, async () => {
      leave(early);
      await inPhase(begin(), "pending");
      expect(starts()).to.equal(1);
    });
  }

  for (const [name, attributes] of [
    ["of this origin", ""],
    ["of another origin, of which no member can be read", `sandbox=""`],
  ] as const) {
    it(`is not a frame of its name ${name}: the element sends its own request`, async () => {
      delete page.oneginiOtpLoginEarly;
      const frame = document.createElement("div");
      frame.innerHTML = `<iframe name="oneginiOtpLoginEarly" srcdoc="" ${attributes}></iframe>`;
      document.body.append(frame);
      expect("oneginiOtpLoginEarly" in globalThis).to.equal(true);
      await inPhase(begin(), "pending");
      expect(starts()).to.equal(1);
    });
  }

  it("is the element's error if it is an error, and no second request is sent", async () => {
    leave({ answer: Promise.resolve(LoginApi.refusal("too_many_requests", 429, { "Retry-After": "9" })()) });
    await inPhase(begin(), "failed");
    expect(starts()).to.equal(0);
  });
});
