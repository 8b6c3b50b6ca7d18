import type { Plugin } from "vite";

/**
 * Takes the indentation out of the element's style sheets and templates: no minifier looks into template literals. It keeps
 * the line breaks, and with them the lines of the source map.
 */
export const foldTemplates = (): Plugin => ({
  name: "fold-templates",
  enforce: "pre",
  transform: (code, id) =>
    /\/src\/element\/(styles|view)\//.test(id)
      ? { code: code.replace(/^[^\S\n]+/gm, ""), map: null }
      : undefined,
});
