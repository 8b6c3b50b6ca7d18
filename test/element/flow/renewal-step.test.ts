import { expect } from "chai";
import { RequestError } from "../../../src/element/api/backend.js";
import {
  codeReceived,
  noCode,
  requestFailed,
  statusReceived,
  step,
  toCode,
  wokenUp,
  type RenewalState,
  type Next,
} from "../../../src/element/flow/renewal.js";

/** It is renewed at 45 s and ends at 60 s. */
const code = toCode({ otp: "one", expires_in: 60 }, 0);
const error = new RequestError("network_error");

const opened = codeReceived(noCode("a"), code);
const ready = wokenUp(opened, true);
const asleep = wokenUp(ready, false);
const scanned = statusReceived(ready, { status: "pending", scanned: true }, 0);
const closed = statusReceived(ready, { status: "pending", expires_in: 0 }, 10_000);
const requested = { ...ready, next: "requested", at: 45_000, tries: 1, deadline: 60_000 } as const;
const retried = requestFailed(requested, { error, at: 50_000 });
const failing = requestFailed(requested, { error, at: 60_000 });
const last = { ...ready, next: "expire", at: 60_000 } as const;

/** What comes next, and when the next step is, if nothing has changed but the time. */
const later = (known: RenewalState, now: number, renewals = 5): [Next, number] => {
  const { next, nextAt } = step(known, known, now, () => renewals);
  return [next, nextAt];
};

describe("step", () => {
  const table: [title: string, known: RenewalState, now: number, next: Next, nextAt: number][] = [
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
    ["waits with a failure until the deadline", failing, 59_999, "fail", 60_000],
    ["fails at the deadline", failing, 60_000, "failed", Infinity],
    ["does not fail while the page is asleep", wokenUp(failing, false), 60_000, "request", Infinity],
    ["does not fail while a scanned code works", { ...failing, scanned: true }, 60_000, "request", 62_000],
    ["waits for the end of the last code", last, 59_999, "expire", 60_000],
    ["expires at that end", last, 60_000, "expired", Infinity],
    ["expires later if the last code was scanned", { ...last, scanned: true }, 60_000, "expire", 62_000],
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
    expect(step(ready, ready, 45_000, () => 5)).to.include({ tries: 1, deadline: 60_000 });
    expect(step(ready, ready, 70_000, () => 5)).to.include({ tries: 1, deadline: 80_000 });
    expect(step(retried, retried, 59_000, () => 5)).to.include({ tries: 2, deadline: 60_000 });
    expect(step(retried, retried, 70_000, () => 5)).to.include({ tries: 2, deadline: 80_000 });
  });

  it("comes to rest from everything that can be known, and is due again only later", () => {
    const nexts: Record<Next, true> = {
      renew: true,
      request: true,
      requested: true,
      fail: true,
      expire: true,
      failed: true,
      expired: true,
    };
    for (const next of Object.keys(nexts) as Next[])
      for (const start of [noCode("a"), opened, ready, asleep, scanned, closed])
        for (const at of [0, 45_000, 60_000])
          for (const now of [0, 45_000, 60_000, 62_000]) {
            const known = { ...start, next, at };
            const then = step(known, known, now, () => 5);
            expect(then.nextAt, `${next} at ${at}`).to.be.above(now);
            expect(step(then, then, now, () => 5)).to.deep.equal({ ...then, actions: [] });
          }
  });

  describe("tells the page", () => {
    const told = (before: RenewalState, known: RenewalState, now = 0, renewals = 5) =>
      step(before, known, now, () => renewals).actions;
    const closedAt = 10_000;
    const unscanned = { ...noCode("a"), scanned: true };

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
    expect(statusReceived(wokenUp(asleep, true), status, 0).isReady).to.equal(true);
    expect(statusReceived(asleep, status, 0).isReady).to.equal(false);
  });

  it("corrects a code that ends more than 3 s sooner, and drops the request", () => {
    const left = (expires_in: number) => statusReceived(requested, { status: "pending", expires_in }, 45_000);
    expect(left(12)).to.include({ next: "requested", code });
    const corrected = left(11);
    expect(corrected).to.include({ next: "renew", at: 51_000, tries: 0, renewed: 0 });
    expect(corrected.code).to.deep.equal(toCode({ otp: "one", expires_in: 11 }, 45_000));
  });

  it("closes a code only while no other is wanted", () => {
    const zero = { status: "pending", expires_in: 0 } as const;
    expect(statusReceived(last, zero, 50_000)).to.include({ next: "expire", at: 50_000, closedAt: 50_000 });
    expect(statusReceived(requested, zero, 50_000)).to.not.include({ closedAt: 50_000 });
    expect(statusReceived(ready, { ...zero, scanned: true }, 50_000)).to.include({
      next: "renew",
      at: 45_000,
    });
  });
});
