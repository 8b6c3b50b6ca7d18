import { cardStyles, tokens } from "./styles-card.js";
import { codeStyles } from "./styles-code.js";
import { dialogStyles } from "./styles-dialog.js";
import { numberStyles } from "./styles-number.js";
import { partStyles } from "./styles-parts.js";
import { stepsStyles } from "./styles-steps.js";
import { unsafeCSS, type CSSResult, type CSSResultOrNative } from "lit";

/** All styles. Directions are logical. */
export const styles = [
  tokens,
  cardStyles,
  codeStyles,
  numberStyles,
  stepsStyles,
  dialogStyles,
  partStyles,
].map(unsafeCSS);

/** A constructed style sheet belongs to one document. The elements of a document share its sheets. */
const sheetsOf = new WeakMap<Document, Map<CSSResult, CSSStyleSheet>>();

/** Sets the style sheets of a shadow root. To be called again when the root comes into another document. */
export function adoptStyleSheets(root: ShadowRoot, styles: readonly CSSResultOrNative[]): void {
  const { ownerDocument } = root;
  const window = ownerDocument.defaultView;
  // A document without a window renders nothing, and jsdom before version 27 cannot fill a style sheet.
  if (!window || !("replaceSync" in window.CSSStyleSheet.prototype)) return;
  const sheets = sheetsOf.get(ownerDocument) ?? new Map<CSSResult, CSSStyleSheet>();
  sheetsOf.set(ownerDocument, sheets);
  root.adoptedStyleSheets = styles.map((style) => {
    // A site's subclass may bring a style sheet.
    if (!("cssText" in style)) return style;
    const sheet = sheets.get(style) ?? new window.CSSStyleSheet();
    if (!sheets.has(style)) sheet.replaceSync(style.cssText);
    sheets.set(style, sheet);
    return sheet;
  });
}
