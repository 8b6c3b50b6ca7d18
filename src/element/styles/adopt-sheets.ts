import type { CSSResult, CSSResultOrNative } from "lit";

/** Constructed style sheets belong to one document: each has its own, which its elements share. */
const sheetsOf = new WeakMap<Document, Map<CSSResult, CSSStyleSheet>>();

/** Gives a root its style sheets, once more after it came into another document, which leaves them behind. */
export function adoptSheets(root: ShadowRoot, styles: readonly CSSResultOrNative[]): void {
  const { ownerDocument } = root;
  const window = ownerDocument.defaultView;
  // Without a window nothing is rendered: it is a document on the way to another.
  if (!window) return;
  const sheets = sheetsOf.get(ownerDocument) ?? new Map<CSSResult, CSSStyleSheet>();
  sheetsOf.set(ownerDocument, sheets);
  root.adoptedStyleSheets = styles.map((style) => {
    // A subclass of a site's may bring one that it made.
    if (!("cssText" in style)) return style;
    const sheet = sheets.get(style) ?? new window.CSSStyleSheet();
    if (!sheets.has(style)) sheet.replaceSync(style.cssText);
    sheets.set(style, sheet);
    return sheet;
  });
}
