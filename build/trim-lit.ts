import type { Plugin } from "vite";

/**
 * Leaves out of the one file what Lit's style sheets carry for browsers without `adoptedStyleSheets`, which are older than
 * those that the element knows (docs/widget.md), for holes in a sheet, of which there are none here, and for adopting
 * sheets, which the element does itself (src/element/styles/adopt-sheets.ts).
 */
export const trimLit = (): Plugin => {
  const id = "\0trim-lit:css-tag";
  return {
    name: "trim-lit",
    enforce: "pre",
    resolveId: (source, importer) =>
      /@lit\/reactive-element\//.test(importer ?? "") && source === "./css-tag.js" ? id : undefined,
    load: (source) => (source === id ? cssTag : undefined),
  };
};

const cssTag = `
  export class CSSResult {
    constructor(text) {
      this.cssText = text;
    }
  }
  export const supportsAdoptingStyleSheets = true;
  export const unsafeCSS = (text) => new CSSResult(text);
  export const css = ([text]) => new CSSResult(text);
  export const getCompatibleStyle = (style) => style;
  export const adoptStyles = () => {};`;
