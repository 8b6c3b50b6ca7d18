import { expect } from "chai";
import { runFlow, type Script, type Scripts } from "../support/flow.js";

const neverAnswers = "-";
const fails = "#";

const hourMs = 3_600_000;

/** `docs/widget.md`, "Bad networks", promises these. */
const bounds = { minuteCode: 60, dayCode: 2_400 };

/** Ways in which a server can be dead, and its answers from then on. */
const deaths: Record<string, Script> = {
  "refuses every connection": fails,
  "answers nothing": neverAnswers,
  "fails after 2 s": `2s ${fails}`,
  "is behind a proxy that answers 502": { marbles: `20ms ${fails}`, error: "temporarily_unavailable" },
  "answers with Retry-After": {
    marbles: `20ms ${fails}`,
    error: "temporarily_unavailable",
    retryAfterMs: 60_000,
  },
};

/** The most requests that any of twenty pages makes in the hour after its server died, a second after the first code. */
function requestsAfter(death: Script, start: "code" | "dayCode"): number {
  const scripts: Scripts = {
    start: [`(${start}|)`],
    stream: [`pending 999ms ${fails}`, death],
    poll: [death],
    renew: [death],
  };
  const counts = Array.from({ length: 20 }, (_, seed) => {
    const { requests } = runFlow(1_000 + hourMs, scripts, { random: chance(seed) });
    const begun = Object.values(requests).flat();
    return begun.filter((log) => Number(log.split("-")[0]) > 0).length;
  });
  return Math.max(...counts);
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("In the hour after a server fails, a page", () => {
  for (const [name, death] of Object.entries(deaths)) {
    it(`sends at most ${bounds.minuteCode} requests with one-minute codes, if the server ${name}`, () => {
      const count = requestsAfter(death, "code");
      console.log(`one-minute codes, a server that ${name}: ${count} requests, bound ${bounds.minuteCode}`);
      expect(count).to.be.within(1, bounds.minuteCode);
    });

    it(`sends at most ${bounds.dayCode} requests with a code of one day, if the server ${name}`, function () {
      // Twenty pages with two thousand requests each take a while, also in virtual time.
      this.timeout(60_000);
      const count = requestsAfter(death, "dayCode");
      console.log(`a code of one day, a server that ${name}: ${count} requests, bound ${bounds.dayCode}`);
      expect(count).to.be.within(1, bounds.dayCode);
    });

    it(`in the background sends none after its stream is closed, if the server ${name}`, () => {
      const visibility = "500ms hidden";
      const { requests } = runFlow(
        1_000 + hourMs,
        { start: ["(dayCode|)"], stream: [`pending 40s ${fails}`, death], poll: [death], renew: [death] },
        { visibility, random: 0.5 },
      );
      expect(Object.values(requests).flat()).to.have.length(2);
    });
  }

  it("still works with a code of one day, if the server is back after 50 minutes", () => {
    const { said } = runFlow(
      hourMs,
      {
        start: ["(dayCode|)"],
        stream: [`pending 999ms ${fails}`, fails],
        poll: [...Array.from({ length: 1_500 }, () => fails), "(approved|)"],
        login: ["(answer|)"],
      },
      { random: 0.5 },
    );
    expect(said.at(-1)).to.match(/ completed$/);
  });
});
