/**
 * Stryker changes the kit in every small way that it knows, and the tests have to notice. `npm run mutation` prints what
 * came of it; see docs/decisions/0036.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  mutate: [
    "src/server/attempt.ts",
    "src/server/attempts.ts",
    "src/server/callback.ts",
    "src/server/cookie.ts",
    "src/server/deadlines.ts",
    "src/server/gate.ts",
    "src/server/memory-store.ts",
    "src/server/store.ts",
  ],
  testRunner: "tap",
  plugins: ["@stryker-mutator/tap-runner"],
  tap: {
    // Those that say what these files do, the quick ones: a file is a process, and runs for each mutant that it covers.
    testFiles: [
      "test/server/attempt.test.ts",
      "test/server/attempts.test.ts",
      "test/server/callback-and-store.test.ts",
      "test/server/callback.test.ts",
      "test/server/cookie.test.ts",
      "test/server/deadlines.test.ts",
      "test/server/gate.test.ts",
      "test/server/login-api.test.ts",
      "test/server/memory-store-edges.test.ts",
      "test/server/memory-store.test.ts",
      "test/server/sign-in.test.ts",
      "test/server/who-may-call.test.ts",
    ],
    nodeArgs: ["--import", "tsx", "--test-reporter=tap", "-r", "{{hookFile}}", "{{testFile}}"],
  },
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 10_000,
  ignorePatterns: ["dist", "coverage", ".cache", "docs", "bench"],
  tempDirName: ".cache/stryker",
  reporters: ["progress-append-only", "json"],
  jsonReporter: { fileName: ".cache/mutation.json" },
};
