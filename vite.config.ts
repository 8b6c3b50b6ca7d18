import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "vite";
import { minifyTemplates } from "./build/minify-templates.js";
import { printIntegrity } from "./build/print-integrity.js";
import { trimQrcode } from "./build/trim-qrcode.js";
import { trimRxjs } from "./build/trim-rxjs.js";
import { wholeVariants } from "./build/whole-variants.js";

const filesOf = (entries: string[]): Record<string, string> =>
  Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`]));
const locales = readdirSync("src/locales").map((file) => `locales/${file.replace(".ts", "")}`);

/** Vite makes `var` of it, and then the minifier does not put a constant's value in the place of its name: 0.1 kB of gzip. */
const topLevelVar = false;

/** rxjs's own ES2015 code; naming it replaces the defaults, hence the rest. */
const conditions = ["es2015", "module", "browser", "production"];

/** Lists a build's libraries, with their licences, for `scripts/package/bills-of-materials.ts`. */
const listed = (build: string) => ({ license: { fileName: `.vite/${build}.json` } });

/**
 * The widget for bundlers: modules that can be read, with rxjs and the QR encoder put in, because a site's bundler would take
 * rxjs's ES5 code. The element is one module: many small ones make a larger bundle.
 */
const widgetBuild: UserConfig = {
  plugins: [trimQrcode(), trimRxjs(), minifyTemplates(), wholeVariants()],
  resolve: { conditions },
  build: {
    ...listed("widget"),
    minify: false,
    sourcemap: true,
    lib: {
      // The last two are those that custom-elements.json names.
      entry: filesOf([
        "index",
        "define",
        "development/index",
        "development/define",
        ...locales,
        "element/onegini-otp-login",
        "element/events",
      ]),
      formats: ["es"],
    },
    rolldownOptions: {
      external: "lit",
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "[name].js", chunkFileNames: "element/[name].js", topLevelVar },
    },
  },
};

/**
 * The kit and the emulator: modules as they are, with the dependencies left out; only the QR encoder is put in. Its folder is
 * not called `node_modules`: there Node and Yarn would look for a `package.json` that says that these are ES modules.
 */
const serverBuild: UserConfig = {
  plugins: [trimQrcode()],
  build: {
    ...listed("server"),
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    lib: {
      entry: filesOf(["server", "node", "fastify", "next", "better-auth", "redis", "emulator"]),
      formats: ["es"],
    },
    rolldownOptions: {
      external: (id) => !/^[./\0]|^qrcode\/|\/(src|node_modules)\//.test(id),
      output: {
        preserveModules: true,
        preserveModulesRoot: "src",
        entryFileNames: ({ name }) => `${name.replace(/^(?:node_modules|build)\//, "libraries/")}.js`,
      },
    },
  },
};

/**
 * Asks a browser that knows it (Chromium) to compile the functions off the page's thread, while the file comes in, instead of
 * each when it is first called: nearly all of them are needed for the first code.
 * https://github.com/explainers-by-googlers/explicit-javascript-compile-hints-file-based
 */
const compileHint = "//# allFunctionsCalledOnLoad";

// In Vite's own `build.minify` a library keeps its white space. The properties are rxjs's own.
const minified = {
  minify: { compress: true, mangle: true, mangleProps: { include: /^_[a-z][A-Za-z]+$/ } },
  comments: false,
  topLevelVar,
  postBanner: compileHint,
};

/** For a plain `<script type="module">`: one self-contained, minified file. */
const fileBuild: UserConfig = {
  plugins: [trimQrcode(), trimRxjs(), minifyTemplates(), printIntegrity()],
  resolve: { conditions },
  build: {
    ...listed("file"),
    emptyOutDir: false,
    minify: false,
    sourcemap: "hidden",
    lib: { entry: "src/onegini-otp-login.ts", formats: ["es"], fileName: () => "onegini-otp-login.js" },
    rolldownOptions: {
      output: { ...minified, postBanner: `${compileHint}\n/*! Licenses: THIRD-PARTY-LICENSES.txt */` },
    },
  },
};

/** For a page's head: a classic script of its own, and the style sheet beside it. */
const earlyBuild: UserConfig = {
  publicDir: "src/public",
  plugins: [printIntegrity()],
  build: {
    emptyOutDir: false,
    minify: false,
    lib: { entry: "src/early.ts", formats: ["iife"], name: "early", fileName: () => "early.js" },
    rolldownOptions: { output: minified },
  },
};

/** The commit of this checkout. Sources without git, such as an unpacked archive, may lie inside another repository. */
function revision(): string {
  if (!existsSync(".git")) return "unknown";
  // In a container the checkout may belong to another user.
  const args = ["-c", "safe.directory=*", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"];
  const { stdout } = spawnSync("git", args, { encoding: "utf8" });
  return stdout?.trim() || "unknown";
}

/**
 * The command `onegini-otp-login`, which uses the package's own entries and its dependencies. What only the command needs is
 * bundled. `serve` and `doctor` are files of their own, which the other commands do not load. So is
 * `opentelemetry.js`, which Node loads before them.
 */
const commandBuild: UserConfig = {
  define: { __REVISION__: JSON.stringify(revision()) },
  ssr: { noExternal: true },
  build: {
    ...listed("command"),
    emptyOutDir: false,
    minify: false,
    ssr: true,
    rolldownOptions: {
      input: [
        "src/service/command/cli.ts",
        "src/service/command/image.ts",
        "src/service/opentelemetry/opentelemetry.ts",
      ],
      external: /^(?:onegini-otp-login|redis|hono|@hono\/node-server|valibot|ipaddr\.js)(?:\/|$)/,
      output: { dir: "dist/command", entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
};

const builds: Record<string, UserConfig> = {
  widget: widgetBuild,
  server: serverBuild,
  file: fileBuild,
  early: earlyBuild,
  command: commandBuild,
};

export default defineConfig(({ mode }) => {
  const { build, ...rest } = builds[mode] ?? widgetBuild;
  return { ...rest, build: { target: "es2022", outDir: "dist", ...build } };
});
