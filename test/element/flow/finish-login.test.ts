import { expect } from "chai";
import { runFlow, type Scripts, type World } from "../support/flow.js";

const fails = "#";
const neverAnswers = "-";

/** A page whose attempt left for the app, 5 s before the phone accepts. */
const accepted: Scripts = {
  start: ["(code|)"],
  stream: ["pending 4999ms approved", neverAnswers],
  poll: ["100ms (approved|)"],
  login: ["200ms (answer|)"],
};
const run = (scripts: Scripts, world: World = {}) =>
  runFlow(120_000, { ...accepted, ...scripts }, { shared: {}, ...world });

describe("the login of an attempt that left for the app", () => {
  it("asks for the status in the lock, becomes the owner, and logs in", () => {
    const { said, requests, ownedAt, actions } = run({}, { shared: { lockedMs: 1_000 } });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "6300 completed"]);
    expect(requests.poll).to.deep.equal(["6000-6100"]);
    expect(ownedAt).to.deep.equal([6_100]);
    expect(requests.login).to.deep.equal(["6100-6300"]);
    expect(actions.at(-1)).to.have.nested.property("answer.redirect_to", "/account");
  });

  it("is another tab's if the status in the lock is `completed`", () => {
    const { said, requests, actions } = run({ poll: ["100ms (completed|)"] });
    expect(said.at(-1)).to.equal("5100 completed");
    expect(actions.at(-1)).to.deep.equal({ type: "completed" });
    expect(requests.login).to.deep.equal([]);
  });

  it("is another tab's if the page hears `completed`: it sends nothing more", () => {
    const { said, requests, actions } = run({ stream: ["pending 4999ms completed"] });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "5000 completed"]);
    expect(actions.at(-1)).to.deep.equal({ type: "completed" });
    expect(requests.poll).to.deep.equal([]);
    expect(requests.login).to.deep.equal([]);
  });

  it("is another tab's in a page with an attempt of its server too", () => {
    const { said, actions } = runFlow(
      1_000,
      { stream: ["20ms completed"], poll: ["-"] },
      { commands: "takeOver", shared: {} },
    );
    expect(said.slice(-1)).to.deep.equal(["20 completed"]);
    expect(actions.at(-1)).to.deep.equal({ type: "completed" });
  });

  it("waits in a hidden tab, without a request, and goes on when the tab is shown", () => {
    const { said, requests } = run({}, { visibility: "1s hidden 59s visible" });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "60301 completed"]);
    expect(requests.poll).to.deep.equal(["60001-60101"]);
    expect(requests.login).to.deep.equal(["60101-60301"]);
  });

  it("expires in a tab that is shown too late", () => {
    const { said, requests } = run({ poll: ["100ms (expired|)"] }, { visibility: "1s hidden 59s visible" });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "60101 expired"]);
    expect(requests.login).to.deep.equal([]);
  });

  it("is repeated after its answer was lost", () => {
    const { said, requests, ownedAt } = run({
      poll: ["100ms (approved|)", "100ms (completed|)"],
      login: [fails, "200ms (answer|)"],
    });
    expect(ownedAt).to.deep.equal([5_100]);
    expect(requests.login).to.deep.equal(["5100-5100", "5700-5900"]);
    expect(said.at(-1)).to.equal("5900 completed");
  });

  it("is repeated by a page that is loaded again as the owner", () => {
    const { said, requests } = runFlow(
      1_000,
      { stream: ["-"], poll: ["100ms (completed|)"], login: ["200ms (answer|)"] },
      { commands: "resume", shared: { isOwner: true } },
    );
    expect(said).to.deep.equal(["0 requested", "0 live", "100 approved", "400 completed"]);
    expect(requests.login).to.deep.equal(["200-400"]);
  });

  it("is shown as completed by a page that is loaded later and is not the owner", () => {
    const { said, requests } = runFlow(
      1_000,
      { stream: ["-"], poll: ["100ms (completed|)"] },
      { commands: "resume", shared: {} },
    );
    expect(said).to.deep.equal(["0 requested", "0 live", "100 approved", "100 completed"]);
    expect(requests.start).to.deep.equal([]);
  });

  it("starts anew if the server no longer knows the attempt", () => {
    const { said } = runFlow(
      10_000,
      {
        start: ["(code|)", "(otherAttempt|)"],
        stream: ["pending 4999ms approved", neverAnswers, "pending"],
        poll: [{ marbles: `100ms ${fails}`, error: "unknown_attempt" }, "(pending|)"],
      },
      { shared: {} },
    );
    expect(said.slice(-3)).to.deep.equal(["5100 requested", "5100 started", "5100 live"]);
  });
});
