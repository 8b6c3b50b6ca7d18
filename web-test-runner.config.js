import { esbuildPlugin } from "@web/dev-server-esbuild";
import { chromeLauncher } from "@web/test-runner-chrome";
import { build } from "esbuild";
import { findBrowser } from "./scripts/find-browser.js";
import { answers } from "./test/element/support/answers.js";

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
  browsers: [
    chromeLauncher({
      launchOptions: {
        executablePath: findBrowser(),
        args: [
          "--headless",
          ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      },
    }),
  ],
  // One page at a time: behind another it would be hidden, and a hidden element asks for nothing.
  concurrency: 1,
  testFramework: { config: { timeout: 10_000 } },
  testsFinishTimeout: 300_000,
};
