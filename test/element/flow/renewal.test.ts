import { expect } from "chai";
import { runFlow } from "./flow-support.js";

const stream =
  "p 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k 14999ms k";

describe("renewal", () => {
  it("asks for the next code at a quarter of the life left, again and again", () => {
    const { said, requests } = runFlow(130_000, { start: ["(a|)"], stream: [stream], renew: ["100ms (n|)"] });
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "45100 N", "90200 N"]);
    expect(requests.renew).to.deep.equal(["45000-45100", "90100-90200"]);
  });

  it("ends with `expired` when the last code's time is over, and still hears an acceptance in the grace", () => {
    const { said } = runFlow(
      200_000,
      { start: ["(a|)"], stream: [`${stream.slice(0, 52)} 60s a`], renew: ["(n|)"], login: ["(l|)"] },
      { renewals: 1 },
    );
    expect(said).to.include("45000 N").and.include("105000 X");
  });

  it("still logs in on an acceptance that is heard after `expired`", () => {
    const { said } = runFlow(
      100_000,
      { start: ["(a|)"], stream: ["p 29999ms k 29999ms k 7999ms a"], login: ["(l|)"] },
      { renewals: 0 },
    );
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "60000 X", "68000 A", "68000 C"]);
  });

  it("stops listening when the server's grace is over too", () => {
    const { requests } = runFlow(300_000, { start: ["(a|)"], stream: [stream] }, { renewals: 0 });
    expect(requests.stream.at(-1)?.split("-")[1]).to.equal("135000");
  });

  it("reads the number of renewals when it is used", () => {
    let renewals = 0;
    const world = {
      get renewals() {
        return renewals++;
      },
    };
    const { said } = runFlow(200_000, { start: ["(a|)"], stream: [stream], renew: ["(n|)"] }, world);
    expect(said).to.include("60000 X");
  });

  it("renews at once when the server closed the newest code, and takes the dead one away", () => {
    const { said, requests } = runFlow(20_000, {
      start: ["(a|)"],
      stream: ["p 9999ms e 4999ms k"],
      renew: ["100ms (n|)"],
    });
    expect(said).to.deep.equal(["0 R", "0 S", "0 l", "10000 Z", "10100 N"]);
    expect(requests.renew).to.deep.equal(["10000-10100"]);
  });

  it("shows `expired` at once when the last code was closed", () => {
    const { said } = runFlow(20_000, { start: ["(a|)"], stream: ["p 9999ms e"] }, { renewals: 0 });
    expect(said.at(-1)).to.equal("10000 X");
  });

  describe("that fails", () => {
    it("is tried again while the old code counts", () => {
      const { said, requests } = runFlow(70_000, {
        start: ["(a|)"],
        stream: [stream],
        renew: ["#", { marbles: "#", error: "temporarily_unavailable" }, "(n|)"],
      });
      expect(requests.renew).to.deep.equal(["45000-45000", "45500-45500", "46500-46500"]);
      expect(said.at(-1)).to.equal("46500 N");
    });

    it("heeds Retry-After", () => {
      const { requests } = runFlow(70_000, {
        start: ["(a|)"],
        stream: [stream],
        renew: [{ marbles: "#", error: "too_many_requests", retryAfterMs: 9_000 }, "(n|)"],
      });
      expect(requests.renew.slice(0, 2)).to.deep.equal(["45000-45000", "54000-54000"]);
    });

    it("is a failure when the code's time is over", () => {
      const { said, actions, requests } = runFlow(120_000, {
        start: ["(a|)"],
        stream: [stream],
        renew: ["#"],
      });
      expect(said.at(-1)).to.equal("60000 F");
      expect(actions.at(-1))
        .to.have.property("failure")
        .that.includes({ code: "network_error", during: "pending" });
      expect(requests.stream.at(-1)).to.equal("0-60000");
    });

    it("waits no longer than the code's time for a far Retry-After", () => {
      const { said } = runFlow(120_000, {
        start: ["(a|)"],
        stream: [stream],
        renew: [{ marbles: "#", error: "temporarily_unavailable", retryAfterMs: 3_600_000 }],
      });
      expect(said.at(-1)).to.equal("60000 F");
    });

    it("stays pending while the browser is offline, and goes on when it is back", () => {
      const { said, requests } = runFlow(
        100_000,
        {
          start: ["(a|)"],
          stream: ["p 14999ms k 14999ms k 14999ms k", stream],
          renew: ["#", "#", "(n|)"],
          poll: ["50ms (p|)"],
        },
        { online: "46s f 40s t" },
      );
      expect(said.filter((line) => !/[lqo]$/.test(line))).to.deep.equal(["0 R", "0 S", "86001 N"]);
      expect(requests.poll[0]).to.equal("86001-86001");
    });

    it("is tried for a while where the page is back after the code's time: a network takes a moment", () => {
      const world = { online: "46s f 40s t" };
      const scripts = {
        start: ["(a|)"],
        stream: ["p 14999ms k 14999ms k 14999ms k", stream],
        poll: ["50ms (p|)"],
      };
      const { said } = runFlow(100_000, { ...scripts, renew: ["#", "#", "#", "#", "(n|)"] }, world);
      expect(said.filter((line) => !/[lqo]$/.test(line))).to.deep.equal(["0 R", "0 S", "92001 N"]);
      const { said: inVain } = runFlow(120_000, { ...scripts, renew: ["#"] }, world);
      expect(inVain.at(-1)).to.equal("96001 F");
    });

    it("asks the status when the attempt is settled: it may be approved", () => {
      const { said, requests } = runFlow(60_000, {
        start: ["(a|)"],
        stream: [stream],
        renew: [{ marbles: "#", error: "attempt_settled" }],
        poll: ["30ms (a|)"],
        login: ["(l|)"],
      });
      expect(requests.poll).to.deep.equal(["45000-45030"]);
      expect(said.slice(-2)).to.deep.equal(["45030 A", "45030 C"]);
    });

    it("asks then also where a poll hangs, on a connection that the network forgot", () => {
      const { said, requests } = runFlow(60_000, {
        start: ["(a|)"],
        stream: ["p", "-"],
        renew: [{ marbles: "#", error: "attempt_settled" }],
        poll: ["-", "30ms (a|)"],
        login: ["(l|)"],
      });
      expect(requests.poll).to.deep.equal(["37500-45000", "45000-45030"]);
      expect(said.slice(-2)).to.deep.equal(["45030 A", "45030 C"]);
    });
  });

  describe("in a hidden tab", () => {
    it("does not happen; seen again, the status comes first", () => {
      const { said, requests } = runFlow(
        90_000,
        { start: ["(a|)"], stream: [stream, "-"], poll: ["100ms (p|)"], renew: ["100ms (n|)"] },
        { visibility: "40s h 12s v" },
      );
      expect(requests.poll[0]).to.equal("52001-52101");
      expect(requests.renew).to.deep.equal(["52101-52201"]);
      expect(said.at(-1)).to.equal("52201 N");
    });

    it("is not even due where the attempt was accepted in the meantime", () => {
      const { said, requests } = runFlow(
        200_000,
        { start: ["(a|)"], stream: [stream, "-"], poll: ["100ms (a|)"], login: ["(l|)"] },
        { visibility: "10s h 60s v" },
      );
      expect(requests.renew).to.deep.equal([]);
      expect(said.slice(-2)).to.deep.equal(["70101 A", "70101 C"]);
    });

    it("leads to `expired` where the server says so when the tab is seen again", () => {
      const { said } = runFlow(
        400_000,
        { start: ["(a|)"], stream: [stream, "-"], poll: ["100ms (x|)"] },
        { visibility: "10s h 300s v" },
      );
      expect(said.at(-1)).to.equal("310101 X");
    });
  });

  it("after a sleep asks the status before the next code", () => {
    const slept = 3_600_000;
    const { requests } = runFlow(
      40_000,
      { start: ["(a|)"], stream: [stream], poll: ["200ms (p|)"], renew: ["(n|)"] },
      { slept: "20s x", clockJumpMs: (now) => (now >= 20_000 ? slept : 0) },
    );
    expect(requests.poll[0]).to.equal("20000-20000");
    expect(requests.stream.slice(0, 2)).to.deep.equal(["0-20000", "20000-40000"]);
    expect(requests.renew).to.deep.equal(["20000-20000"]);
  });
});
