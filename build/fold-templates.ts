import type { Plugin } from "vite";

/** Takes the indentation out of the element's style sheets and templates: no minifier looks into template literals. */
export const foldTemplates = (): Plugin => ({
  name: "fold-templates",
  enforce: "pre",
  transform: (code, id) =>
    /\/src\/element\/(styles|view)\//.test(id)
      ? { code: code.replace(/\n\s+/g, "\n"), map: null }
      : undefined,
});
