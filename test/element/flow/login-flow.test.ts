import { expect } from "chai";
import { liveStream, runFlow } from "../support/flow.js";

const neverAnswers = "-";
const fails = "#";

const stream = liveStream;

describe("a login", () => {
  it("goes from the first code and the approval to the site's answer", () => {
    const { said, requests } = runFlow(60_000, {
      start: ["100ms (code|)"],
      stream: ["50ms pending 9949ms approved"],
      login: ["200ms (answer|)"],
    });
    expect(said).to.deep.equal([
      "0 requested",
      "100 started",
      "100 live",
      "10100 approved",
      "10300 completed",
    ]);
    expect(requests).to.deep.equal({
      start: ["0-100"],
      stream: ["100-10100"],
      renew: [],
      poll: [],
      login: ["10100-10300"],
    });
  });

  it("ends with a denial", () => {
    const { said, requests } = runFlow(60_000, { start: ["(code|)"], stream: ["pending 5s denied"] });
    expect(said).to.deep.equal(["0 requested", "0 started", "0 live", "5001 denied"]);
    expect(requests.stream).to.deep.equal(["0-5001"]);
  });

  it("fails if the attempt failed on the server", () => {
    const { actions } = runFlow(60_000, { start: ["(code|)"], stream: ["pending 5s failed"] });
    expect(actions.at(-1)).to.deep.include({ type: "failed" });
    expect(actions.at(-1)).to.have.nested.property("failure.code", "temporarily_unavailable");
  });

  it("fails with `invalid_response` if no QR code can hold the first code, and follows nothing", () => {
    const { actions, requests } = runFlow(60_000, { start: ["(code|)"] }, { tooLong: /otp0/ });
    expect(actions.map(({ type }) => type)).to.deep.equal(["requested", "failed"]);
    expect(actions[1]).to.have.nested.property("failure.code", "invalid_response");
    expect(actions[1]).to.have.nested.property("failure.cause.cause.message", "too long");
    expect(requests.stream).to.deep.equal([]);
  });

  it("requests a renewal again if no QR code can hold its code, until the shown one has ended", () => {
    const { said, actions, requests } = runFlow(
      70_000,
      { start: ["(code|)"], stream: [stream], renew: ["(code|)"] },
      { tooLong: /otp1/ },
    );
    expect(requests.renew.length).to.be.above(2);
    expect(said.at(-1)).to.equal("60000 failed");
    expect(actions.at(-1)).to.have.nested.property("failure.code", "invalid_response");
  });

  it("logs in with an attempt that is completed already, because the answer to its own login may be lost", () => {
    const { said } = runFlow(60_000, {
      start: ["(code|)"],
      stream: ["pending 5s completed"],
      login: ["(answer|)"],
    });
    expect(said.slice(-2)).to.deep.equal(["5001 approved", "5001 completed"]);
  });

  it("aborts every request when it is unsubscribed", () => {
    const { requests } = runFlow(46_000, {
      start: ["(code|)"],
      stream: [neverAnswers],
      poll: [neverAnswers],
      renew: [neverAnswers],
    });
    expect(requests).to.deep.equal({
      start: ["0-0"],
      stream: ["0-35000", "35000-46000"],
      poll: ["2500-32500", "34500-46000"],
      renew: ["45000-46000"],
      login: [],
    });
  });

  it("aborts every request when it is cancelled, and says so", () => {
    const { said, requests } = runFlow(
      60_000,
      { start: ["(code|)"], stream: [stream] },
      { commands: "start 9999ms cancel" },
    );
    expect(said.at(-1)).to.equal("10000 cancelled");
    expect(requests.stream).to.deep.equal(["0-10000"]);
  });

  it("starts a new attempt on a second start, and drops the first one", () => {
    const { said, requests } = runFlow(
      20_000,
      { start: ["(code|)", "(otherAttempt|)"], stream: [stream] },
      { commands: "start 9999ms start" },
    );
    expect(said).to.deep.equal([
      "0 requested",
      "0 started",
      "0 live",
      "10000 requested",
      "10000 started",
      "10000 live",
    ]);
    expect(requests.stream).to.deep.equal(["0-10000", "10000-20000"]);
  });
});

describe("a start", () => {
  it("waits in a hidden tab until the tab is visible", () => {
    const { said, requests } = runFlow(
      20_000,
      { start: ["(code|)"], stream: [stream] },
      { commands: "-start", visibility: "hidden 4999ms visible" },
    );
    expect(said).to.deep.equal(["1 requested", "5000 started", "5000 live"]);
    expect(requests.start).to.deep.equal(["5000-5000"]);
  });

  it("gives up after 15 s without an answer", () => {
    const { said, requests } = runFlow(60_000, { start: [neverAnswers] });
    expect(said).to.deep.equal(["0 requested", "15000 failed"]);
    expect(requests.start).to.deep.equal(["0-15000"]);
  });

  it("fails with the error's code and the time of the next try", () => {
    const { actions } = runFlow(60_000, {
      start: [{ marbles: `1s ${fails}`, error: "too_many_requests", retryAfterMs: 24_000 }],
    });
    expect(actions.at(-1)).to.have.property("failure").that.deep.includes({
      code: "too_many_requests",
      during: "start",
      offline: false,
      retryAt: 25_000,
    });
  });

  it("says that the browser is offline", () => {
    const { actions } = runFlow(1_000, { start: [fails] }, { commands: "-start", online: "offline" });
    expect(actions.at(-1)).to.have.nested.property("failure.offline", true);
  });
});

describe("an unknown attempt", () => {
  const unknown = { marbles: fails, error: "unknown_attempt" } as const;

  it("in the answer to a start is a failure", () => {
    const { said, requests } = runFlow(
      5_000,
      { start: [{ marbles: `100ms ${fails}`, error: "unknown_attempt" }] },
      { clockJumpMs: () => 1_795_000_000_000 },
    );
    expect(requests.start).to.deep.equal(["0-100"]);
    expect(said).to.deep.equal(["0 requested", "100 failed"]);
  });

  it("is replaced once, without a message", () => {
    const { said } = runFlow(10_000, {
      start: ["(code|)", "(otherAttempt|)"],
      stream: [unknown, stream],
      poll: ["(pending|)"],
    });
    expect(said).to.deep.equal(["0 requested", "0 started", "0 live", "0 requested", "0 started", "0 live"]);
  });

  it("twice in a row is reported as blocked cookies, before the second code is shown", () => {
    const { said, actions, requests } = runFlow(10_000, {
      start: ["(code|)"],
      stream: [unknown],
      poll: [{ marbles: "20ms #", error: "unknown_attempt" }],
    });
    expect(said.at(-1)).to.equal("20 failed");
    expect(actions.at(-1)).to.have.nested.property("failure.code", "cookies_blocked");
    expect(said.filter((line) => line.endsWith(" started"))).to.have.length(1);
    expect(requests.stream).to.have.length(1);
  });

  it("once is followed by a new attempt, which is shown when its status is known", () => {
    const { said } = runFlow(10_000, {
      start: ["(code|)"],
      stream: [unknown, stream],
      poll: ["20ms (pending|)"],
    });
    expect(said.slice(-3)).to.deep.equal(["0 requested", "20 started", "20 live"]);
  });

  it("is not needed to know that the browser blocks cookies: nothing is requested", () => {
    const { actions, requests } = runFlow(10_000, {}, { hasCookies: false });
    expect(actions.map(({ type }) => type)).to.deep.equal(["requested", "failed"]);
    expect(actions[1]).to.have.nested.property("failure.code", "cookies_blocked");
    expect(requests.start).to.deep.equal([]);
  });

  it("long after the start counts as the first one again", () => {
    const late = { marbles: `pending 20s ${fails}`, error: "unknown_attempt" } as const;
    const { said } = runFlow(30_000, { start: ["(code|)"], stream: [late, late, stream] });
    expect(said.filter((line) => line.endsWith(" requested"))).to.deep.equal([
      "0 requested",
      "20001 requested",
    ]);
  });

  it("is noticed by a poll, a renewal and a login too", () => {
    const byPoll = runFlow(5_000, {
      start: ["(code|)"],
      stream: [neverAnswers],
      poll: [unknown, "(pending|)", neverAnswers],
    });
    expect(byPoll.said.at(-3)).to.equal("2500 requested");
    const byRenewal = runFlow(46_000, {
      start: ["(code|)"],
      stream: [stream],
      renew: [unknown],
      poll: ["(pending|)"],
    });
    expect(byRenewal.said.at(-3)).to.equal("45000 requested");
    const byLogin = runFlow(6_000, {
      start: ["(code|)"],
      stream: ["pending 4s approved", stream],
      login: [unknown],
      poll: ["(pending|)"],
    });
    expect(byLogin.said.slice(-4)).to.deep.equal([
      "4001 approved",
      "4001 requested",
      "4001 started",
      "4001 live",
    ]);
  });
});

describe("the login request", () => {
  const approved = { start: ["(code|)"], stream: ["pending 4999ms approved"] };

  it("is repeated on network errors and 5xx, with Retry-After", () => {
    const { said, requests } = runFlow(60_000, {
      ...approved,
      login: [fails, { marbles: fails, error: "server_error", retryAfterMs: 7_000 }, "(answer|)"],
    });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "12500 completed"]);
    expect(requests.login).to.deep.equal(["5000-5000", "5500-5500", "12500-12500"]);
  });

  it("is repeated for 60 s after the first try", () => {
    const { said, actions, requests } = runFlow(300_000, { ...approved, login: [fails] });
    expect(actions.at(-1))
      .to.have.property("failure")
      .that.includes({ code: "network_error", during: "login" });
    expect(Number(said.at(-1)?.split(" ")[0])).to.be.at.most(65_000);
    expect(requests.login.length).to.be.above(5);
  });

  it("is repeated at once when the network is back", () => {
    const { said } = runFlow(
      60_000,
      { ...approved, login: [fails, fails, fails, fails, "(answer|)"] },
      { online: "6s offline 8s online", random: 0.99 },
    );
    expect(said.at(-1)).to.equal("14001 completed");
  });

  it("is not repeated after `login_refused` and `attempt_settled`", () => {
    for (const error of ["login_refused", "attempt_settled"] as const) {
      const { said, actions, requests } = runFlow(60_000, {
        ...approved,
        login: [{ marbles: fails, error }],
      });
      expect(said.at(-1)).to.equal("5000 failed");
      expect(actions.at(-1)).to.have.property("failure").that.includes({ code: error, during: "login" });
      expect(requests.login).to.have.length(1);
    }
  });

  it("is given up after 15 s and sent again", () => {
    const { requests } = runFlow(60_000, { ...approved, login: [neverAnswers, "(answer|)"] });
    expect(requests.login).to.deep.equal(["5000-20000", "20500-20500"]);
  });

  it("is sent at once in a hidden tab", () => {
    const { said } = runFlow(60_000, { ...approved, login: ["(answer|)"] }, { visibility: "1s hidden" });
    expect(said.slice(-2)).to.deep.equal(["5000 approved", "5000 completed"]);
  });
});

describe("a login that another page of this browser began", () => {
  it("logs in if it was accepted in the meantime", () => {
    const { said, requests } = runFlow(
      10_000,
      { stream: [neverAnswers], poll: ["100ms (approved|)"], login: ["(answer|)"] },
      { commands: "resume" },
    );
    expect(said).to.deep.equal(["0 requested", "0 live", "100 approved", "100 completed"]);
    expect(requests.start).to.deep.equal([]);
  });

  it("continues with a new code if it is still pending", () => {
    const { said, actions } = runFlow(
      10_000,
      { stream: ["100ms pending"], poll: [neverAnswers], renew: ["50ms (code|)"] },
      { commands: "resume" },
    );
    expect(said).to.deep.equal(["0 requested", "0 live", "150 started"]);
    expect(actions.at(-1)).to.deep.include({ attempt: "A", renewed: 0 });
  });

  it("is replaced by a new one if it is over or unknown", () => {
    const over = runFlow(
      10_000,
      { stream: ["100ms expired", stream], poll: [neverAnswers], start: ["(otherAttempt|)"] },
      { commands: "resume" },
    );
    expect(over.said).to.deep.equal(["0 requested", "0 live", "100 requested", "100 started", "100 live"]);
    const unknown = runFlow(
      10_000,
      {
        stream: [{ marbles: `100ms ${fails}`, error: "unknown_attempt" }, stream],
        poll: [neverAnswers],
        start: ["(otherAttempt|)"],
      },
      { commands: "resume" },
    );
    expect(unknown.said).to.deep.equal(["0 requested", "0 live", "100 requested", "100 started", "100 live"]);
  });

  it("fails if its login is refused, and is not replaced", () => {
    const { said, actions } = runFlow(
      10_000,
      {
        stream: [neverAnswers],
        poll: ["100ms (approved|)"],
        login: [{ marbles: fails, error: "login_refused" }],
      },
      { commands: "resume" },
    );
    expect(said).to.deep.equal(["0 requested", "0 live", "100 approved", "100 failed"]);
    expect(actions.at(-1)).to.have.nested.property("failure.code", "login_refused");
  });

  it("is replaced by a new one if it has logged in before", () => {
    const { said } = runFlow(
      10_000,
      {
        stream: ["100ms completed", neverAnswers],
        poll: [neverAnswers],
        login: [{ marbles: fails, error: "attempt_settled" }],
        start: ["(otherAttempt|)"],
      },
      { commands: "resume" },
    );
    expect(said).to.deep.equal([
      "0 requested",
      "0 live",
      "100 approved",
      "100 requested",
      "100 started",
      "100 live",
    ]);
  });

  it("ends with `expired` after its code was shown", () => {
    const { said } = runFlow(
      70_000,
      {
        stream: ["100ms pending 20s pending 20s pending 20s pending"],
        poll: [neverAnswers],
        renew: ["(code|)"],
      },
      { commands: "resume", renewals: 0 },
    );
    expect(said.slice(-2)).to.deep.equal(["100 started", "60100 expired"]);
  });

  it("is replaced without a message if it becomes unknown later", () => {
    const { said } = runFlow(
      10_000,
      {
        stream: [{ marbles: `100ms pending 899ms ${fails}`, error: "unknown_attempt" }, "pending"],
        poll: [neverAnswers],
        renew: ["(code|)"],
        start: ["(otherAttempt|)"],
      },
      { commands: "resume" },
    );
    expect(said).to.deep.equal([
      "0 requested",
      "0 live",
      "100 started",
      "1000 requested",
      "1000 started",
      "1000 live",
    ]);
  });
});
