import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * The languages of the widget: the files in its folder of locales, without variants of address such as `de-du.ts`.
 * `dist/command` is as deep as this folder.
 */
export const locales: readonly string[] = readdirSync(join(import.meta.dirname, "../../src/locales"))
  .flatMap((file) => /^([a-z]{2,3}(?:-[A-Z0-9][A-Za-z0-9]*)*)\.ts$/.exec(file)?.[1] ?? [])
  .sort();

/** Replaces `demo:locales` by an import of every language's public entry. English is built in. */
export const localesPlugin: Plugin = {
  name: "locales",
  setup(build) {
    build.onResolve({ filter: /^demo:locales$/ }, ({ path }) => ({ path, namespace: "demo" }));
    build.onLoad({ filter: /^demo:locales$/, namespace: "demo" }, () => ({
      contents: locales
        .filter((code) => code !== "en")
        .map((code) => `import "onegini-otp-login/locales/${code}";`)
        .join("\n"),
      resolveDir: join(import.meta.dirname, ".."),
    }));
  },
};
