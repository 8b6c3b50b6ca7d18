import { expect } from "chai";
import { runFlow, type Scripts, type World } from "../support/flow.js";

/** The app comes back with the number, to a browser that kept an attempt whose acceptance is known after this many milliseconds. */
const comeBack = (acceptedAfterMs: number, scripts: Scripts = {}, world: World = {}) =>
  runFlow(
    60_000,
    {
      stream: [`pending ${acceptedAfterMs - 1}ms approved`, "-"],
      poll: [acceptedAfterMs > 1 ? "(pending|)" : "(approved|)", "(approved|)"],
      renew: ["100ms (code|)"],
      login: ["200ms (answer|)"],
      ...scripts,
    },
    { commands: "comeBack", kept: "open", shared: {}, ...world },
  );

describe("a page to which the app comes back", () => {
  it("requests nothing in a browser that kept no attempt", () => {
    const { requests, actions } = runFlow(60_000, {}, { commands: "comeBack" });
    expect(Object.values(requests).flat()).to.deep.equal([]);
    expect(actions.at(-1)).to.have.nested.property("failure.code", "other_browser");
  });

  it("sends the number with the first login call", () => {
    const { numbers, said } = comeBack(1);
    expect(numbers).to.deep.equal(["4713"]);
    expect(said.find((line) => line.endsWith(" completed"))).to.equal("200 completed");
  });

  it("sends none while the login is pending, and holds it for 15 s", () => {
    const { numbers, requests } = comeBack(14_000);
    expect(numbers).to.deep.equal(["4713"]);
    expect(requests.login).to.deep.equal(["14000-14200"]);
    expect(comeBack(16_000).numbers).to.deep.equal([undefined]);
  });

  it("sends one number of an attempt with nobody's press", () => {
    expect(comeBack(1, {}, { shared: { wasSent: true } }).numbers).to.deep.equal([undefined]);
  });

  it("requests nothing for an attempt that has ended", () => {
    for (const [kept, phase] of [
      ["completed", "completed"],
      ["ended", "expired"],
    ] as const) {
      const { requests, said } = comeBack(1, {}, { kept });
      expect(Object.values(requests).flat()).to.deep.equal([]);
      expect(said.at(-1)).to.equal(`0 ${phase}`);
    }
  });
});
