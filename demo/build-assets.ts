import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import { localesPlugin } from "./playground/locales-plugin.js";
import { toAsset, type Asset } from "./server/assets.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface BuiltAssets {
  /** The files that the pages load, by name. */
  assets: ReadonlyMap<string, Asset>;
  /** The npm packages in the scripts. */
  libraries: string[];
}

/**
 * Bundles the scripts from their sources, in memory. So `npm start` needs no build before, and several demos can run from
 * one checkout.
 */
export async function buildAssets(): Promise<BuiltAssets> {
  const bundles = await build({
    entryPoints: {
      login: here("client/login-client.ts"),
      "logged-in": here("client/logged-in-client.ts"),
      phone: here("client/phone/phone-client.ts"),
      playground: here("client/playground/playground-client.ts"),
      site: here("styles/site.css"),
      "login-page": here("styles/login.css"),
      "phone-page": here("styles/phone.css"),
      "playground-page": here("styles/playground.css"),
    },
    outdir: "/",
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["*.svg"],
    plugins: [localesPlugin],
    absWorkingDir: here("."),
    logLevel: "error",
  });
  const early = await build({
    entryPoints: [here("client/early-client.ts")],
    bundle: true,
    write: false,
    minify: true,
    // A classic script, whose declarations would otherwise be global.
    format: "iife",
    absWorkingDir: here("."),
  });
  // esbuild's own process would go on running.
  await stop();
  const assets = new Map<string, Asset>();
  for (const { path, contents } of bundles.outputFiles) {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/^.*\\/, "");
    assets.set(name, toAsset(name, contents));
  }
  for (const { contents } of early.outputFiles) assets.set("early.js", toAsset("early.js", contents));
  assets.set("logo.svg", toAsset("logo.svg", await readFile(here("styles/logo.svg"))));
  const wasm = await readFile(fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")));
  assets.set("zxing_reader.wasm", toAsset("zxing_reader.wasm", wasm));
  const libraries = Object.values(bundles.metafile.outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return { assets, libraries: [...new Set(libraries)] };
}
