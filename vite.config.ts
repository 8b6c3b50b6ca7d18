import { readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "vite";
import { cutOut, parserCuts, rxjsCuts } from "./build/cuts.js";
import { minifyFile, minifyTemplates } from "./build/minify.js";
import { trimLit } from "./build/trim-lit.js";
import { trimQrcode } from "./build/trim-qrcode.js";
import { trimRxjs } from "./build/trim-rxjs.js";

const locales = readdirSync("src/locales").map((file) => `src/locales/${file}`);
const entry = ["index", "define", "server", "node", "redis", "emulator"].map((name) => `src/${name}.ts`);

/** For npm: modules as they are, with the dependencies left to the site's bundler; only the QR encoder is put in. */
const packageBuild: UserConfig = {
  plugins: [trimQrcode(), minifyTemplates()],
  build: {
    minify: false,
    lib: { entry: [...entry, ...locales], formats: ["es"] },
    rolldownOptions: {
      external: (id) => !/^[./\0]|^qrcode\/|\/(src|node_modules)\//.test(id),
      output: { preserveModules: true, preserveModulesRoot: "src", entryFileNames: "[name].js" },
    },
  },
};

/** For a plain `<script type="module">`: one self-contained, minified file. */
const fileBuild: UserConfig = {
  plugins: [
    trimQrcode(),
    trimRxjs(),
    trimLit(),
    cutOut("rxjs", rxjsCuts),
    cutOut("parser", parserCuts),
    minifyTemplates(),
    minifyFile(),
  ],
  // rxjs's own ES2015 code; naming it replaces the defaults, hence the rest.
  resolve: { conditions: ["es2015", "module", "browser", "production"] },
  build: {
    emptyOutDir: false,
    minify: false,
    lib: { entry: "src/onegini-otp-login.ts", formats: ["es"], fileName: () => "onegini-otp-login.js" },
  },
};

/** For a page's head: a classic script of its own. */
const earlyBuild: UserConfig = {
  plugins: [minifyFile()],
  build: {
    emptyOutDir: false,
    minify: false,
    lib: { entry: "src/early.ts", formats: ["iife"], name: "early", fileName: () => "early.js" },
  },
};

const builds: Record<string, UserConfig> = { npm: packageBuild, file: fileBuild, early: earlyBuild };

export default defineConfig(({ mode }) => {
  const { build, ...rest } = builds[mode] ?? packageBuild;
  return { ...rest, build: { target: "es2022", outDir: "dist", ...build } };
});
