import { expect } from "chai";
import { receivedCode } from "../../../src/element/flow/renewal.js";
import { isConnection, liveStream, runFlow } from "../support/flow.js";

const neverAnswers = "-";
const fails = "#";

const stream = liveStream;

describe("renewal", () => {
  it("requests each next code when a quarter of the life is left", () => {
    const { said, requests } = runFlow(130_000, {
      start: ["(code|)"],
      stream: [stream],
      renew: ["100ms (code|)"],
    });
    expect(said).to.deep.equal(["0 requested", "0 started", "0 live", "45100 renewed", "90200 renewed"]);
    expect(requests.renew).to.deep.equal(["45000-45100", "90100-90200"]);
  });

  it("ends with `expired` when the last code's time is over", () => {
    const { said } = runFlow(
      200_000,
      { start: ["(code|)"], stream: [stream], renew: ["(code|)"] },
      { renewals: 1 },
    );
    expect(said).to.include("45000 renewed").and.include("105000 expired");
  });

  it("logs in on an acceptance after `expired`", () => {
    const { said } = runFlow(
      100_000,
      {
        start: ["(code|)"],
        stream: ["pending 29999ms comment 29999ms comment 7999ms approved"],
        login: ["(answer|)"],
      },
      { renewals: 0 },
    );
    expect(said).to.deep.equal([
      "0 requested",
      "0 started",
      "0 live",
      "60000 expired",
      "68000 approved",
      "68000 completed",
    ]);
  });

  it("closes the stream when the server's grace is over too", () => {
    const { requests } = runFlow(300_000, { start: ["(code|)"], stream: [stream] }, { renewals: 0 });
    expect(requests.stream.at(-1)?.split("-")[1]).to.equal("135000");
  });

  it("reads the number of renewals at each use", () => {
    let renewals = 0;
    const world = {
      get renewals() {
        return renewals++;
      },
    };
    const { said } = runFlow(200_000, { start: ["(code|)"], stream: [stream], renew: ["(code|)"] }, world);
    expect(said).to.include("60000 expired");
  });

  it("renews at once when the server closed the newest code, and removes that code", () => {
    const { said, requests } = runFlow(20_000, {
      start: ["(code|)"],
      stream: ["pending 9999ms codeClosed 4999ms comment"],
      renew: ["100ms (code|)"],
    });
    expect(said).to.deep.equal(["0 requested", "0 started", "0 live", "10000 codeClosed", "10100 renewed"]);
    expect(requests.renew).to.deep.equal(["10000-10100"]);
  });

  it("shows `expired` at once when the last code was closed", () => {
    const { said } = runFlow(
      20_000,
      { start: ["(code|)"], stream: ["pending 9999ms codeClosed"] },
      { renewals: 0 },
    );
    expect(said.at(-1)).to.equal("10000 expired");
  });

  describe("while a scanned code waits for the answer", () => {
    const start = ["(code|)"];
    const begun = ["0 requested", "0 started", "0 live"];

    it("requests nothing until the server says that the code is over", () => {
      const { said, requests } = runFlow(80_000, {
        start,
        stream: ["pending 9999ms scanned 29999ms comment 20499ms codeClosed 14999ms comment"],
        renew: ["100ms (code|)"],
      });
      expect(requests.renew).to.deep.equal(["60500-60600"]);
      expect(said).to.deep.equal([
        ...begun,
        "10000 scanned",
        "60500 notScanned",
        "60500 codeClosed",
        "60600 renewed",
      ]);
    });

    it("renews at once when an older code was scanned and is over", () => {
      const { said } = runFlow(80_000, {
        start,
        stream: ["pending 9999ms scanned 19999ms comment 19999ms pending 14999ms comment 14999ms comment"],
        renew: ["100ms (code|)"],
      });
      expect(said).to.deep.equal([...begun, "10000 scanned", "50000 notScanned", "50100 renewed"]);
    });

    it("does not wait longer than the code's own life for a server that says nothing more", () => {
      const { said } = runFlow(80_000, {
        start,
        stream: [`pending 9999ms scanned ${"9999ms comment ".repeat(8)}`],
        renew: ["100ms (code|)"],
      });
      expect(said).to.deep.equal([...begun, "10000 scanned", "62000 notScanned", "62100 renewed"]);
    });

    it("goes on with a renewal that was under way, and keeps the scan", () => {
      const { said } = runFlow(60_000, {
        start,
        stream: ["pending 29999ms comment 15049ms scanned 9999ms comment"],
        renew: ["100ms (code|)"],
      });
      expect(said).to.deep.equal([...begun, "45050 scanned", "45100 renewed"]);
    });

    it("does not fail while renewals fail, so that a late acceptance still logs in", () => {
      const { said } = runFlow(80_000, {
        start,
        stream: ["pending 29999ms comment 15999ms scanned 15499ms approved"],
        renew: [fails],
        login: ["(answer|)"],
      });
      expect(said).to.deep.equal([...begun, "46000 scanned", "61500 approved", "61500 completed"]);
    });

    it("does not end with `expired` before the scan does", () => {
      const stream = "pending 29999ms comment 19999ms scanned 10799ms pending 14999ms comment";
      const { said } = runFlow(80_000, { start, stream: [stream] }, { renewals: 0 });
      expect(said).to.deep.equal([...begun, "50000 scanned", "60800 notScanned", "60800 expired"]);
    });

    it("shows the scan of an attempt that another page began, once there is a code", () => {
      const { said } = runFlow(
        10_000,
        { stream: [neverAnswers], poll: ["100ms (scanned|)"], renew: ["50ms (code|)"] },
        { commands: "resume" },
      );
      expect(said).to.include.members(["150 started", "150 scanned"]);
    });
  });

  describe("that the person asks for after a scan", () => {
    const start = ["(code|)"];
    const scans = ["pending 9999ms scanned 9999ms comment 9999ms comment 14999ms comment"];
    const asked = { newCode: "20s newCode" };
    const begun = ["0 requested", "0 started", "0 live", "10000 scanned"];
    const leaves = ["20000 notScanned", "20000 codeClosed"];

    it("is requested at once, and uses up no renewal", () => {
      const { said, actions, requests } = runFlow(
        60_000,
        { start, stream: scans, renew: ["100ms (code|)"] },
        asked,
      );
      expect(said).to.deep.equal([...begun, ...leaves, "20100 renewed"]);
      expect(actions.at(-1)).to.include({ type: "renewed", renewed: 0 });
      expect(requests.renew).to.deep.equal(["20000-20100"]);
    });

    it("comes also when the renewals are used up", () => {
      const { said } = runFlow(
        85_000,
        { start, stream: [`${scans[0]!} 14999ms comment`], renew: ["100ms (code|)"] },
        { ...asked, renewals: 0 },
      );
      expect(said).to.deep.equal([...begun, ...leaves, "20100 renewed", "80100 expired"]);
    });

    it("does not go back to the scan while the server has not heard of it", () => {
      const { said } = runFlow(
        30_000,
        { start, stream: ["pending 9999ms scanned 10049ms scanned"], renew: ["100ms (code|)"] },
        asked,
      );
      expect(said).to.deep.equal([...begun, ...leaves, "20100 renewed"]);
    });

    it("is requested when the browser is online again", () => {
      const { said, requests } = runFlow(
        31_000,
        { start, stream: [scans[0]!, neverAnswers], poll: ["50ms (scanned|)"], renew: ["100ms (code|)"] },
        { ...asked, online: "15s offline 15s online" },
      );
      expect(said.filter((line) => !isConnection(line))).to.deep.equal([
        ...begun.filter((line) => !isConnection(line)),
        ...leaves,
        "30151 renewed",
      ]);
      expect(requests.renew).to.deep.equal(["30051-30151"]);
    });

    it("is tried for ten seconds if the scanned code is nearly over, so that the old scan may still win", () => {
      const { said } = runFlow(
        70_000,
        {
          start,
          stream: ["pending 9999ms scanned 9999ms comment 14999ms comment 14999ms comment 13999ms approved"],
          renew: ["100ms #"],
        },
        { newCode: "57s newCode" },
      );
      expect(said.slice(-2)).to.deep.equal(["57000 codeClosed", "64000 approved"]);
    });

    it("is requested also while the stream reconnects", () => {
      const { requests } = runFlow(
        22_000,
        { start, stream: ["pending 9999ms scanned 4999ms #", neverAnswers], renew: ["100ms (code|)"] },
        asked,
      );
      expect(requests.renew).to.deep.equal(["20000-20100"]);
    });

    it("is tried again if that fails", () => {
      const { said, requests } = runFlow(30_000, { start, stream: scans, renew: [fails, "(code|)"] }, asked);
      expect(said).to.deep.equal([...begun, ...leaves, "20500 renewed"]);
      expect(requests.renew).to.deep.equal(["20000-20000", "20500-20500"]);
    });

    it("does not keep the scanned code from logging in", () => {
      const { said } = runFlow(
        60_000,
        {
          start,
          stream: ["pending 9999ms scanned 12999ms approved"],
          renew: ["100ms (code|)"],
          login: ["(answer|)"],
        },
        asked,
      );
      expect(said.slice(-2)).to.deep.equal(["23000 approved", "23000 completed"]);
    });

    it("is not requested without a scan", () => {
      const { requests } = runFlow(30_000, { start, stream: [stream], renew: ["(code|)"] }, asked);
      expect(requests.renew).to.deep.equal([]);
    });
  });

  describe("that fails", () => {
    it("is tried again while the old code works", () => {
      const { said, requests } = runFlow(70_000, {
        start: ["(code|)"],
        stream: [stream],
        renew: [fails, { marbles: fails, error: "temporarily_unavailable" }, "(code|)"],
      });
      expect(requests.renew).to.deep.equal(["45000-45000", "45500-45500", "46500-46500"]);
      expect(said.at(-1)).to.equal("46500 renewed");
    });

    it("waits for Retry-After", () => {
      const { requests } = runFlow(70_000, {
        start: ["(code|)"],
        stream: [stream],
        renew: [{ marbles: fails, error: "too_many_requests", retryAfterMs: 9_000 }, "(code|)"],
      });
      expect(requests.renew.slice(0, 2)).to.deep.equal(["45000-45000", "54000-54000"]);
    });

    it("is a failure when the code's time is over", () => {
      const { said, actions, requests } = runFlow(120_000, {
        start: ["(code|)"],
        stream: [stream],
        renew: [fails],
      });
      expect(said.at(-1)).to.equal("60000 failed");
      expect(actions.at(-1))
        .to.have.property("failure")
        .that.includes({ code: "network_error", during: "pending" });
      expect(requests.stream.at(-1)).to.equal("0-60000");
    });

    it("waits for a far Retry-After no longer than the code works", () => {
      const { said } = runFlow(120_000, {
        start: ["(code|)"],
        stream: [stream],
        renew: [{ marbles: fails, error: "temporarily_unavailable", retryAfterMs: 3_600_000 }],
      });
      expect(said.at(-1)).to.equal("60000 failed");
    });

    it("stays pending while the browser is offline, and goes on when it is online", () => {
      const { said, requests } = runFlow(
        100_000,
        {
          start: ["(code|)"],
          stream: ["pending 14999ms comment 14999ms comment 14999ms comment", stream],
          renew: [fails, fails, "(code|)"],
          poll: ["50ms (pending|)"],
        },
        { online: "46s offline 40s online" },
      );
      expect(said.filter((line) => !isConnection(line))).to.deep.equal([
        "0 requested",
        "0 started",
        "86001 renewed",
      ]);
      expect(requests.poll[0]).to.equal("86001-86001");
    });

    it("is tried for a while if the page wakes up after the code's time, because the network may still be down", () => {
      const world = { online: "46s offline 40s online" };
      const scripts = {
        start: ["(code|)"],
        stream: ["pending 14999ms comment 14999ms comment 14999ms comment", stream],
        poll: ["50ms (pending|)"],
      };
      const { said } = runFlow(
        100_000,
        { ...scripts, renew: [fails, fails, fails, fails, "(code|)"] },
        world,
      );
      expect(said.filter((line) => !isConnection(line))).to.deep.equal([
        "0 requested",
        "0 started",
        "92001 renewed",
      ]);
      const { said: failed } = runFlow(120_000, { ...scripts, renew: [fails] }, world);
      expect(failed.at(-1)).to.equal("96001 failed");
    });

    it("requests the status if the attempt is settled: it may be approved", () => {
      const { said, requests } = runFlow(60_000, {
        start: ["(code|)"],
        stream: [stream],
        renew: [{ marbles: fails, error: "attempt_settled" }],
        poll: ["30ms (approved|)"],
        login: ["(answer|)"],
      });
      expect(requests.poll).to.deep.equal(["45000-45030"]);
      expect(said.slice(-2)).to.deep.equal(["45030 approved", "45030 completed"]);
    });

    it("requests the status also if a poll hangs on a dead connection", () => {
      const { said, requests } = runFlow(60_000, {
        start: ["(code|)"],
        stream: ["pending", neverAnswers],
        renew: [{ marbles: fails, error: "attempt_settled" }],
        poll: [neverAnswers, "30ms (approved|)"],
        login: ["(answer|)"],
      });
      expect(requests.poll).to.deep.equal(["37500-45000", "45000-45030"]);
      expect(said.slice(-2)).to.deep.equal(["45030 approved", "45030 completed"]);
    });
  });

  describe("in a hidden tab", () => {
    it("does not happen, and when the tab is visible again, the status is requested first", () => {
      const { said, requests } = runFlow(
        90_000,
        {
          start: ["(code|)"],
          stream: [stream, neverAnswers],
          poll: ["100ms (pending|)"],
          renew: ["100ms (code|)"],
        },
        { visibility: "40s hidden 12s visible" },
      );
      expect(requests.poll[0]).to.equal("52001-52101");
      expect(requests.renew).to.deep.equal(["52101-52201"]);
      expect(said.at(-1)).to.equal("52201 renewed");
    });

    it("does not happen if the attempt was accepted in the meantime", () => {
      const { said, requests } = runFlow(
        200_000,
        {
          start: ["(code|)"],
          stream: [stream, neverAnswers],
          poll: ["100ms (approved|)"],
          login: ["(answer|)"],
        },
        { visibility: "10s hidden 60s visible" },
      );
      expect(requests.renew).to.deep.equal([]);
      expect(said.slice(-2)).to.deep.equal(["70101 approved", "70101 completed"]);
    });

    it("leads to `expired` if the server says so when the tab is visible again", () => {
      const { said } = runFlow(
        400_000,
        { start: ["(code|)"], stream: [stream, neverAnswers], poll: ["100ms (expired|)"] },
        { visibility: "10s hidden 300s visible" },
      );
      expect(said.at(-1)).to.equal("310101 expired");
    });
  });

  it("after a sleep the status is requested before the next code", () => {
    const slept = 3_600_000;
    const { requests } = runFlow(
      40_000,
      { start: ["(code|)"], stream: [stream], poll: ["200ms (pending|)"], renew: ["(code|)"] },
      { slept: "20s slept", clockJumpMs: (now) => (now >= 20_000 ? slept : 0) },
    );
    expect(requests.poll[0]).to.equal("20000-20000");
    expect(requests.stream.slice(0, 2)).to.deep.equal(["0-20000", "20000-40000"]);
    expect(requests.renew).to.deep.equal(["20000-20000"]);
  });
});

describe("receivedCode", () => {
  const leadOf = (expires_in: number) => {
    const { renewAt, endsAt } = receivedCode({ otp: "b3Rw", expires_in }, 1_000);
    expect(endsAt).to.equal(1_000 + expires_in * 1_000);
    return (endsAt - renewAt) / 1_000;
  };

  it("requests the next code when a quarter of the life is left", () => expect(leadOf(60)).to.equal(15));
  it("requests it at most 30 s before the end", () => expect(leadOf(300)).to.equal(30));
  it("requests it at least 5 s before the end", () => expect(leadOf(12)).to.equal(5));
  it("never requests it before half of the life", () => expect(leadOf(4)).to.equal(2));
  it("waits half a second for the next code if a server's codes have no life", () => {
    const { renewAt, endsAt } = receivedCode({ otp: "b3Rw", expires_in: 0 }, 1_000);
    expect([renewAt, endsAt]).to.deep.equal([1_500, 1_000]);
  });
  it("lets no code live longer than a day: a browser's timer would overflow and fire at once", () => {
    const { endsAt } = receivedCode({ otp: "b3Rw", expires_in: 3_000_000 }, 0);
    expect(endsAt).to.equal(86_400_000);
  });
});
