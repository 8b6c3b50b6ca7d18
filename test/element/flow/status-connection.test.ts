import { expect } from "chai";
import { isConnection, liveStream, runFlow } from "../support/flow.js";

const neverAnswers = "-";
const fails = "#";

const start = ["(code|)"];
const live = liveStream;
const renew = ["(code|)"];
const connections = (said: string[]) => said.filter(isConnection);

describe("the status stream", () => {
  it("is opened again when it is silent for 35 s", () => {
    const { requests } = runFlow(45_000, { start, stream: ["pending 4999ms comment", live] });
    expect(requests.stream).to.deep.equal(["0-40000", "40000-45000"]);
  });

  it("that sends no valid event is opened again too, and polls replace it", () => {
    const { requests } = runFlow(45_000, { start, stream: [neverAnswers, live], poll: ["20s (held|)"] });
    expect(requests.stream).to.deep.equal(["0-35000", "35000-45000"]);
    expect(requests.poll).to.deep.equal(["2500-22500", "22500-35000"]);
  });

  it("comes back within 0.3 s after a first failure", () => {
    const { requests } = runFlow(
      20_000,
      { start, stream: [`pending 4999ms ${fails}`, live] },
      { random: 0.99 },
    );
    expect(requests.stream).to.deep.equal(["0-5000", "5297-20000"]);
  });

  it("comes back after growing, random waits of at most 30 s", () => {
    const { requests } = runFlow(
      44_000,
      { start, stream: [fails], poll: [neverAnswers], renew },
      { random: 0.5 },
    );
    const begun = requests.stream.map((log) => Number(log.split("-")[0]));
    expect(begun).to.deep.equal([0, 150, 1150, 3150, 7150, 15150, 30150]);
  });

  it("waits at least as long as the server's `retry:` asks", () => {
    const { requests } = runFlow(20_000, {
      start,
      stream: ["pending 999ms (retry|)", live],
      poll: [neverAnswers],
    });
    expect(requests.stream).to.deep.equal(["0-1000", "6000-20000"]);
  });

  it("that ends without a final status is opened again", () => {
    const { requests } = runFlow(20_000, { start, stream: ["pending 1s |", live] });
    expect(requests.stream).to.deep.equal(["0-1001", "1001-20000"]);
  });

  it("that is always cut after its first event is opened again with growing delays", () => {
    const { requests } = runFlow(
      40_000,
      { start, stream: [`pending ${fails}`], poll: [neverAnswers] },
      { random: 0.5 },
    );
    expect(requests.stream.length).to.be.below(9);
  });
});

describe("polling", () => {
  it("starts if there is no status 2.5 s after the first try, failed tries included", () => {
    const { requests, waits } = runFlow(4_000, {
      start,
      stream: [`1s ${fails}`, neverAnswers],
      poll: [neverAnswers],
    });
    expect(requests.poll).to.deep.equal(["2500-4000"]);
    expect(waits).to.deep.equal([20]);
  });

  it("starts at once after three failures", () => {
    const { requests } = runFlow(4_000, {
      start,
      stream: [`pending ${fails}`, fails, fails, neverAnswers],
      poll: [neverAnswers],
    });
    expect(requests.poll).to.deep.equal(["1-4000"]);
  });

  it("stops when the stream is back, and a running request is aborted", () => {
    const { requests } = runFlow(20_000, { start, stream: ["5s pending"], poll: [neverAnswers] });
    expect(requests.poll).to.deep.equal(["2500-5000"]);
  });

  it("gets a status that the stream does not bring", () => {
    const { said } = runFlow(30_000, {
      start,
      stream: [neverAnswers],
      poll: ["4s (approved|)"],
      login: ["(answer|)"],
    });
    expect(said.slice(-2)).to.deep.equal(["6500 approved", "6500 completed"]);
  });

  it("goes on at once after a held answer, and at the server's interval if answers are not held", () => {
    const held = runFlow(44_000, { start, stream: [neverAnswers], poll: ["20s (held|)"] });
    expect(held.requests.poll).to.deep.equal(["2500-22500", "22500-42500", "42500-44000"]);
    const notHeld = runFlow(9_000, { start, stream: [neverAnswers], poll: ["100ms (pending|)"] });
    expect(notHeld.requests.poll).to.deep.equal(["2500-2600", "4600-4700", "6700-6800", "8800-8900"]);
    const wrong = runFlow(9_000, { start, stream: [neverAnswers], poll: ["100ms (held|)"] });
    expect(wrong.requests.poll).to.deep.equal(notHeld.requests.poll);
  });

  it("is repeated 2 s after a failure, or after Retry-After", () => {
    const { requests } = runFlow(16_000, {
      start,
      stream: [neverAnswers],
      poll: [fails, { marbles: fails, error: "too_many_requests", retryAfterMs: 9_000 }, neverAnswers],
    });
    expect(requests.poll).to.deep.equal(["2500-2500", "4500-4500", "13500-16000"]);
  });

  it("gives up a poll that hangs", () => {
    const { requests } = runFlow(44_000, { start, stream: [neverAnswers], poll: [neverAnswers] });
    expect(requests.poll).to.deep.equal(["2500-32500", "34500-44000"]);
  });
});

describe("a page that is hidden", () => {
  it("keeps its stream for 30 s, then closes it", () => {
    const { requests } = runFlow(44_000, { start, stream: [live] }, { visibility: "5s hidden" });
    expect(requests.stream).to.deep.equal(["0-35000"]);
  });

  it("and is visible again requests the status at once and opens a fresh stream, once", () => {
    const { requests, waits } = runFlow(
      44_000,
      { start, stream: [live, neverAnswers], poll: ["100ms (pending|)", neverAnswers] },
      { visibility: "5s hidden 9999ms visible" },
    );
    expect(requests.stream).to.deep.equal(["0-15000", "15000-44000"]);
    expect(requests.poll[0]).to.equal("15000-15100");
    expect(waits.slice(0, 2)).to.deep.equal([0, 20]);
  });

  it("and is visible again sends a held poll if the first poll gets no answer, because its connection may be dead", () => {
    const { requests, waits } = runFlow(
      24_000,
      { start, stream: [live, neverAnswers], poll: [neverAnswers] },
      { visibility: "5s hidden 9999ms visible" },
    );
    expect(requests.poll).to.deep.equal(["15000-16200", "16200-24000"]);
    expect(waits).to.deep.equal([0, 20]);
  });

  it("and is visible again polls again at once if the first poll fails, or after Retry-After, and then every 2 s", () => {
    const world = { visibility: "5s hidden 9999ms visible" };
    const failing = runFlow(24_000, { start, stream: [live, neverAnswers], poll: [fails] }, world);
    expect(failing.requests.poll.slice(0, 4)).to.deep.equal([
      "15000-15000",
      "15000-15000",
      "17000-17000",
      "19000-19000",
    ]);
    const limited = { marbles: fails, error: "too_many_requests", retryAfterMs: 4_000 } as const;
    const { requests } = runFlow(
      24_000,
      { start, stream: [live, neverAnswers], poll: [limited, neverAnswers] },
      world,
    );
    expect(requests.poll).to.deep.equal(["15000-15000", "19000-24000"]);
  });

  it("and is visible again polls only once if the stream works by then", () => {
    const { requests } = runFlow(
      24_000,
      { start, stream: [live, "500ms pending 10s comment"], poll: [`1s ${fails}`] },
      { visibility: "5s hidden 9999ms visible" },
    );
    expect(requests.poll).to.deep.equal(["15000-15500"]);
  });

  it("and was left closes its stream at once", () => {
    const { requests } = runFlow(40_000, { start, stream: [live] }, { visibility: "5s gone" });
    expect(requests.stream).to.deep.equal(["0-5000"]);
  });
});

describe("a page that goes offline", () => {
  it("closes its stream, says so, and comes back with one poll", () => {
    const { said, requests } = runFlow(
      40_000,
      { start, stream: [live, live], poll: ["100ms (pending|)"] },
      { online: "5s offline 9999ms online" },
    );
    expect(connections(said)).to.deep.equal(["0 live", "5000 offline", "15000 live"]);
    expect(requests.stream).to.deep.equal(["0-5000", "15000-40000"]);
    expect(requests.poll).to.deep.equal(["15000-15000"]);
  });

  it("and is hidden comes back only when both are over, once", () => {
    const { requests } = runFlow(
      44_000,
      { start, stream: [live, live], poll: ["100ms (pending|)"] },
      { online: "5s offline 9999ms online", visibility: "6s hidden 8999ms visible" },
    );
    expect(requests.stream).to.have.length(2);
    expect(requests.poll).to.have.length(1);
  });
});

describe("the “reconnecting” message", () => {
  it("shows only after 2 s, and disappears", () => {
    const { said } = runFlow(40_000, { start, stream: [`pending 4999ms ${fails}`, "1999ms pending"] });
    expect(connections(said)).to.deep.equal(["0 live"]);
    const longer = runFlow(40_000, {
      start,
      stream: [`pending 4999ms ${fails}`, fails, "5s pending"],
      poll: [fails],
    });
    expect(connections(longer.said)).to.deep.equal(["0 live", "7000 reconnecting", "10000 live"]);
  });

  it("does not show while polls work", () => {
    const { said } = runFlow(40_000, { start, stream: [neverAnswers], poll: ["20s (held|)"] });
    expect(connections(said)).to.deep.equal(["0 live"]);
  });
});
