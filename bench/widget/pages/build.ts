import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build, type LibraryOptions } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where what the pages load lies once it is built. */
export const filesDirectory = here("../../../.cache/bench/widget-files");

/** Builds all that the pages load as sites would: minified, and as few files as there can be. */
export async function buildFiles(): Promise<void> {
  await mkdir(filesDirectory, { recursive: true });
  await own("file");
  await own("early");
  // Bundled, trimmed and minified as the element's one file is: only what goes in is another.
  await own("file", { entry: here("bare-page.ts"), formats: ["es"], fileName: () => "bare.js" });
  await yivi();
}

/** One of the package's own builds. */
async function own(mode: "file" | "early", lib?: LibraryOptions): Promise<void> {
  await build({
    root: here("../../.."),
    mode,
    logLevel: "error",
    build: { outDir: filesDirectory, emptyOutDir: false, ...(lib && { lib }) },
  });
}

/** As its packages come. */
async function yivi(): Promise<void> {
  await bundle({
    entryPoints: [here("yivi-page.ts")],
    outfile: `${filesDirectory}/yivi.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  const sheet = fileURLToPath(import.meta.resolve("@privacybydesign/yivi-css/dist/yivi.min.css"));
  await copyFile(sheet, `${filesDirectory}/yivi.css`);
}
