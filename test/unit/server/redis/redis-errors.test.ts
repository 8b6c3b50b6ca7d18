import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { RedisStoreError, storeError, withDeadline } from "../../../../src/server/redis/redis-errors.js";

test("a temporary error reply is `unavailable`, any other one is `refused`", () => {
  const passing = [
    "LOADING Redis is loading the dataset in memory",
    "CLUSTERDOWN The cluster is down",
    "MASTERDOWN Link with MASTER is down",
    "READONLY You can't write against a read only replica.",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "BUSY Redis is busy running a script.",
    "UNKILLABLE Sorry the script already executed write commands",
  ];
  const lasting = ["NOPERM this user has no permissions", "OOM command not allowed", "ERR wrong"];
  for (const message of passing) {
    assert.equal(storeError("reading", new Error(message)).kind, "unavailable", message);
  }
  for (const message of lasting) {
    assert.equal(storeError("reading", new Error(message)).kind, "refused", message);
  }
});

test("an error that is not a reply of Redis is `unavailable`", () => {
  const others = ["Socket closed unexpectedly", "a NOPERM in the middle", "The NOSCRIPT case", "A thing", ""];
  for (const error of [...others.map((message) => new Error(message)), "NOPERM no", undefined, null]) {
    assert.equal(storeError("reading", error).kind, "unavailable", String(error));
  }
});

test("the message names the operation and the failure; the client's own error is the cause", () => {
  const cause = new Error("NOPERM no");
  const error = storeError("reading an attempt", cause);
  assert.equal(error.message, "Redis: reading an attempt: NOPERM no");
  assert.equal(error.cause, cause);
  assert.equal(error.name, "RedisStoreError");
  assert.equal(storeError("reading", "text").message, "Redis: reading: text");
});

test("an error without a message is described by its code, or else by its name", () => {
  const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  assert.equal(storeError("opening", refused).message, "Redis: opening: ECONNREFUSED");
  assert.equal(storeError("opening", new RangeError()).message, "Redis: opening: RangeError");
  assert.equal(storeError("reading", new Error()).message, "Redis: reading: no connection");
});

test("the store's own error stays unchanged, and has a cause only if there is one", () => {
  const own = new RedisStoreError("closed", "The store was closed");
  assert.equal(storeError("reading", own), own);
  assert.equal("cause" in own, false);
});

/** Lets the handlers of settled promises run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work with a time limit of 2 s that the test finishes, and its outcome so far. */
function limitedWork(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let finish: (value: string) => void = () => undefined;
  let signal: AbortSignal | undefined;
  const outcome: { value?: string; error?: unknown } = {};
  withDeadline(2000, "reading", (given) => {
    signal = given;
    return new Promise<string>((resolve) => (finish = resolve));
  }).then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  );
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await settled();
  };
  return { outcome, pass, finish: (value: string) => finish(value), isStopped: () => signal?.aborted };
}

test("work that is done in time gives its result, and its signal is not aborted", async (t) => {
  const { outcome, pass, finish, isStopped } = limitedWork(t);
  await pass(1999);
  finish("done");
  await settled();
  assert.deepEqual(outcome, { value: "done" });
  await pass(10_000);
  await pass(10_000);
  assert.equal(isStopped(), false);
});

test("work that takes longer is a timeout that names the operation, and its signal is aborted", async (t) => {
  const { outcome, pass, isStopped } = limitedWork(t);
  await pass(1999);
  assert.deepEqual([outcome, isStopped()], [{}, false]);
  await pass(1);
  await pass(1);
  const expected = new RedisStoreError("timeout", "Redis: reading: no answer within 2 s");
  assert.deepEqual(outcome.error, expected);
  assert.equal(isStopped(), true);
});

test("an answer that arrived while the process was busy is not a timeout", async (t) => {
  const { outcome, pass, finish } = limitedWork(t);
  await pass(2000);
  finish("late");
  await settled();
  assert.deepEqual(outcome, { value: "late" });
});

test("work that fails rejects with its own error", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const error = new Error("down");
  await assert.rejects(
    withDeadline(2000, "reading", () => Promise.reject(error)),
    (thrown) => thrown === error,
  );
});
