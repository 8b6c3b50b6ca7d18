import kit from "./stryker.config.mjs";

/**
 * The same for the store on Redis: some test files start a real one, so those that need none come first. What only a
 * Redis that fails can show is in test/resilience/redis/redis-faults.test.ts; half a minute for each mutant is too long, so the
 * files that it is about (the subscriber and its session) are left out.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  ...kit,
  mutate: [
    "src/server/redis/redis-attempt.ts",
    "src/server/redis/redis-attempts.ts",
    "src/server/redis/redis-client.ts",
    "src/server/redis/redis-clock.ts",
    "src/server/redis/redis-commands.ts",
    "src/server/redis/redis-deadline.ts",
    "src/server/redis/redis-errors.ts",
    "src/server/redis/redis-keys.ts",
    "src/server/redis/redis-limiter.ts",
    "src/server/redis/redis-listeners.ts",
    "src/server/redis/redis-options.ts",
    "src/server/redis/redis-recovery.ts",
    "src/server/redis/redis-scripts.ts",
    "src/server/redis/redis-store.ts",
  ],
  tap: {
    ...kit.tap,
    testFiles: [
      "test/resilience/redis/redis-clock.test.ts",
      "test/unit/server/redis/redis-connection.test.ts",
      "test/unit/server/redis/redis-deadline.test.ts",
      "test/unit/server/redis/redis-errors.test.ts",
      "test/unit/server/redis/redis-listeners.test.ts",
      "test/unit/server/redis/redis-names.test.ts",
      "test/unit/server/redis/redis-reading.test.ts",
      "test/unit/server/redis/redis-recovery.test.ts",
      "test/resilience/redis/redis-options.test.ts",
      "test/resilience/redis/redis-commands.test.ts",
      "test/resilience/redis/redis-life.test.ts",
      "test/resilience/redis/redis-store-mutation.test.ts",
    ],
  },
  timeoutMS: 30_000,
};
