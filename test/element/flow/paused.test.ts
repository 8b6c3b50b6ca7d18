import { expect } from "chai";
import { isConnection, liveStream as stream, runFlow, type Script } from "../support/flow.js";

const fails = "#";

/** The answer while logins are paused. */
const paused: Script = { marbles: `100ms ${fails}`, error: "login_paused", retryAfterMs: 35_000 };

describe("a page whose site has paused its logins", () => {
  it("says so once, asks again at the time given and not before, and goes on by itself", () => {
    const { said, actions, requests } = runFlow(120_000, {
      start: [paused, paused, paused, "(code|)"],
      stream: [stream],
      renew: ["(code|)"],
    });
    expect(requests.start).to.deep.equal(["0-100", "35100-35200", "70200-70300", "105300-105300"]);
    expect(said).to.deep.equal([
      "0 requested",
      "100 failed",
      "105300 requested",
      "105300 started",
      "105300 live",
    ]);
    expect(actions[1])
      .to.have.property("failure")
      .that.includes({ code: "login_paused", during: "start", retryAt: 35_100 });
  });

  it("asks half a minute later if the server did not say when, and after any other error", () => {
    const { said, requests } = runFlow(120_000, {
      start: [
        { marbles: fails, error: "login_paused" },
        fails,
        { marbles: fails, error: "temporarily_unavailable", retryAfterMs: 5_000 },
        "(code|)",
      ],
      stream: [stream],
      renew: ["(code|)"],
    });
    expect(requests.start).to.deep.equal(["0-0", "30000-30000", "60000-60000", "65000-65000"]);
    expect(said.slice(0, 3)).to.deep.equal(["0 requested", "0 failed", "65000 requested"]);
  });

  it("asks nothing in a hidden tab, and asks when the tab is shown", () => {
    const { requests } = runFlow(
      310_000,
      { start: [paused, "-"] },
      { commands: "-start", visibility: "visible 999ms hidden 299s visible" },
    );
    expect(requests.start).to.deep.equal(["1-101", "300001-310000"]);
  });

  it("asks no more after `cancel()`, and at once after `start()`", () => {
    const { requests } = runFlow(
      200_000,
      { start: [paused] },
      { commands: "start 49999ms cancel 49999ms start 9999ms cancel" },
    );
    expect(requests.start).to.deep.equal(["0-100", "35100-35200", "100000-100100"]);
  });

  it("keeps its code until that is over, then says so, and goes on by itself", () => {
    const { said, actions, requests } = runFlow(120_000, {
      start: ["(code|)", paused, "(otherAttempt|)"],
      stream: [stream],
      renew: [{ marbles: fails, error: "login_paused", retryAfterMs: 35_000 }],
    });
    expect(requests.renew).to.deep.equal(["45000-45000"]);
    expect(requests.stream[0]).to.equal("0-60000");
    expect(requests.start.slice(1)).to.deep.equal(["95000-95100"]);
    expect(said.filter((line) => !isConnection(line))).to.deep.equal([
      "0 requested",
      "0 started",
      "60000 failed",
    ]);
    expect(actions.at(-1))
      .to.have.property("failure")
      .that.includes({ code: "login_paused", during: "pending" });
  });

  it("renews its code when logins go on before that is over", () => {
    const { said, requests } = runFlow(70_000, {
      start: ["(code|)"],
      stream: [stream],
      renew: [{ marbles: fails, error: "login_paused", retryAfterMs: 9_000 }, "(code|)"],
    });
    expect(requests.renew.slice(0, 2)).to.deep.equal(["45000-45000", "54000-54000"]);
    expect(said.filter((line) => !isConnection(line))).to.deep.equal([
      "0 requested",
      "0 started",
      "54000 renewed",
    ]);
  });

  it("logs in with the code that it has", () => {
    const { said } = runFlow(60_000, {
      start: ["(code|)"],
      stream: [`pending ${"14999ms comment ".repeat(3)} 4999ms approved`],
      renew: [paused],
      login: ["(answer|)"],
    });
    expect(said.slice(-2).map((line) => line.replace(/^\d+ /, ""))).to.deep.equal(["approved", "completed"]);
  });

  it("goes on also where its code came with the page", () => {
    const { said, requests } = runFlow(
      120_000,
      { start: ["(otherAttempt|)"], stream: [stream], poll: ["(pending|)"], renew: [paused] },
      { commands: "takeOver" },
    );
    expect(requests.start).to.deep.equal(["95000-95000"]);
    expect(said.filter((line) => !isConnection(line))).to.deep.equal([
      "0 requested",
      "0 started",
      "60000 failed",
      "95000 requested",
      "95000 started",
    ]);
  });

  it("sends as many requests in a day as the server asks for", () => {
    const day = 86_400_000;
    const { requests, said } = runFlow(day, { start: [paused] });
    expect(requests.start.length).to.equal(Math.ceil(day / 35_100));
    expect(said).to.have.length(2);
  });
});

describe("a start that has to wait for ten seconds or longer, as for a Token Server that is down", () => {
  const down = (retryAfterMs: number): Script => ({
    marbles: fails,
    error: "temporarily_unavailable",
    retryAfterMs,
  });

  it("is told as a pause, and made again by itself", () => {
    const { actions, requests } = runFlow(30_000, {
      start: [down(10_000), down(15_000), "(code|)"],
      stream: [stream],
    });
    expect(requests.start).to.deep.equal(["0-0", "10000-10000", "25000-25000"]);
    expect(actions[1]).to.have.nested.property("failure.code", "login_paused");
  });

  it("is not, if it is shorter: the person tries again", () => {
    const { actions, requests } = runFlow(60_000, { start: [down(9_000)] });
    expect(requests.start).to.have.length(1);
    expect(actions[1]).to.have.nested.property("failure.code", "temporarily_unavailable");
  });
});
