import { expect } from "chai";
import { RequestError } from "../../../src/element/api/backend.js";
import {
  codeReceived,
  noCode,
  requestFailed,
  statusReceived,
  step,
  receivedCode,
  wokenUp,
  type Plan,
  type RenewalState,
} from "../../../src/element/flow/renewal.js";

/** It is renewed at 45 s and ends at 60 s. */
const code = receivedCode({ otp: "one", expires_in: 60 }, 0);
const error = new RequestError("network_error");

const opened = codeReceived(noCode("a"), code);
const ready = wokenUp(opened, true);
const asleep = wokenUp(ready, false);
const scanned = statusReceived(ready, { status: "pending", scanned: true }, 0);
const closed = statusReceived(ready, { status: "pending", expires_in: 0 }, 10_000);
const requested: RenewalState = { ...ready, plan: { type: "requested", tries: 1, deadline: 60_000 } };
const retried = requestFailed(requested, { error, at: 50_000 });
const failing = requestFailed(requested, { error, at: 60_000 });
const last: RenewalState = { ...ready, plan: { type: "expire", at: 60_000 } };

/** What comes next, and when the next step is, if nothing has changed but the time. */
const later = (known: RenewalState, now: number, renewals = 5): [Plan["type"], number] => {
  const { plan, nextAt } = step(known, known, now, () => renewals);
  return [plan.type, nextAt];
};

describe("step", () => {
  const table: [title: string, known: RenewalState, now: number, next: Plan["type"], nextAt: number][] = [
    ["waits until a code is to be renewed", ready, 44_999, "renew", 45_000],
    ["requests the next code then", ready, 45_000, "requested", Infinity],
    ["requests nothing while the page is asleep", asleep, 45_000, "request", Infinity],
    ["requests nothing after a wake-up", wokenUp(asleep, true), 45_000, "request", Infinity],
    ["requests nothing without a status if there is no code", noCode("a"), 0, "request", Infinity],
    ["requests nothing while a scanned code works", scanned, 45_000, "renew", 62_000],
    ["requests the next code 2 s after the end of a scanned one", scanned, 62_000, "requested", Infinity],
    ["waits for the answer", requested, 59_000, "requested", Infinity],
    ["waits before the next try", retried, 49_999, "request", 50_000],
    ["tries again", retried, 50_000, "requested", Infinity],
    ["waits with a failure until the deadline", failing, 59_999, "request", 60_000],
    ["fails at the deadline", failing, 60_000, "failed", Infinity],
    ["does not fail while the page is asleep", wokenUp(failing, false), 60_000, "request", Infinity],
    ["does not fail while a scanned code works", { ...failing, scan: "scanned" }, 60_000, "request", 62_000],
    ["waits for the end of the last code", last, 59_999, "expire", 60_000],
    ["expires at that end", last, 60_000, "expired", Infinity],
    ["expires later if the last code was scanned", { ...last, scan: "scanned" }, 60_000, "expire", 62_000],
    ["expires also while the page is asleep", wokenUp(last, false), 60_000, "expired", Infinity],
  ];
  for (const [title, known, now, next, nextAt] of table) {
    it(title, () => expect(later(known, now)).to.deep.equal([next, nextAt]));
  }

  it("waits for the last code's end when the renewals are used up", () => {
    expect(later(ready, 45_000, 0)).to.deep.equal(["expire", 60_000]);
    expect(later(closed, 10_000, 0)).to.deep.equal(["expired", Infinity]);
  });

  it("reads the number of renewals only when a code is to be renewed", () => {
    const unread = (): number => {
      throw new Error("It was read.");
    };
    for (const known of [asleep, requested, retried, failing, last]) step(known, known, 44_999, unread);
  });

  it("sets the deadline to the code's end, or to 10 s if there is no code that works", () => {
    const plan = (known: RenewalState, now: number) => step(known, known, now, () => 5).plan;
    expect(plan(ready, 45_000)).to.deep.equal({ type: "requested", tries: 1, deadline: 60_000 });
    expect(plan(ready, 70_000)).to.deep.equal({ type: "requested", tries: 1, deadline: 80_000 });
    expect(plan(retried, 59_000)).to.deep.equal({ type: "requested", tries: 2, deadline: 60_000 });
    expect(plan(retried, 70_000)).to.deep.equal({ type: "requested", tries: 2, deadline: 80_000 });
  });

  it("comes to rest from everything that can be known, and is due again only later", () => {
    const tries = { tries: 1, deadline: 60_000 };
    const plans = (at: number): { [Type in Plan["type"]]: Extract<Plan, { type: Type }> } => ({
      renew: { type: "renew", at },
      request: { type: "request", at, ...tries, error },
      requested: { type: "requested", ...tries },
      expire: { type: "expire", at },
      failed: { type: "failed", error },
      expired: { type: "expired" },
    });
    for (const at of [0, 45_000, 60_000])
      for (const plan of Object.values(plans(at)))
        for (const start of [noCode("a"), opened, ready, asleep, scanned, closed])
          for (const now of [0, 45_000, 60_000, 62_000]) {
            const known = { ...start, plan };
            const then = step(known, known, now, () => 5);
            expect(then.nextAt, `${plan.type} at ${at}`).to.be.above(now);
            expect(step(then, then, now, () => 5)).to.deep.equal({ ...then, actions: [] });
          }
  });

  describe("tells the page", () => {
    const told = (before: RenewalState, known: RenewalState, now = 0, renewals = 5) =>
      step(before, known, now, () => renewals).actions;
    const closedAt = 10_000;
    const unscanned = { ...noCode("a"), scan: "scanned" } as const;

    it("the first code, and each further one", () => {
      expect(told(noCode("a"), opened)).to.deep.equal([{ type: "started", attempt: "a", code, renewed: 0 }]);
      expect(told(opened, codeReceived(opened, { ...code }))).to.deep.equal([
        { type: "renewed", attempt: "a", code, renewed: 1 },
      ]);
    });

    it("a scan and its end, but not before there is a code", () => {
      expect(told(ready, scanned)).to.deep.equal([{ type: "scanned", scanned: true }]);
      expect(told(scanned, scanned, 62_000)).to.deep.equal([{ type: "scanned", scanned: false }]);
      expect(told(noCode("a"), unscanned)).to.deep.equal([]);
      expect(told(unscanned, codeReceived(unscanned, code)).map(({ type }) => type)).to.deep.equal([
        "started",
        "scanned",
      ]);
    });

    it("that its code was closed, but not if it has expired", () => {
      expect(told(ready, closed, closedAt)).to.deep.equal([{ type: "codeClosed", now: closedAt }]);
      expect(told(closed, closed, closedAt)).to.deep.equal([]);
      expect(told(ready, closed, closedAt, 0)).to.deep.equal([]);
    });
  });
});

describe("a status", () => {
  it("lets a page that woke up send requests, but not one that is asleep", () => {
    const status = { status: "pending" } as const;
    expect(statusReceived(wokenUp(asleep, true), status, 0).page).to.equal("ready");
    expect(statusReceived(asleep, status, 0).page).to.equal("asleep");
  });

  it("corrects a code that ends more than 3 s sooner, and drops the request", () => {
    const left = (expires_in: number) => statusReceived(requested, { status: "pending", expires_in }, 45_000);
    expect(left(12)).to.include({ plan: requested.plan, code });
    const corrected = left(11);
    expect(corrected.plan).to.deep.equal({ type: "renew", at: 51_000 });
    expect(corrected.renewed).to.equal(0);
    expect(corrected.code).to.deep.equal(receivedCode({ otp: "one", expires_in: 11 }, 45_000));
  });

  it("closes a code only while no other is wanted", () => {
    const zero = { status: "pending", expires_in: 0 } as const;
    const closedLast = statusReceived(last, zero, 50_000);
    expect(closedLast.plan).to.deep.equal({ type: "expire", at: 50_000 });
    expect(closedLast.closedAt).to.equal(50_000);
    expect(statusReceived(requested, zero, 50_000).closedAt).to.equal(0);
    expect(statusReceived(ready, { ...zero, scanned: true }, 50_000).plan).to.equal(ready.plan);
  });
});
