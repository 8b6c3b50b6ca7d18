import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisStoreError, replyCode, storeError } from "../../../../src/server/redis/redis-errors.js";

test("an answer that passes by itself is `unavailable`, another error of Redis is `refused`", () => {
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

test("an error that is no answer of Redis is `unavailable`", () => {
  for (const error of [
    new Error("Socket closed unexpectedly"),
    new Error("a NOPERM in the middle"),
    "text",
  ]) {
    assert.equal(storeError("reading", error).kind, "unavailable");
  }
});

test("the code of an answer is its first word, if that is in capitals", () => {
  assert.equal(replyCode(new Error("NOSCRIPT No matching script.")), "NOSCRIPT");
  for (const message of ["The NOSCRIPT case", "A thing", "Socket closed", ""]) {
    assert.equal(replyCode(new Error(message)), undefined, message);
  }
  for (const other of [undefined, null, "NOSCRIPT No matching script."]) {
    assert.equal(replyCode(other), undefined);
  }
});

test("the message says what was being done and what came of it; the client's own error is the cause", () => {
  const cause = new Error("NOPERM no");
  const error = storeError("reading an attempt", cause);
  assert.equal(error.message, "Redis: reading an attempt: NOPERM no");
  assert.equal(error.cause, cause);
  assert.equal(error.name, "RedisStoreError");
  assert.equal(storeError("reading", "text").message, "Redis: reading: text");
});

test("an error without words is told by its code, or else by its name", () => {
  const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  assert.equal(storeError("opening", refused).message, "Redis: opening: ECONNREFUSED");
  assert.equal(storeError("opening", new RangeError()).message, "Redis: opening: RangeError");
});

test("an error of the store's own stays as it is, and has a cause only where there is one", () => {
  const own = new RedisStoreError("closed", "The store was closed");
  assert.equal(storeError("reading", own), own);
  assert.equal("cause" in own, false);
});
