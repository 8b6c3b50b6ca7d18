/**
 * Stryker changes the kit in every small way that it knows, and the tests have to notice. `npm run mutation` prints what
 * came of it; see test/README.md, "Mutation testing".
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  mutate: [
    "src/server/attempt/attempt.ts",
    "src/server/attempt/attempts.ts",
    "src/server/endpoints/callback-endpoint.ts",
    "src/server/http/browser-cookie.ts",
    "src/server/attempt/deadlines.ts",
    "src/server/http/csrf.ts",
    "src/server/attempt/memory-store.ts",
    "src/server/attempt/attempt-store.ts",
  ],
  testRunner: "tap",
  plugins: ["@stryker-mutator/tap-runner"],
  tap: {
    // Those that say what these files do, the quick ones: a file is a process, and runs for each mutant that it covers.
    testFiles: [
      "test/unit/server/attempt/attempt.test.ts",
      "test/unit/server/attempt/attempts.test.ts",
      "test/unit/server/endpoints/callback-and-store.test.ts",
      "test/unit/server/endpoints/callback.test.ts",
      "test/unit/server/http/browser-cookie.test.ts",
      "test/unit/server/attempt/deadlines.test.ts",
      "test/unit/server/http/csrf.test.ts",
      "test/unit/server/endpoints/login-api.test.ts",
      "test/unit/server/attempt/memory-store-edges.test.ts",
      "test/unit/server/attempt/memory-store.test.ts",
      "test/unit/server/endpoints/sign-in.test.ts",
      "test/unit/server/http/who-may-call.test.ts",
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
