import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build, type LibraryOptions } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The directory of the files that the pages load. */
export const filesDirectory = here("../../../.cache/bench/widget-files");

/** Builds the files that the pages load as a site would: minified, and in as few files as possible. */
export async function buildFiles(): Promise<void> {
  await mkdir(filesDirectory, { recursive: true });
  await own("file");
  await own("early");
  // The same build as for the element's one file, with another entry.
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

/** yivi's web client, from its packages as published. */
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
