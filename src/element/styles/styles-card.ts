import { css } from "./css.js";

/**
 * The colours. If a site sets the text or the surface, muted, line and sunken are mixed from these, unless it sets them too.
 * `--_site` tells whether it sets one of the two: without either it is invalid, and so is every property that uses it.
 */
export const tokens = css`
  section {
    --_surface: var(--onegini-otp-login-surface, #fff);
    --_text: var(--onegini-otp-login-text, #15181e);
    --_accent: var(--onegini-otp-login-accent, #1f4fd1);
    --_on-accent: var(--onegini-otp-login-on-accent, var(--_site-on-accent, #fff));
    --_muted: var(--onegini-otp-login-muted, var(--_site-muted, #535b68));
    --_line: var(--onegini-otp-login-line, var(--_site-line, #d9dee6));
    --_sunken: var(--onegini-otp-login-sunken, var(--_site-sunken, #f3f5f8));
    --_control: var(--onegini-otp-login-control, #7c8594);
    --_finder: var(--onegini-otp-login-finder, var(--_line));
    --_focus: var(--onegini-otp-login-focus, var(--_accent));
    --_success: var(--onegini-otp-login-success, var(--_accent));
    --_on-success: var(--_site-on-success, var(--_on-accent));
    --_site-on-success: color-mix(in oklab, var(--_surface), var(--onegini-otp-login-success) 0%);
    --_border: var(--onegini-otp-login-border-width, 1px);
    --_control-height: var(--onegini-otp-login-control-height, 0px);
    --_code: clamp(240px, var(--onegini-otp-login-code-size, 310 * var(--_u)), max(480px, 310 * var(--_u)));
    --_square: max(310 * var(--_u), min(var(--_code), 100cqi - 50px));
    --_error: var(--onegini-otp-login-error, var(--_text));
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
      --_on-accent: var(--onegini-otp-login-on-accent, var(--_site-on-accent, light-dark(#fff, #0c1633)));
      --_muted: var(--onegini-otp-login-muted, var(--_site-muted, light-dark(#535b68, #aab2bf)));
      --_line: var(--onegini-otp-login-line, var(--_site-line, light-dark(#d9dee6, #363c47)));
      --_sunken: var(--onegini-otp-login-sunken, var(--_site-sunken, light-dark(#f3f5f8, #20242c)));
    }
  }
  /* At least 3.2 : 1 on any surface. A browser that cannot mix from currentcolor cannot from light-dark(): Chromium 123 crashes. */
  @supports (color: oklch(from currentcolor l c h)) {
    section {
      --_control: var(
        --onegini-otp-login-control,
        oklch(from var(--_surface) calc(l + clamp(-0.4, (0.6 - l) * 1e6, max(0.36, 0.5 - l))) calc(c / 2) h)
      );
    }
  }
  @supports (color: contrast-color(red)) {
    section {
      --_site-on-accent: contrast-color(var(--onegini-otp-login-accent));
    }
  }
`;

/**
 * `--_u` is 1 px at a page font of 16 px or less, and grows with larger ones: each rule that sets a size of text sets it too,
 * because its `em` is that of the element which uses it. Boxes, gaps and places are counted in it, texts in `em`.
 */
export const cardStyles = css`
  :host {
    display: block;
    inline-size: 100%;
    max-inline-size: max(420px, 26.25em, min(480px, var(--onegini-otp-login-code-size, 0px)) + 50px);
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
    --_u: max(1px, 1em / 16);
    padding: var(--onegini-otp-login-padding, calc(24 * var(--_u)));
    border: var(--_border) solid var(--_line);
    border-radius: var(--onegini-otp-login-radius, 16px);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: var(--onegini-otp-login-shadow, none);
    font-family: var(--onegini-otp-login-font, inherit);
    font-size: max(12.8px, 1em);
    font-weight: 400;
    text-align: start;
    text-indent: 0;
    white-space: normal;
    overflow-wrap: anywhere;
    word-break: keep-all;
  }
  /* An atomic inline is never broken over the columns of a page. */
  .column {
    --_width: min(100%, var(--_square));
    display: inline-block;
    inline-size: var(--_width);
    margin-inline: calc((100% - var(--_width)) / 2);
    vertical-align: top;
  }
  /* A stacking context: a logo is never above the code. */
  .head {
    display: flex;
    flex-wrap: wrap;
    column-gap: calc(10 * var(--_u));
    isolation: isolate;
  }
  .head h2 {
    flex: 1;
    margin-block-end: calc(20 * var(--_u));
  }
  h2 {
    --_u: max(1px, 1em / 20);
    font-family: var(--onegini-otp-login-heading-font, inherit);
    font-size: 1.25em;
    font-weight: 600;
    line-height: 1.4;
    letter-spacing: -0.012em;
  }
  /* The question, with which a person who is elsewhere on the page finds the way back. Its place is kept. */
  .head h2 {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }
  h2 > *,
  h2::before {
    grid-area: 1 / 1;
  }
  h2::before {
    visibility: hidden;
  }
  .head h2 {
    min-block-size: calc(28 * var(--_u));
  }
  /* Two lines of it need no more than the title and most of the gap below it. */
  .away,
  h2:not(:has(.away))::before {
    --_u: max(1px, 1em / 17);
    margin-block-end: calc(-12 * var(--_u));
    font-size: 0.85em;
    line-height: 1.1765;
  }
  .body,
  .layer {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
  }
  /* The square has the height of the highest that may come into it. */
  .layer {
    grid-template-rows: minmax(var(--_square), auto);
  }
  .layer > .stage,
  .layer > .unseen {
    grid-area: 1 / 1;
  }
  .layer > .row {
    grid-area: 2 / 1;
  }
  .layer > ol {
    grid-area: 3 / 1;
  }
  .layer > .whole {
    grid-row: 1 / 4;
  }
  [inert] {
    visibility: hidden;
  }
  ol slot[inert] {
    visibility: inherit;
  }
  /* Texts that only keep a place: they are drawn, and not seen. */
  .unseen {
    visibility: hidden;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }
  .unseen > *,
  .unseen > .ways > :not(.other) {
    grid-area: 1 / 1;
  }
  [data-text]::before {
    content: attr(data-text);
    white-space: pre-line;
  }
  .heard,
  .status {
    position: absolute !important;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    white-space: nowrap;
    clip-path: inset(50%);
  }
  .status {
    inset-block-end: 0;
  }
  ::slotted(*) {
    margin: 0 !important;
  }
  slot[name="logo"]::slotted(*) {
    flex: none;
    block-size: calc(28 * var(--_u));
    margin-block-end: calc(20 * var(--_u)) !important;
  }
  /* The gap is between its pseudo-element and what a site puts in, so an empty slot has no height. */
  .footer {
    --_u: max(1px, 1em / 13);
    display: grid;
    row-gap: calc(16 * var(--_u));
    isolation: isolate;
    color: var(--_muted);
    font-size: max(12px, 0.8125em);
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
    column-gap: calc(10 * var(--_u));
  }
  .advice::before {
    grid-column: 1 / -1;
  }
  .advice > .icon {
    inline-size: calc(16 * var(--_u));
    margin-block-start: 1px;
  }
  .in-app {
    row-gap: 0;
    text-align: center;
    text-wrap: balance;
  }
  .in-app::before {
    block-size: calc(16 * var(--_u));
  }
  /* The address: as much of it as fits in one line. A press selects all of it. */
  bdi {
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    user-select: all;
  }
  .in-app > .link {
    margin-inline: auto;
    font-size: 1em;
  }
  /* On a phone: disc, words, one main line, one row. */
  .said {
    display: grid;
    grid-template: auto minmax(calc(75 * var(--_u)), auto) / minmax(0, 1fr);
    row-gap: calc(14 * var(--_u));
    justify-items: center;
  }
  .said > .words,
  .said > .unseen {
    grid-area: 2 / 1;
  }
  .main-line {
    display: flex;
    gap: calc(10 * var(--_u));
    min-block-size: max(52 * var(--_u), var(--_control-height));
    margin-block-start: calc(16 * var(--_u));
  }
  .main-line > * {
    flex: 1;
    min-block-size: inherit;
  }
  @container (inline-size < 14em) {
    .main-line {
      min-block-size: max(70 * var(--_u), var(--_control-height));
    }
  }
  /* In large text on a small phone: the button is below the cells. */
  @container (inline-size < 17em) {
    .may-ask > .main-line {
      flex-wrap: wrap;
      align-content: start;
      min-block-size: calc(70 * var(--_u) + max(52 * var(--_u), var(--_control-height)));
    }
    .may-ask > .main-line > * {
      flex-basis: 100%;
      max-inline-size: none;
      min-block-size: max(52 * var(--_u), var(--_control-height));
    }
  }
  .phone > .row {
    grid-area: 3 / 1;
    margin-block-start: calc(16 * var(--_u));
  }
  /* The wider edge takes nothing from the code. */
  @media (prefers-contrast: more) {
    section {
      margin: calc(var(--_border) - max(2px, var(--_border)));
      border-width: max(2px, var(--_border));
      --_muted: var(--_text);
      --_line: var(--_text);
    }
  }
  @container (inline-size < 20.75em) {
    section {
      padding: var(--onegini-otp-login-padding, calc(20 * var(--_u)) calc(16 * var(--_u)));
    }
  }
  /* Only in the element of a site that lets it be wider than it is by itself: on a phone that is held sideways. */
  section:has(.phone) {
    max-inline-size: max(520px, 32.5em);
    margin-inline: auto;
  }
  @container (inline-size > 26.25em) {
    .column:has(.phone) {
      --_width: 100%;
    }
  }
  #other {
    inline-size: 100%;
    max-inline-size: calc(310 * var(--_u));
    margin-inline: auto;
  }
  #other[hidden] {
    display: none;
  }
  @container (inline-size >= 37.5em) {
    .column {
      --_width: 100%;
    }
    .body.layer {
      grid-template: auto auto auto minmax(0, 1fr) / var(--_square) minmax(0, 1fr);
      column-gap: calc(36 * var(--_u));
    }
    .body.layer > * {
      grid-column: 2;
    }
    .body.layer > .stage,
    .body.layer > .unseen {
      grid-area: 1 / 1 / -1;
      min-block-size: var(--_square);
    }
    .layer > ol {
      grid-row: 1;
      gap: calc(16 * var(--_u));
      margin: 0;
    }
    .layer > .foot {
      grid-row: 2;
    }
    .layer > .row {
      grid-row: 3;
      margin-block-start: calc(16 * var(--_u));
    }
    .layer > .outlined {
      grid-row: 4;
      align-self: start;
    }
  }
`;
