import { createRequire } from "node:module";
import type { Plugin } from "vite";

/**
 * Makes the QR encoder small: 4 kB of gzip instead of 7. The package is CommonJS, which a bundler cannot shake, and
 * encodes modes and error levels that the element never asks for. Here its modules become real ones at build time, with
 * bytes as the only mode and L as the only level. `test/package/qrcode.test.ts` holds every module of its codes against the
 * untouched package.
 */
export function trimQrcode(): Plugin {
  const isCore = (id: string | undefined) => /\/qrcode\/lib\/core\/[\w-]+\.js$/.test(id ?? "");
  const replaced: Record<string, string> = {
    "./segments": bytesOnly,
    "./mode": byteMode,
    "./version-check": `export const isValid = () => true;`,
    "./error-correction-level": onlyL,
    "./error-correction-code": tableOfL(),
  };
  const prefix = "\0trim-qrcode:";
  return {
    name: "trim-qrcode",
    enforce: "pre",
    resolveId: (id, importer) => (isCore(importer) && id in replaced ? prefix + id : undefined),
    load: (id) => (id.startsWith(prefix) ? replaced[id.slice(prefix.length)] : undefined),
    transform: (code, id) => (isCore(id) ? { code: toModule(code), map: null } : undefined),
  };
}

const bytesOnly = `
  import ByteData from "qrcode/lib/core/byte-data.js";
  export const fromArray = (segments) => segments.map(({ data }) => new ByteData(data));
  export const fromString = (text) => [new ByteData(text)];
  export const rawSplit = fromString;`;

const byteMode = `
  export const BYTE = { bit: 4 }, MIXED = {}, NUMERIC = {}, ALPHANUMERIC = {}, KANJI = {};
  export const getCharCountIndicator = (mode, version) => (version < 10 ? 8 : 16);`;

const onlyL = `
  export const L = { bit: 1 }, M = L;
  export const from = () => L;`;

/** The table of ISO/IEC 18004 for level L, read from the package itself. */
function tableOfL(): string {
  const require = createRequire(import.meta.url);
  const code = require("qrcode/lib/core/error-correction-code.js") as Record<
    "getBlocksCount" | "getTotalCodewordsCount",
    (version: number, level: unknown) => number
  >;
  const { L } = require("qrcode/lib/core/error-correction-level.js") as { L: unknown };
  const versions = Array.from({ length: 40 }, (_, index) => index + 1);
  const table = (name: keyof typeof code) =>
    JSON.stringify(versions.map((version) => code[name](version, L)));
  return `
    const blocks = ${table("getBlocksCount")}, codewords = ${table("getTotalCodewordsCount")};
    export const getBlocksCount = (version) => blocks[version - 1];
    export const getTotalCodewordsCount = (version) => codewords[version - 1];`;
}

/** The four modules that export one class; the others export functions. */
const classes = /byte-data|bit-matrix|bit-buffer|reed-solomon-encoder/;

const toModule = (code: string): string =>
  code
    // Checks of what this encoder itself passes on.
    .replace(/^  if \(.*\) throw new Error\(.*\)$/gm, "")
    .replace(/^(?:const|var|let) (\w+) = require\('([^']+)'\)\.(\w+)/gm, "import { $3 as $1 } from '$2'")
    .replace(/^(?:const|var|let) (\w+) = require\('([^']+)'\)/gm, (_, name: string, path: string) =>
      classes.test(path) ? `import ${name} from '${path}'` : `import * as ${name} from '${path}'`,
    )
    .replace(/^module\.exports = (\w+)/m, "export default $1")
    .replace(/^exports\.(\w+) = function \w+/gm, "export function $1")
    .replace(/^exports\.(\w+) = /gm, "export const $1 = ")
    .replace(/\bexports\.(\w+)/g, "$1")
    // The entry, imported as CommonJS is, by its default: its options have one value each here.
    .replace(
      /^export function create [^]*$/m,
      "export default { create: (segments) => createSymbol(segments, undefined, ECLevel.L) };",
    );
