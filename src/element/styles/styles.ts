import type { CSSResult, CSSResultOrNative } from "lit";
import { css } from "lit";
import { codeStyles } from "./styles-code.js";
import { dialogStyles } from "./styles-dialog.js";
import { numberStyles } from "./styles-number.js";
import { partStyles } from "./styles-parts.js";
import { stepsStyles } from "./styles-steps.js";

/**
 * The colours. If a site sets the text or the surface, muted, line and sunken are mixed from these, unless it sets them too.
 * `--_site` tells whether it sets one of the two: without either it is invalid, and so is every property that uses it.
 */
const tokens = css`
  section {
    --_surface: var(--onegini-otp-login-surface, #fff);
    --_text: var(--onegini-otp-login-text, #15181e);
    --_accent: var(--onegini-otp-login-accent, #1f4fd1);
    --_on-accent: var(--onegini-otp-login-on-accent, #fff);
    --_muted: var(--onegini-otp-login-muted, var(--_site-muted, #535b68));
    --_line: var(--onegini-otp-login-line, var(--_site-line, #d9dee6));
    --_sunken: var(--onegini-otp-login-sunken, var(--_site-sunken, #f3f5f8));
    --_control: #7c8594;
    --_hover: color-mix(in oklab, var(--_accent) 88%, var(--_text));
    --_site: var(--onegini-otp-login-text, var(--onegini-otp-login-surface));
    --_site-surface: color-mix(in oklab, var(--_surface), var(--_site) 0%);
    --_site-muted: color-mix(in oklab, var(--_text) 68%, var(--_site-surface));
    --_site-line: color-mix(in oklab, var(--_text) 16%, var(--_site-surface));
    --_site-sunken: color-mix(in oklab, var(--_text) 5%, var(--_site-surface));
  }
  @supports (color: light-dark(red, red)) {
    section {
      --_surface: var(--onegini-otp-login-surface, light-dark(#fff, #17191f));
      --_text: var(--onegini-otp-login-text, light-dark(#15181e, #f1f3f6));
      --_accent: var(--onegini-otp-login-accent, light-dark(#1f4fd1, #8fb0ff));
      --_on-accent: var(--onegini-otp-login-on-accent, light-dark(#fff, #0c1633));
      --_muted: var(--onegini-otp-login-muted, var(--_site-muted, light-dark(#535b68, #aab2bf)));
      --_line: var(--onegini-otp-login-line, var(--_site-line, light-dark(#d9dee6, #363c47)));
      --_sunken: var(--onegini-otp-login-sunken, var(--_site-sunken, light-dark(#f3f5f8, #20242c)));
      --_control: light-dark(#7c8594, #7b8494);
    }
  }
`;

const card = css`
  :host {
    display: block;
    inline-size: 100%;
    max-inline-size: 420px;
    container-type: inline-size;
    contain-intrinsic-inline-size: 280px;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
    margin: 0;
  }
  section {
    padding: var(--onegini-otp-login-padding, 24px);
    border: 1px solid var(--_line);
    border-radius: var(--onegini-otp-login-radius, 16px);
    background: var(--_surface);
    color: var(--_text);
    font-weight: 400;
    text-align: start;
    white-space: normal;
    overflow-wrap: anywhere;
    word-break: keep-all;
  }
  .column {
    max-inline-size: 310px;
    margin-inline: auto;
  }
  /* A stacking context: a logo is never above the code. */
  .head {
    display: flex;
    flex-wrap: wrap;
    column-gap: 10px;
    isolation: isolate;
  }
  .head h2 {
    flex: 1;
    margin-block-end: 20px;
  }
  h2 {
    font-size: 1.25em;
    font-weight: 600;
    line-height: 1.4;
    letter-spacing: -0.012em;
  }
  .body {
    display: grid;
    grid-template: 1fr / minmax(0, 1fr);
  }
  .layer {
    grid-area: 1 / 1;
  }
  .body > [inert],
  .foot > [inert] {
    visibility: hidden;
  }
  ::slotted(*) {
    margin: 0 !important;
  }
  slot[name="logo"]::slotted(*) {
    flex: none;
    block-size: 28px;
    margin-block-end: 20px !important;
  }
  /* The gap is between its pseudo-element and what a site puts in, so an empty slot has no height. */
  .footer {
    display: grid;
    row-gap: 16px;
    isolation: isolate;
    color: var(--_muted);
    font-size: 0.8125em;
    line-height: 1.3846;
  }
  .footer::before {
    content: "";
  }
  .foot {
    display: grid;
  }
  .foot > * {
    grid-area: 1 / 1;
  }
  /* The last line of a footer keeps room for a second one: the advice about the number, which takes its place, has two. */
  .footer::slotted(:nth-last-child(1 of [slot="footer"])) {
    min-block-size: 2.7692em;
  }
  .advice {
    grid-template-columns: auto 1fr;
    column-gap: 8px;
  }
  .advice::before {
    grid-column: 1 / -1;
  }
  [role="status"] {
    position: absolute !important;
    inset-block-end: 0;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  /* Of this height without the footer, so that every message has room. */
  .app-first {
    grid-template-rows: minmax(234px, 1fr);
  }
  .app-first > .layer {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 16px;
  }
  .app-first > .over {
    align-items: center;
    justify-content: center;
    gap: 0;
  }
  #other {
    inline-size: 100%;
    max-inline-size: 310px;
    margin-inline: auto;
  }
  /* The wider edge takes nothing from the code. */
  @media (prefers-contrast: more) {
    section {
      margin: -1px;
      --_muted: var(--_text);
      --_line: var(--_text);
    }
    section,
    ol .number {
      border-width: 2px;
    }
  }
  @container (inline-size < 332px) {
    section {
      padding: var(--onegini-otp-login-padding, 20px 16px);
    }
    .stage {
      margin-inline: max(-8px, -1 * var(--onegini-otp-login-padding, 8px));
    }
  }
  /* Only in the element of a site that lets it be wider than it is by itself: on a phone that is held sideways. */
  section:has(.app-first) {
    max-inline-size: 520px;
    margin-inline: auto;
  }
  @container (inline-size > 420px) {
    .column:has(.app-first) {
      max-inline-size: none;
    }
  }
  @container (inline-size >= 600px) {
    .column {
      max-inline-size: none;
    }
    .body:not(.app-first) > :first-child {
      display: grid;
      grid-template: auto auto auto 1fr / 310px minmax(0, 1fr);
      column-gap: 36px;
      align-items: start;
    }
    .layer > .stage {
      grid-area: 1 / 1 / -1;
    }
    .layer > ol {
      gap: 16px;
      margin: 0;
    }
    .layer > .row {
      order: 1;
      margin-block-start: 16px;
    }
    .layer > .outlined {
      order: 2;
    }
  }
`;

/** All styles. Sizes of text are in `em`, the rest in px; directions are logical. */
export const styles = [tokens, card, codeStyles, numberStyles, stepsStyles, dialogStyles, partStyles];

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
