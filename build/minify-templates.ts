import { transformSync } from "esbuild";
import type { Plugin } from "vite";

/** esbuild keeps some spaces: in `--a: 1px`, `var(--a, 1px)`, `1 / 2` and `2 * 3`. */
const minify = (sheet: string): string =>
  transformSync(sheet, { loader: "css", minify: true, charset: "utf8" })
    .code.trim()
    .replace(/ ?([,/*]) |(--[\w-]+:) /g, "$1$2");

/**
 * Minifies the element's style sheets and takes the indentation out of its templates: no minifier looks into template
 * literals. It keeps the line breaks, behind a style sheet, and with them the lines of the source map.
 */
export const minifyTemplates = (): Plugin => ({
  name: "minify-templates",
  enforce: "pre",
  transform: (code, id) =>
    /\/src\/element\/(styles|view)\//.test(id)
      ? {
          code: code
            .replace(
              /\bcss`([^`]*)`/g,
              (_, sheet: string) => `css\`${minify(sheet)}\`${sheet.replace(/[^\n]/g, "")}`,
            )
            .replace(/^[^\S\n]+/gm, ""),
          map: null,
        }
      : undefined,
});
