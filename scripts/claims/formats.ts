import type { Claims } from "./defence.js";

/** What another version, or another program, left in the store. */
export const formats: Claims = {
  "test/unit/server/store/store-guard.test.ts": {
    "An attempt of another format is unknown: no call of a page": {
      threat: "other-version",
      asvs: ["1.5.2"],
      at: "src/server/store/store-guard.ts: StoreGuard.#read",
      replace: ["attempt.format", "1"],
      title: "is 404 for each call of its browser, and one event reports it",
    },
    "An attempt of another format is unknown: no ticket": {
      threat: "other-version",
      asvs: ["1.5.2"],
      at: "src/server/store/store-guard.ts: StoreGuard.#read",
      replace: ["attempt.format", "1"],
      title: "gives no login for its ticket",
    },
    "An attempt of another format is unknown: no callback": {
      threat: "other-version",
      asvs: ["1.5.2"],
      at: "src/server/store/store-guard.ts: StoreGuard.#read",
      replace: ["attempt.format", "1"],
      title: "is unknown to a callback, which is answered 204 as ever",
    },
    "What a store cannot read is no failure of the store": {
      threat: "other-version",
      asvs: ["16.5.3"],
      at: "src/server/store/store-guard.ts: StoreGuard.#read",
      replace: [
        "(!isUnreadable(error)) throw this.#failed",
        "(!isUnreadable(error) || true) throw this.#failed",
      ],
      title: "is no failure of the store; any other error is",
    },
    "What cannot be read is reported at most once a minute": {
      threat: "log-flood",
      asvs: ["16.3.4"],
      at: "src/server/store/store-guard.ts: unreadableIntervalMs",
      value: "0",
      title: "is reported at most once a minute, of each kind",
    },
    "An event about what cannot be read has nothing of its contents": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/store/attempt.ts: otherFormat",
      replace: ["Number.isSafeInteger(format)", "format !== undefined"],
      title: "is named by its format, and nothing else of it",
    },
    "A limit that any store cannot read is reported": {
      threat: "other-version",
      asvs: ["16.3.4"],
      at: "src/server/store/store-guard.ts: StoreGuard.#reported",
      replace: ["!== undefined", "=== null"],
      title:
        "a start is 429 for as long as the store says if it cannot read the count, and one event reports it",
    },
  },
  "test/resilience/redis/redis-store.test.ts": {
    "An attempt of another format in Redis is not written over": {
      threat: "other-version",
      asvs: ["1.5.2"],
      at: "src/server/redis/redis-scripts.ts: compareAndSetScript",
      remove: "or string.sub(value, 1, #ARGV[1]) ~= ARGV[1]",
      title: "is unreadable, and stays as it is, if something else wrote it",
    },
    "A key of another type in Redis is no failure of Redis": {
      threat: "other-version",
      asvs: ["16.5.3"],
      at: "src/server/redis/redis-errors.ts: storeError",
      replace: ['code === "WRONGTYPE"', "false"],
      title: "is unreadable, and stays as it is, if something else wrote it",
    },
    "A limit whose key never ends is used up for the limit's own time": {
      threat: "other-version",
      asvs: ["16.5.3"],
      at: "src/server/redis/redis-store.ts: redisRateLimiter",
      remove: "< 0 ? lifeMs : leftMs",
      title: "is used up for the limit's own time if its key has no life, or another type",
    },
  },
  "test/resilience/redis/redis-formats.test.ts": {
    "A limit that cannot be read is used up until its key ends, and is not written over": {
      threat: "other-version",
      asvs: ["16.5.3"],
      at: "src/server/redis/redis-scripts.ts: readCount",
      replace: ["if value and not used then return { value, left } end", "used = used or 0"],
      title: "whose count is … is 429 until its key ends, and stays as it is",
    },
  },
};
