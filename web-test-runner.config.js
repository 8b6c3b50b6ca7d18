import { esbuildPlugin } from "@web/dev-server-esbuild";
import { build } from "esbuild";
import { register } from "tsx/esm/api";
import { answers } from "./test/element/support/answers.js";

// What finds and starts the engines is TypeScript.
register();
const { wantedEngines } = await import("./scripts/engines.ts");
const { launcherOf } = await import("./test/support/engines/launcher.ts");

/** CommonJS that the browser cannot import: each is served as one module bundled by esbuild. */
const commonJs = ["qrcode/lib/core/qrcode.js", "axe-core"];
const prefix = "/__bundled/";

const bundleCommonJs = () => ({
  name: "bundle-common-js",
  resolveImport: ({ source }) => (commonJs.includes(source) ? prefix + source : undefined),
  async serve({ path }) {
    if (!path.startsWith(prefix)) return undefined;
    const { outputFiles } = await build({
      entryPoints: [path.slice(prefix.length)],
      absWorkingDir: import.meta.dirname,
      bundle: true,
      format: "esm",
      write: false,
    });
    return { body: outputFiles[0].text, type: "js" };
  },
});

export default {
  files: "test/element/**/*.test.ts",
  nodeResolve: { exportConditions: ["browser", "development"] },
  middleware: [answers],
  plugins: [bundleCommonJs(), esbuildPlugin({ ts: true, target: "es2022", tsconfig: "tsconfig.base.json" })],
  browsers: wantedEngines().map(launcherOf),
  concurrentBrowsers: 1,
  // One page at a time: behind another it would be hidden, and a hidden element asks for nothing.
  concurrency: 1,
  // A machine may be slow, and busy with other work.
  testFramework: { config: { timeout: 30_000 } },
  testsFinishTimeout: 300_000,
};
