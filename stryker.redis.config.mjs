import kit from "./stryker.config.mjs";

/**
 * The same for the store on Redis: some test files start a real one, so those that need none come first. What only a
 * Redis that fails can show is in test/server/redis-faults.test.ts; half a minute for each mutant is too long, so the
 * files that it is about (the subscriber and its session) are left out.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  ...kit,
  mutate: [
    "src/server/redis-attempt.ts",
    "src/server/redis-attempts.ts",
    "src/server/redis-client.ts",
    "src/server/redis-clock.ts",
    "src/server/redis-commands.ts",
    "src/server/redis-deadline.ts",
    "src/server/redis-errors.ts",
    "src/server/redis-keys.ts",
    "src/server/redis-limiter.ts",
    "src/server/redis-listeners.ts",
    "src/server/redis-options.ts",
    "src/server/redis-recovery.ts",
    "src/server/redis-scripts.ts",
    "src/server/redis-store.ts",
  ],
  tap: {
    ...kit.tap,
    testFiles: [
      "test/server/redis-clock.test.ts",
      "test/server/redis-connection.test.ts",
      "test/server/redis-deadline.test.ts",
      "test/server/redis-errors.test.ts",
      "test/server/redis-listeners.test.ts",
      "test/server/redis-names.test.ts",
      "test/server/redis-reading.test.ts",
      "test/server/redis-recovery.test.ts",
      "test/server/redis-options.test.ts",
      "test/server/redis-commands.test.ts",
      "test/server/redis-life.test.ts",
      "test/mutation/redis-store.test.ts",
    ],
  },
  timeoutMS: 30_000,
};
