import { expect } from "chai";
import { isConnection, runFlow, type Script, type Scripts, type World } from "../support/flow.js";

const fails = "#";
const neverAnswers = "-";
const asked: Script = { marbles: `100ms ${fails}`, error: "pairing_required", asks: { triesLeft: 3 } };
const wrong = (triesLeft: number): Script => ({
  marbles: `100ms ${fails}`,
  error: "wrong_number",
  asks: { triesLeft },
});
const loggedIn = "100ms (answer|)";

/** A page that the phone accepts after 5 s, and whose server asks for the number. */
const accepted: Scripts = {
  start: ["(code|)"],
  stream: ["pending 4999ms approved", neverAnswers],
  poll: ["100ms (approved|)"],
  login: [asked, loggedIn],
};
const run = (scripts: Scripts, world: World = {}, untilMs = 400_000) => {
  const { said, ...rest } = runFlow(untilMs, { ...accepted, ...scripts }, world);
  return { ...rest, said: said.slice(said.indexOf("5000 approved") + 1) };
};
/** The last action, as an error. */
const failureOf = ({ actions }: ReturnType<typeof run>) => {
  const last = actions.at(-1);
  return last?.type === "failed" ? last.failure : undefined;
};

describe("the number on the phone", () => {
  it("is asked for when the server does, and the login goes on with it", () => {
    const { said, numbers, requests, actions } = run({}, { number: "20s right" });
    expect(said).to.deep.equal(["5100 asked 3", "20000 sending 3", "20100 completed"]);
    expect(numbers).to.deep.equal([undefined, "4713"]);
    expect(requests.login).to.deep.equal(["5000-5100", "20000-20100"]);
    expect(actions.at(-1)).to.have.nested.property("answer.redirect_to", "/account");
  });

  it("is asked for with the digits, the tries and the time that the server names", () => {
    const { actions } = run({ login: [{ ...asked, asks: { triesLeft: 2, expiresIn: 280 } }] });
    expect(actions.find(({ type }) => type === "asked")).to.deep.equal({
      type: "asked",
      question: {
        digits: 4,
        triesLeft: 2,
        endsAt: 285_100,
        wrong: 0,
        isSending: false,
        connection: "live",
      },
    });
  });

  it("is not asked for twice at once: nothing is sent until the person sends it", () => {
    const { requests } = run({}, {}, 200_000);
    expect(requests.login).to.have.length(1);
    expect(requests.poll).to.have.length(0);
  });

  it("may be wrong, and is asked for again", () => {
    const { said, numbers } = run(
      { login: [asked, wrong(2), wrong(1), loggedIn] },
      { number: "10s wrong 9999ms wrong 9999ms right" },
    );
    expect(said).to.deep.equal([
      "5100 asked 3",
      "10000 sending 3",
      "10100 wrong1 2",
      "20000 sending 2",
      "20100 wrong2 1",
      "30000 sending 1",
      "30100 completed",
    ]);
    expect(numbers).to.deep.equal([undefined, "4731", "4731", "4713"]);
  });

  it("ends the attempt when it was wrong too often", () => {
    const result = run(
      { login: [asked, { marbles: `100ms ${fails}`, error: "pairing_failed" }] },
      { number: "10s wrong" },
    );
    expect(result.said.at(-1)).to.equal("10100 failed");
    expect(failureOf(result)).to.include({ code: "pairing_failed", during: "login" });
    expect(failureOf(result)).not.to.have.property("retryAt");
  });

  it("ends the attempt at once, with the time of the next try, if the user has had too many", () => {
    const result = run({
      login: [{ marbles: `100ms ${fails}`, error: "pairing_failed", retryAfterMs: 600_000 }],
    });
    expect(result.said).to.deep.equal(["5100 failed"]);
    expect(failureOf(result)).to.include({ code: "pairing_failed", retryAt: 605_100 });
  });

  it("is sent again, the same, when its answer was lost", () => {
    const { said, numbers, requests } = run(
      { login: [asked, fails, "-", loggedIn] },
      { number: "10s right", random: 0 },
    );
    expect(numbers).to.deep.equal([undefined, "4713", "4713", "4713"]);
    expect(requests.login).to.deep.equal(["5000-5100", "10000-10000", "10500-25500", "26500-26600"]);
    expect(said.slice(1)).to.deep.equal(["10000 sending 3", "26600 completed"]);
  });

  it("is asked for again when the answer to its repetition says that it was wrong", () => {
    const { said } = run({ login: [asked, fails, wrong(2)] }, { number: "10s wrong" }, 20_000);
    expect(said.at(-1)).to.equal("10600 wrong1 2");
  });

  it("ends as any other login when no answer comes for a minute", () => {
    const result = run({ login: [asked, fails] }, { number: "10s right" });
    expect(failureOf(result)).to.include({ code: "network_error", during: "login" });
  });

  it("ends with `expired` when nobody sends it in time", () => {
    const { said, requests } = run({});
    expect(said).to.deep.equal(["5100 asked 3", "305100 expired"]);
    expect(requests.login).to.have.length(1);
  });

  it("ends with `expired` right after a sleep in which its time went by", () => {
    const { said } = run(
      {},
      { slept: "60s slept", clockJumpMs: (now) => (now >= 60_000 ? 3_600_000 : 0) },
      70_000,
    );
    expect(said.at(-1)).to.equal("60000 expired");
  });

  it("does not end while an answer to it is on its way", () => {
    const { said } = run(
      { login: [{ ...asked, asks: { triesLeft: 3, expiresIn: 5 } }, "10s (answer|)"] },
      { number: "10s right" },
    );
    expect(said.at(-1)).to.equal("20000 completed");
  });

  it("stays asked for while the browser is offline, and waits with the person's number until it is back", () => {
    const { said, requests } = run({}, { online: "6s offline 13999ms online", number: "10s right" });
    expect(said).to.deep.equal([
      "5100 asked 3",
      "6000 asked 3 without network",
      "10000 sending 3 without network",
      "20000 sending 3",
      "20100 completed",
    ]);
    expect(requests.login).to.deep.equal(["5000-5100", "20000-20100"]);
  });

  it("ends with `expired` offline too, also when the person has sent it", () => {
    const { said, requests } = run({}, { online: "6s offline", number: "10s right" });
    expect(said.at(-1)).to.equal("305100 expired");
    expect(requests.login).to.have.length(1);
  });

  it("is asked for by a hidden page only when it is shown", () => {
    const { said, requests } = run({}, { visibility: "1s hidden 59s visible" });
    expect(said.slice(0, 1)).to.deep.equal(["60001 asked 3"]);
    expect(requests.login).to.deep.equal(["5000-5100"]);
  });

  it("begins a new attempt if the server does not know this one any more", () => {
    const { said } = run(
      {
        start: ["(code|)", "(otherAttempt|)"],
        stream: ["pending 4999ms approved", "pending"],
        poll: ["(pending|)"],
        login: [asked, { marbles: fails, error: "unknown_attempt" }],
      },
      { number: "20s right" },
    );
    expect(said.filter((line) => !isConnection(line)).slice(2, 4)).to.deep.equal([
      "20000 requested",
      "20000 started",
    ]);
  });

  it("is an ordinary failure if the question cannot be understood", () => {
    const result = run({ login: [{ marbles: fails, error: "pairing_required" }] });
    expect(failureOf(result)).to.include({ code: "pairing_required", during: "login" });
  });
});

describe("a page that is shown again while it asks for the number", () => {
  const hiddenFor = { visibility: "10s hidden 29999ms visible" };
  it("asks for the status, and goes on asking the person", () => {
    const { said, requests } = run({}, { ...hiddenFor, number: "60s right" });
    expect(requests.poll).to.deep.equal(["40000-40100"]);
    expect(said).to.deep.equal(["5100 asked 3", "60000 sending 3", "60100 completed"]);
  });

  it("is over if its time was over on the server", () => {
    const { said } = run({ poll: ["100ms (expired|)"] }, hiddenFor);
    expect(said.at(-1)).to.equal("40100 expired");
  });

  it("has failed if another tab used up the tries", () => {
    const result = run({ poll: ["100ms (failed|)"] }, { ...hiddenFor, shared: {} });
    expect(failureOf(result)).to.include({ code: "pairing_failed", during: "login" });
  });

  it("is logged in if another tab was", () => {
    const { actions, requests } = run(
      { poll: ["100ms (approved|)", "100ms (completed|)"] },
      { ...hiddenFor, shared: { isTakenOverAtMs: 20_000 } },
    );
    expect(requests.login).to.have.length(1);
    expect(actions.at(-1)).to.deep.equal({ type: "completed" });
  });
});

describe("the number of an attempt that left for the app", () => {
  it("is sent in the lock by the tab that becomes the owner", () => {
    const { said, ownedAt, numbers } = run({}, { shared: { lockedMs: 1_000 }, number: "20s right" });
    expect(said).to.deep.equal(["6200 asked 3", "20000 sending 3", "21200 completed"]);
    expect(ownedAt).to.deep.equal([6_100, 21_100]);
    expect(numbers).to.deep.equal([undefined, "4713"]);
  });

  it("is not sent if another tab has logged in meanwhile", () => {
    const { said, numbers, actions } = run(
      { poll: ["100ms (approved|)", "100ms (completed|)"] },
      { shared: { isTakenOverAtMs: 10_000 }, number: "20s right" },
    );
    expect(said.at(-1)).to.equal("20100 completed");
    expect(actions.at(-1)).to.deep.equal({ type: "completed" });
    expect(numbers).to.deep.equal([undefined]);
  });

  it("is asked for again by a page that is loaded again", () => {
    const { said } = runFlow(
      60_000,
      { stream: ["-"], poll: ["100ms (approved|)"], login: [asked, loggedIn] },
      { commands: "resume", shared: {}, number: "10s right" },
    );
    expect(said).to.deep.equal([
      "0 requested",
      "0 live",
      "100 approved",
      "300 asked 3",
      "10000 sending 3",
      "10200 completed",
    ]);
  });
});
