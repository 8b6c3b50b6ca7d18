import { expect } from "chai";
import { runFlow } from "./flow-support.js";

/** A stream that gives the status at once and comments every 15 s. */
const stream = "p 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k";
const neverAnswers = "-";

describe("a login", () => {
  it("goes from the first code over the approval to the site's answer", () => {
    const { said, requests } = runFlow(60_000, {
      start: ["100ms (a|)"],
      stream: ["50ms p 9949ms a"],
      login: ["200ms (l|)"],
    });
    expect(said).to.deep.equal(["0 R", "100 S", "100 l", "10100 A", "10300 C"]);
    expect(requests).to.deep.equal({
      start: ["0-100"],
      stream: ["100-10100"],
      renew: [],
      poll: [],
      login: ["10100-10300"],
    });
  });

  it("ends with a denial", () => {
    const { said, requests } = runFlow(60_000, { start: ["(a|)"], stream: ["p 5s d"] });
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "5001 D"]);
    expect(requests.stream).to.deep.equal(["0-5001"]);
  });

  it("fails where the server gave the attempt up", () => {
    const { actions } = runFlow(60_000, { start: ["(a|)"], stream: ["p 5s f"] });
    expect(actions.at(-1)).to.deep.include({ type: "failed" });
    expect(actions.at(-1)).to.have.nested.property("failure.code", "temporarily_unavailable");
  });

  it("claims an attempt that is completed already: the answer of this browser's own request was lost", () => {
    const { said } = runFlow(60_000, { start: ["(a|)"], stream: ["p 5s c"], login: ["(l|)"] });
    expect(said.slice(-2)).to.deep.equal(["5001 A", "5001 C"]);
  });

  it("aborts every request when it is unsubscribed", () => {
    const { requests } = runFlow(46_000, {
      start: ["(a|)"],
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
      { start: ["(a|)"], stream: [stream] },
      { commands: "s 9999ms c" },
    );
    expect(said.at(-1)).to.equal("10000 I");
    expect(requests.stream).to.deep.equal(["0-10000"]);
  });

  it("begins anew on a second start, and drops the first attempt", () => {
    const { said, requests } = runFlow(
      20_000,
      { start: ["(a|)", "(b|)"], stream: [stream] },
      { commands: "s 9999ms s" },
    );
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "10000 R", "10000 S", "10000 l"]);
    expect(requests.stream).to.deep.equal(["0-10000", "10000-20000"]);
  });
});

describe("a start", () => {
  it("waits in a hidden tab until the tab is seen", () => {
    const { said, requests } = runFlow(
      20_000,
      { start: ["(a|)"], stream: [stream] },
      { commands: "-s", visibility: "h 4999ms v" },
    );
    expect(said).to.deep.equal(["1 R", "5000 S", "5000 l"]);
    expect(requests.start).to.deep.equal(["5000-5000"]);
  });

  it("gives up after 15 s without an answer", () => {
    const { said, requests } = runFlow(60_000, { start: [neverAnswers] });
    expect(said).to.deep.equal(["0 R", "15000 F"]);
    expect(requests.start).to.deep.equal(["0-15000"]);
  });

  it("tells a refusal with its code and when trying again makes sense", () => {
    const { actions } = runFlow(60_000, {
      start: [{ marbles: "1s #", error: "too_many_requests", retryAfterMs: 24_000 }],
    });
    expect(actions.at(-1)).to.have.property("failure").that.deep.includes({
      code: "too_many_requests",
      during: "start",
      offline: false,
      retryAt: 25_000,
    });
  });

  it("says that the browser is offline", () => {
    const { actions } = runFlow(1_000, { start: ["#"] }, { commands: "-s", online: "f" });
    expect(actions.at(-1)).to.have.nested.property("failure.offline", true);
  });
});

describe("an unknown attempt", () => {
  const unknown = { marbles: "#", error: "unknown_attempt" } as const;

  it("in the answer to a start is a failure: there is none that could be begun anew", () => {
    const { said, requests } = runFlow(
      5_000,
      { start: [{ marbles: "100ms #", error: "unknown_attempt" }] },
      { clockJumpMs: () => 1_795_000_000_000 },
    );
    expect(requests.start).to.deep.equal(["0-100"]);
    expect(said).to.deep.equal(["0 R", "100 F"]);
  });

  it("is replaced quietly, once", () => {
    const { said } = runFlow(10_000, { start: ["(a|)", "(b|)"], stream: [unknown, stream] });
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "0 R", "0 S", "0 l"]);
  });

  it("twice in a row means that cookies are blocked", () => {
    const { said, actions } = runFlow(10_000, { start: ["(a|)"], stream: [unknown] });
    expect(said.at(-1)).to.equal("0 F");
    expect(actions.at(-1)).to.have.nested.property("failure.code", "cookies_blocked");
    expect(said.filter((line) => line.endsWith("S"))).to.have.length(2);
  });

  it("long after the start is a new first time", () => {
    const late = { marbles: "p 20s #", error: "unknown_attempt" } as const;
    const { said } = runFlow(30_000, { start: ["(a|)"], stream: [late, late, stream] });
    expect(said.filter((line) => line.endsWith("R"))).to.deep.equal(["0 R", "20001 R"]);
  });

  it("is noticed by a poll, a renewal and a login too", () => {
    const byPoll = runFlow(5_000, { start: ["(a|)"], stream: ["-"], poll: [unknown, "-"] });
    expect(byPoll.said.at(-3)).to.equal("2500 R");
    const byRenewal = runFlow(46_000, { start: ["(a|)"], stream: [stream], renew: [unknown] });
    expect(byRenewal.said.at(-3)).to.equal("45000 R");
    const byLogin = runFlow(6_000, { start: ["(a|)"], stream: ["p 4s a", stream], login: [unknown] });
    expect(byLogin.said.slice(-4)).to.deep.equal(["4001 A", "4001 R", "4001 S", "4001 l"]);
  });
});

describe("claiming the login", () => {
  const approved = { start: ["(a|)"], stream: ["p 4999ms a"] };

  it("repeats on network errors and 5xx, heeding Retry-After", () => {
    const { said, requests } = runFlow(60_000, {
      ...approved,
      login: ["#", { marbles: "#", error: "server_error", retryAfterMs: 7_000 }, "(l|)"],
    });
    expect(said.slice(-2)).to.deep.equal(["5000 A", "12500 C"]);
    expect(requests.login).to.deep.equal(["5000-5000", "5500-5500", "12500-12500"]);
  });

  it("stops repeating 60 s after the first try", () => {
    const { said, actions, requests } = runFlow(300_000, { ...approved, login: ["#"] });
    expect(actions.at(-1))
      .to.have.property("failure")
      .that.includes({ code: "network_error", during: "login" });
    expect(Number(said.at(-1)?.split(" ")[0])).to.be.at.most(65_000);
    expect(requests.login.length).to.be.above(5);
  });

  it("repeats at once when the network is back", () => {
    const { said } = runFlow(
      60_000,
      { ...approved, login: ["#", "#", "#", "#", "(l|)"] },
      { online: "6s f 8s t", random: 0.99 },
    );
    expect(said.at(-1)).to.equal("14001 C");
  });

  it("does not repeat what was refused", () => {
    for (const error of ["login_refused", "attempt_settled"] as const) {
      const { said, actions, requests } = runFlow(60_000, { ...approved, login: [{ marbles: "#", error }] });
      expect(said.at(-1)).to.equal("5000 F");
      expect(actions.at(-1)).to.have.property("failure").that.includes({ code: error, during: "login" });
      expect(requests.login).to.have.length(1);
    }
  });

  it("gives up a request after 15 s and tries again", () => {
    const { requests } = runFlow(60_000, { ...approved, login: ["-", "(l|)"] });
    expect(requests.login).to.deep.equal(["5000-20000", "20500-20500"]);
  });

  it("happens at once in a hidden tab", () => {
    const { said } = runFlow(60_000, { ...approved, login: ["(l|)"] }, { visibility: "1s h" });
    expect(said.slice(-2)).to.deep.equal(["5000 A", "5000 C"]);
  });
});

describe("a login that another page of this browser began", () => {
  it("is finished where it was accepted in the meantime", () => {
    const { said, requests } = runFlow(
      10_000,
      { stream: ["-"], poll: ["100ms (a|)"], login: ["(l|)"] },
      { commands: "r" },
    );
    expect(said).to.deep.equal(["0 R", "0 l", "100 A", "100 C"]);
    expect(requests.start).to.deep.equal([]);
  });

  it("goes on with a fresh code where it still waits", () => {
    const { said, actions } = runFlow(
      10_000,
      { stream: ["100ms p"], poll: ["-"], renew: ["50ms (n|)"] },
      { commands: "r" },
    );
    expect(said).to.deep.equal(["0 R", "0 l", "150 S"]);
    expect(actions.at(-1)).to.deep.include({ attempt: "A", renewed: 0 });
  });

  it("gives way to a new one where it is over or unknown", () => {
    const over = runFlow(
      10_000,
      { stream: ["100ms x", stream], poll: ["-"], start: ["(b|)"] },
      { commands: "r" },
    );
    expect(over.said).to.deep.equal(["0 R", "0 l", "100 R", "100 S", "100 l"]);
    const unknown = runFlow(
      10_000,
      { stream: [{ marbles: "100ms #", error: "unknown_attempt" }, stream], poll: ["-"], start: ["(b|)"] },
      { commands: "r" },
    );
    expect(unknown.said).to.deep.equal(["0 R", "0 l", "100 R", "100 S", "100 l"]);
  });

  it("that was refused when it was accepted says so, and does not begin anew", () => {
    const { said, actions } = runFlow(
      10_000,
      { stream: ["-"], poll: ["100ms (a|)"], login: [{ marbles: "#", error: "login_refused" }] },
      { commands: "r" },
    );
    expect(said).to.deep.equal(["0 R", "0 l", "100 A", "100 F"]);
    expect(actions.at(-1)).to.have.nested.property("failure.code", "login_refused");
  });

  it("that was claimed before gives way to a new one", () => {
    const { said } = runFlow(
      10_000,
      {
        stream: ["100ms c", "-"],
        poll: ["-"],
        login: [{ marbles: "#", error: "attempt_settled" }],
        start: ["(b|)"],
      },
      { commands: "r" },
    );
    expect(said).to.deep.equal(["0 R", "0 l", "100 A", "100 R", "100 S", "100 l"]);
  });

  it("ends with `expired` as any other once its code was shown", () => {
    const { said } = runFlow(
      70_000,
      { stream: ["100ms p 20s p 20s p 20s p"], poll: ["-"], renew: ["(n|)"] },
      { commands: "r", renewals: 0 },
    );
    expect(said.slice(-2)).to.deep.equal(["100 S", "60100 X"]);
  });

  it("is replaced quietly where it becomes unknown later", () => {
    const { said } = runFlow(
      10_000,
      {
        stream: [{ marbles: "100ms p 899ms #", error: "unknown_attempt" }, "p"],
        poll: ["-"],
        renew: ["(n|)"],
        start: ["(b|)"],
      },
      { commands: "r" },
    );
    expect(said).to.deep.equal(["0 R", "0 l", "100 S", "1000 R", "1000 S", "1000 l"]);
  });
});
