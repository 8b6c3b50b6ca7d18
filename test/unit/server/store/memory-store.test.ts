import { describe, test } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { heapUsed } from "../support/heap-used.js";
import { anAttempt, describeStore } from "./store-suite.js";
import { holds } from "../../../support/until.js";

describeStore({
  name: "memory",
  open: () => {
    const store = memoryStore();
    return Promise.resolve({ store, other: store });
  },
});

describe("the memory store", () => {
  test("frees the memory of attempts that are over", async () => {
    let now = 0;
    const store = memoryStore(() => now);
    const attempt = (index: number, forgetAt: number) =>
      anAttempt({
        id: `attempt-${index}`,
        transactions: [{ id: `transaction-${index}`, endsAt: forgetAt, closed: false }],
        forgetAt,
      });
    const before = heapUsed();
    for (let index = 0; index < 50_000; index++) await store.create(attempt(index, 1000));
    const full = heapUsed() - before;
    now = 20_000;
    await store.create(attempt(50_000, 30_000));
    const swept = heapUsed() - before;
    holds(swept < full / 4, `${swept} of ${full} bytes are still held`);
    holds(await store.get("attempt-50000"));
  });
});
