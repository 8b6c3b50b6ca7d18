import type { Defence } from "./defence.js";

/** What another version, or another program, left in the store. */

const guard = "test/unit/server/store/store-guard.test.ts";
const redisStore = "test/resilience/redis/redis-store.test.ts";
const redisFormats = "test/resilience/redis/redis-formats.test.ts";

/** What makes an attempt of another format unknown, whatever store it comes from. */
const ofThisFormat = {
  at: "src/server/store/store-guard.ts: StoreGuard.#read",
  text: "attempt.format",
  without: "1",
  test: guard,
};

const scripts = "src/server/redis/redis-scripts.ts";

export const formats: readonly Defence[] = [
  {
    ...ofThisFormat,
    claim: "An attempt of another format is unknown: no call of a page",
    title: "is 404 for each call of its browser, and one event reports it",
  },
  {
    ...ofThisFormat,
    claim: "An attempt of another format is unknown: no ticket",
    title: "gives no login for its ticket",
  },
  {
    ...ofThisFormat,
    claim: "An attempt of another format is unknown: no callback",
    title: "is unknown to a callback, which is answered 204 as ever",
  },
  {
    claim: "What a store cannot read is no failure of the store",
    at: "src/server/store/store-guard.ts: StoreGuard.#read",
    text: "(!isUnreadable(error)) throw this.#failed",
    without: "(!isUnreadable(error) || true) throw this.#failed",
    test: guard,
    title: "is no failure of the store; any other error is",
  },
  {
    claim: "What cannot be read is reported at most once a minute",
    at: "src/server/store/store-guard.ts: unreadableIntervalMs",
    without: "0",
    test: guard,
    title: "is reported at most once a minute, of each kind",
  },
  {
    claim: "An event about what cannot be read has nothing of its contents",
    at: "src/server/store/attempt.ts: otherFormat",
    text: "Number.isSafeInteger(format)",
    without: "format !== undefined",
    test: guard,
    title: "is named by its format, and nothing else of it",
  },
  {
    claim: "An attempt of another format in Redis is not written over",
    at: `${scripts}: compareAndSetScript`,
    text: "or string.sub(value, 1, #ARGV[1]) ~= ARGV[1]",
    without: "",
    test: redisStore,
    title: "is unreadable, and stays as it is, if something else wrote it",
  },
  {
    claim: "A key of another type in Redis is no failure of Redis",
    at: "src/server/redis/redis-errors.ts: storeError",
    text: 'code === "WRONGTYPE"',
    without: "false",
    test: redisStore,
    title: "is unreadable, and stays as it is, if something else wrote it",
  },
  {
    claim: "A limit that cannot be read is used up until its key ends, and is not written over",
    at: `${scripts}: readCount`,
    text: "if value and not used then return { value, left } end",
    without: "used = used or 0",
    test: redisFormats,
    title: "whose count is … is 429 until its key ends, and stays as it is",
  },
  {
    claim: "A limit whose key never ends is used up for the limit's own time",
    at: "src/server/redis/redis-store.ts: redisRateLimiter",
    text: "< 0 ? lifeMs : leftMs",
    without: "",
    test: redisStore,
    title: "is used up for the limit's own time if its key has no life, or another type",
  },
  {
    claim: "A limit that any store cannot read is reported",
    at: "src/server/store/store-guard.ts: StoreGuard.#reported",
    text: "!== undefined",
    without: "=== null",
    test: guard,
    title:
      "a start is 429 for as long as the store says if it cannot read the count, and one event reports it",
  },
];
