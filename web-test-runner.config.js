import { esbuildPlugin } from "@web/dev-server-esbuild";
import { defaultReporter } from "@web/test-runner";
import { build } from "esbuild";
import { relative } from "node:path";
import { register } from "tsx/esm/api";
import { answers } from "./test/element/support/answers.js";

// What finds the engines and a free port is TypeScript.
register();
const { wantedEngines } = await import("./scripts/find-engines.ts");
const { launcherOf } = await import("./test/support/engines/engine.ts");
const { freePort } = await import("./test/support/services/free-port.ts");

/** CommonJS that the browser cannot import, and what is imported from it: each is served as one module bundled by esbuild. */
const commonJs = { "qrcode/lib/core/qrcode.js": "create", "axe-core": "default" };
const prefix = "/__bundled/";

const bundleCommonJs = () => ({
  name: "bundle-common-js",
  resolveImport: ({ source }) => (source in commonJs ? prefix + source : undefined),
  async serve({ path }) {
    if (!path.startsWith(prefix)) return undefined;
    const name = path.slice(prefix.length);
    const { outputFiles } = await build({
      stdin: { contents: `export { ${commonJs[name]} } from "${name}"`, resolveDir: import.meta.dirname },
      bundle: true,
      format: "esm",
      write: false,
    });
    return { body: outputFiles[0].text, type: "js" };
  },
});

/** Prints a line for each file, which scripts/test-runner.ts reads. */
function fileLines() {
  let start = Date.now();
  const testsIn = (suite) => [...suite.tests, ...suite.suites.flatMap(testsIn)];
  return {
    reportTestFileResults({ testFile, sessionsForTestFile: [session] }) {
      const tests = session.testResults ? testsIn(session.testResults) : [];
      const passed = tests.filter((test) => test.passed).length;
      const failed = Math.max(tests.length - passed, session.passed ? 0 : 1);
      const file = relative(import.meta.dirname, testFile).replaceAll("\\", "/");
      console.log(
        `${file}: ${passed} passed, ${failed} failed, ${((Date.now() - start) / 1000).toFixed(1)} s`,
      );
      start = Date.now();
    },
  };
}

/**
 * The suite runs on the sources. With `BUILT=1`, the tests of the element and its view import the public entries from the one
 * file that `npm run build` wrote.
 */
const isBuilt = Boolean(process.env.BUILT);
const builtFile = () => ({
  name: "built-file",
  // A package has a "src/index.js" too.
  resolveImport: ({ source }) =>
    isBuilt && /^[./]+\/src\/(define|index)\.js$/.test(source) ? "/dist/onegini-otp-login.js" : undefined,
});

export default {
  files: isBuilt ? ["test/element/*.test.ts", "test/element/view/*.test.ts"] : "test/element/**/*.test.ts",
  // The runner's own search begins at 8000, so two runners that start together would choose the same port.
  port: await freePort(),
  nodeResolve: { exportConditions: ["browser", "development"] },
  middleware: [answers],
  plugins: [
    builtFile(),
    bundleCommonJs(),
    esbuildPlugin({ ts: true, target: "es2022", tsconfig: "tsconfig.base.json" }),
  ],
  browsers: wantedEngines().map(launcherOf),
  reporters: [defaultReporter(), fileLines()],
  concurrentBrowsers: 1,
  // One page at a time: behind another it would be hidden, and a hidden element asks for nothing.
  concurrency: 1,
  // A machine may be slow, and busy with other work.
  testFramework: { config: { timeout: 30_000 } },
  // Far longer than any file takes, also on a busy machine: it only stops one that hangs.
  testsFinishTimeout: 1_500_000,
  browserStartTimeout: 120_000,
};
