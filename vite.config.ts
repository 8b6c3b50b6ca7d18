import { readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "vite";
import { foldTemplates } from "./build/fold-templates.js";
import { printIntegrity } from "./build/print-integrity.js";
import { trimQrcode } from "./build/trim-qrcode.js";

const locales = readdirSync("src/locales").map((file) => `src/locales/${file}`);
const entry = ["index", "define", "server", "node", "redis", "emulator"].map((name) => `src/${name}.ts`);

/** For npm: modules as they are, with the dependencies left to the site's bundler; only the QR encoder is put in. */
const packageBuild: UserConfig = {
  plugins: [trimQrcode()],
  build: {
    minify: false,
    sourcemap: true,
    lib: { entry: [...entry, ...locales], formats: ["es"] },
    rolldownOptions: {
      external: (id) => !/^[./\0]|^qrcode\/|\/(src|node_modules)\//.test(id),
      output: { preserveModules: true, preserveModulesRoot: "src", entryFileNames: "[name].js" },
    },
  },
};

/**
 * Asks a browser that knows it (Chromium) to compile the functions off the page's thread, while the file comes in, instead of
 * each when it is first called: nearly all of them are needed for the first code.
 * https://github.com/explainers-by-googlers/explicit-javascript-compile-hints-file-based
 */
const compileHint = "//# allFunctionsCalledOnLoad";

// In Vite's own `build.minify` a library keeps its white space.
const minified = { minify: true, comments: false, postBanner: compileHint };

/** For a plain `<script type="module">`: one self-contained, minified file. */
const fileBuild: UserConfig = {
  plugins: [trimQrcode(), foldTemplates(), printIntegrity()],
  // rxjs's own ES2015 code; naming it replaces the defaults, hence the rest.
  resolve: { conditions: ["es2015", "module", "browser", "production"] },
  build: {
    emptyOutDir: false,
    minify: false,
    sourcemap: "hidden",
    lib: { entry: "src/onegini-otp-login.ts", formats: ["es"], fileName: () => "onegini-otp-login.js" },
    rolldownOptions: { output: minified },
  },
};

/** For a page's head: a classic script of its own. */
const earlyBuild: UserConfig = {
  plugins: [printIntegrity()],
  build: {
    emptyOutDir: false,
    minify: false,
    lib: { entry: "src/early.ts", formats: ["iife"], name: "early", fileName: () => "early.js" },
    rolldownOptions: { output: minified },
  },
};

const builds: Record<string, UserConfig> = { npm: packageBuild, file: fileBuild, early: earlyBuild };

export default defineConfig(({ mode }) => {
  const { build, ...rest } = builds[mode] ?? packageBuild;
  return { ...rest, build: { target: "es2022", outDir: "dist", ...build } };
});
