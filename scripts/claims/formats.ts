import type { Defence } from "./defence.js";

/** What another version, or another program, left in the store. */

const guard = "test/unit/server/store/store-guard.test.ts";
const redisStore = "test/resilience/redis/redis-store.test.ts";
const redisFormats = "test/resilience/redis/redis-formats.test.ts";

/** What makes an attempt of another format unknown, whatever store it comes from. */
const ofThisFormat = {
  file: "src/server/store/store-guard.ts",
  text: "attempt && otherFormat(attempt.format)",
  without: "attempt && otherFormat(1)",
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
    file: "src/server/store/store-guard.ts",
    text: "if (!isUnreadable(error)) throw this.#failed(operation, error);",
    without: "if (!isUnreadable(error) || true) throw this.#failed(operation, error);",
    test: guard,
    title: "is no failure of the store; any other error is",
  },
  {
    claim: "What cannot be read is reported at most once a minute",
    file: "src/server/store/store-guard.ts",
    text: "const unreadableIntervalMs = 60_000;",
    without: "const unreadableIntervalMs = 0;",
    test: guard,
    title: "is reported at most once a minute, of each kind",
  },
  {
    claim: "An event about what cannot be read has nothing of its contents",
    file: "src/server/store/attempt.ts",
    text: "Number.isSafeInteger(format)",
    without: "format !== undefined",
    test: guard,
    title: "is named by its format, and nothing else of it",
  },
  {
    claim: "An attempt of another format in Redis is not written over",
    file: scripts,
    text: "or string.sub(value, 1, #ARGV[1]) ~= ARGV[1] then",
    without: "then",
    test: redisStore,
    title: "is unreadable, and stays as it is, if something else wrote it",
  },
  {
    claim: "A key of another type in Redis is no failure of Redis",
    file: "src/server/redis/redis-errors.ts",
    text: 'code === "WRONGTYPE"',
    without: "false",
    test: redisStore,
    title: "is unreadable, and stays as it is, if something else wrote it",
  },
  {
    claim: "A limit that cannot be read is used up until its key ends, and is not written over",
    file: scripts,
    text: "if value and not used then return { value, left } end",
    without: "used = used or 0",
    test: redisFormats,
    title: "whose count is … is 429 until its key ends, and stays as it is",
  },
  {
    claim: "A limit whose key never ends is used up for the limit's own time",
    file: "src/server/redis/redis-store.ts",
    text: "leftMs < 0 ? lifeMs : leftMs",
    without: "leftMs",
    test: redisStore,
    title: "is used up for the limit's own time if its key has no life, or another type",
  },
  {
    claim: "A limit that any store cannot read is reported",
    file: "src/server/store/store-guard.ts",
    text: "if (counted.unreadable !== undefined)",
    without: "if (counted.unreadable === null)",
    test: guard,
    title:
      "a start is 429 for as long as the store says if it cannot read the count, and one event reports it",
  },
];
