import { transform } from "esbuild";
import { minify } from "terser";
import type { Plugin } from "vite";

/** Minifies what Lit keeps in template literals, which no minifier looks into: style sheets and indentation. */
export const minifyTemplates = (): Plugin => ({
  name: "minify-templates",
  enforce: "pre",
  async transform(code, id) {
    if (!/\/src\/element\/.*\.ts$/.test(id) || !/\b(css|html|svg)`/.test(code)) return undefined;
    const sheets = [...code.matchAll(/\bcss`([^`]*)`/g)];
    let result = code;
    for (const [whole, sheet = ""] of sheets) {
      if (sheet.includes("${")) throw new Error(`${id}: a style sheet with a hole cannot be minified.`);
      // A list of declarations is no sheet; here all are rules.
      const { code: small } = await transform(sheet, {
        loader: "css",
        minify: true,
        target: "es2022",
        supported: { nesting: true },
      });
      result = result.replace(whole, () => `css\`${small.trim().replaceAll("\\", "\\\\")}\``);
    }
    return { code: result, map: null };
  },
});

/** Long names of properties that never leave the file: of rxjs, of the QR encoder and of our own states. */
export const inner = [
  ...["currentObservers", "thrownError", "hasError", "initialTeardown", "isStopped", "onUnsubscribe"],
  ...["shouldUnsubscribe", "subscribe", "unsubscribe", "lift", "operator", "destination"],
  ...["reservedBit", "getLengthInBits", "getBitsLength", "getLength", "putBit", "genPoly", "degree"],
  ...["renewAt", "endsAt", "retryAt", "retryAfterMs", "delayMs", "isEarly", "leaveForApp"],
  ...[
    "toggleOtherPhone",
    "isRedirecting",
    "announcement",
    "autostart",
    "enlarged",
    "renewed",
    "during",
    "failure",
  ],
];

/**
 * Asks a browser that knows it (Chromium) to compile the functions while the file comes in, off the page's thread, instead
 * of each when it is first called: nearly all of them are on the way to the first code.
 * https://github.com/explainers-by-googlers/explicit-javascript-compile-hints-file-based
 */
const compileAtOnce = "//# allFunctionsCalledOnLoad\n";

/**
 * Minifies the finished file, and folds the indentation of the templates in it: there, white space is one space. In
 * `generateBundle`, because Vite prints a library's chunks anew after `renderChunk`.
 */
export const minifyFile = (): Plugin => ({
  name: "minify-file",
  async generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const { code = "" } = await minify(chunk.code, {
        module: true,
        ecma: 2020,
        compress: { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
        mangle: { properties: { regex: new RegExp(`^_(?!\\$)|^(${inner.join("|")})$`) } },
        format: { comments: false },
      });
      chunk.code = compileAtOnce + code.replace(/>\s*\n\s*</g, "><").replace(/\s*\n\s*/g, " ");
    }
  },
});
