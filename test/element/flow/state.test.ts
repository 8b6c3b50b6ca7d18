import { expect } from "chai";
import { reduce, type Action, type Phase, type State } from "../../../src/element/flow/state.js";

const code = { otp: "b3Rw", since: 0, renewAt: 45_000, endsAt: 60_000 };
const failure = { code: "network_error", during: "pending", offline: false } as const;

const question = {
  digits: 4,
  triesLeft: 3,
  endsAt: 300_000,
  wrong: 0,
  isSending: false,
  connection: "live",
} as const;

const states: Record<Phase, State> = {
  idle: { phase: "idle" },
  requesting: { phase: "requesting" },
  pending: { phase: "pending", attempt: "a", code, renewed: 0, scanned: false, connection: "live" },
  approved: { phase: "approved", attempt: "a" },
  completed: { phase: "completed", answer: {} },
  denied: { phase: "denied" },
  expired: { phase: "expired", attempt: "a" },
  failed: { phase: "failed", failure },
};
const actions: Record<Action["type"], Action> = {
  requested: { type: "requested" },
  awaitedInVain: { type: "awaitedInVain" },
  started: { type: "started", attempt: "a", code, renewed: 0 },
  renewed: { type: "renewed", code, renewed: 1 },
  codeClosed: { type: "codeClosed", now: 1 },
  scanned: { type: "scanned", scanned: true },
  connection: { type: "connection", connection: "offline" },
  approved: { type: "approved", attempt: "a" },
  asked: { type: "asked", question },
  completed: { type: "completed", answer: {} },
  denied: { type: "denied" },
  expired: { type: "expired", attempt: "a" },
  failed: { type: "failed", failure },
  cancelled: { type: "cancelled" },
};

/** The next phase for each action and phase. In phases that are not listed, the state stays the same object. */
const table: Record<Action["type"], Partial<Record<Phase, Phase>>> = {
  requested: Object.fromEntries(Object.keys(states).map((phase) => [phase, "requesting"])),
  // Only where the app has come back.
  awaitedInVain: {},
  started: { requesting: "pending" },
  renewed: { pending: "pending" },
  codeClosed: { pending: "pending" },
  scanned: { pending: "pending" },
  connection: { pending: "pending" },
  approved: { requesting: "approved", pending: "approved", expired: "approved" },
  asked: { approved: "approved" },
  completed: { approved: "completed" },
  denied: { requesting: "denied", pending: "denied", expired: "denied" },
  expired: { requesting: "expired", pending: "expired", approved: "expired" },
  failed: { requesting: "failed", pending: "failed", approved: "failed" },
  cancelled: Object.fromEntries(
    Object.keys(states)
      .filter((phase) => phase !== "idle")
      .map((phase) => [phase, "idle"]),
  ),
};

describe("reduce", () => {
  for (const [type, action] of Object.entries(actions)) {
    it(`changes the phases that the table lists for "${type}", and no others`, () => {
      for (const [phase, state] of Object.entries(states)) {
        const target = table[action.type][phase as Phase];
        const next = reduce(state, action);
        if (target) expect(next.phase, phase).to.equal(target);
        else expect(next, phase).to.equal(state);
      }
    });
  }

  it("keeps the question with the accepted attempt, and drops it with the phase", () => {
    const asked = reduce(states.approved, actions.asked);
    expect(asked).to.deep.equal({ phase: "approved", attempt: "a", question });
    expect(reduce(asked, actions.completed)).not.to.have.property("question");
  });

  it("remembers until the acceptance that the app has come back, and that it was awaited in vain", () => {
    const back = reduce(states.idle, { type: "requested", isBack: true });
    expect(back).to.deep.equal({ phase: "requesting", back: "here" });
    const pending = reduce(back, actions.started);
    expect(pending).to.deep.equal({ ...states.pending, back: "here" });
    expect(reduce(pending, actions.awaitedInVain)).to.deep.equal({ ...states.pending, back: "otherTab" });
    expect(reduce(pending, actions.approved)).to.deep.equal(states.approved);
  });

  it("keeps the very same state when the connection or the scan did not change", () => {
    expect(reduce(states.pending, { type: "scanned", scanned: false })).to.equal(states.pending);
    expect(reduce(states.pending, { type: "connection", connection: "live" })).to.equal(states.pending);
  });
});
