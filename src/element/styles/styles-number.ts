import { css } from "./css.js";

/** The question for the number on the phone. */
export const numberStyles = css`
  .ask {
    grid-template: minmax(calc(148 * var(--_u)), 1fr) auto auto auto / minmax(0, 1fr);
    justify-items: center;
    padding-block-end: calc(14 * var(--_u));
  }
  /* Where the words have no room, they take it from the space above the disc. */
  .ask > .top {
    padding: calc(4 * var(--_u)) calc(6 * var(--_u));
  }
  .ask > .top::before {
    flex: 0 1 calc(10 * var(--_u));
    content: "";
  }
  .ask .words {
    margin-block-start: calc(8 * var(--_u));
  }
  .ask .message + .second {
    margin-block-start: calc(2 * var(--_u));
  }
  .ask .disc {
    inline-size: calc(36 * var(--_u));
    block-size: calc(36 * var(--_u));
  }
  .ask .disc .icon {
    inline-size: calc(20 * var(--_u));
    block-size: calc(20 * var(--_u));
  }
  .unseen > .ask > .top {
    contain: none;
    padding-block: calc(48 * var(--_u)) calc(4 * var(--_u));
  }
  .unseen > .ask > .top::before {
    content: none;
  }
  .unseen > .ask {
    grid-area: 1 / 1 / 3;
    display: grid;
    grid-template-rows: minmax(calc(148 * var(--_u)), 1fr) auto;
    padding: 0 0 calc(23 * var(--_u) + max(44 * var(--_u), var(--_control-height)));
  }
  .unseen > .ask > .error {
    grid-area: 2 / 1;
    margin-block: calc(7 * var(--_u) + max(52 * var(--_u), var(--_control-height))) 0;
  }
  .field {
    position: relative;
    inline-size: 100%;
    container-type: inline-size;
  }
  .cells {
    /* Rounder ones would be eggs. */
    --_corner: min(14px, var(--onegini-otp-login-button-radius, 10px));
    display: grid;
    grid-auto-columns: minmax(0, calc(44 * var(--_u)));
    grid-auto-flow: column;
    gap: calc(8 * var(--_u));
    inline-size: fit-content;
    margin-inline: auto;
  }
  .many .cells {
    grid-auto-columns: minmax(0, calc(36 * var(--_u)));
  }
  .cell {
    position: relative;
    display: grid;
    place-items: center;
    block-size: max(52 * var(--_u), var(--_control-height));
    border: 1px solid var(--_control);
    border-radius: var(--_corner);
    background: var(--_surface);
    container-type: inline-size;
  }
  .cell > b {
    padding-inline: 0.1em;
    border-radius: 4px;
    font-size: min(1.75em, 100cqi);
    font-weight: 600;
    line-height: 1.2857;
  }
  .wrong > .cell {
    border: 2px solid var(--_error);
  }
  /* The sign of the focus: with the caret, as large as a line of 2 px around the cell that differs by 3 : 1. */
  .cell.current {
    border: 3px solid var(--_focus);
  }
  .marked {
    background: color-mix(in oklab, var(--_accent) 26%, transparent);
  }
  .all {
    border-radius: calc(2px + var(--_corner));
    outline: 2px solid var(--_focus);
    /* So that it stays below a second line of the hint. */
    outline-offset: 2px;
  }
  .caret::after {
    position: absolute;
    inset: 0;
    inline-size: 2px;
    block-size: calc(28 * var(--_u));
    margin: auto;
    background: var(--_focus);
    content: "";
  }
  .before::after {
    margin-inline-start: 12%;
  }
  .after::after {
    margin-inline-end: 12%;
  }
  /* It is not seen. A press into it puts the caret where the digits are drawn. */
  input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    padding: 0;
    border: 0;
    opacity: 0;
    font: inherit;
    font-size: max(16px, 1.75em);
    text-align: center;
    letter-spacing: 0.6em;
  }
  .error {
    color: var(--_error);
    font-weight: 600;
    text-align: center;
    text-wrap: balance;
  }
  .error > .icon {
    inline-size: calc(16 * var(--_u));
    margin-inline-end: calc(6 * var(--_u));
    vertical-align: -0.25em;
  }
  .ask > .error {
    grid-area: 3 / 1;
    min-block-size: calc(36 * var(--_u));
    margin-block: calc(7 * var(--_u)) calc(9 * var(--_u));
    padding-inline: calc(6 * var(--_u));
  }
  .ask > .field,
  .ask > .button {
    inline-size: calc(100% - 24 * var(--_u));
    max-inline-size: calc(262 * var(--_u));
  }
  /* The error takes the time's place. */
  /* Its four lines are as high as one: there are gaps above and below. */
  .row > .error {
    margin-block: calc(-14 * var(--_u));
    text-align: start;
  }
  .row > .error:empty {
    display: none;
  }
  .main-line > .field {
    flex: 1 1 calc(200 * var(--_u));
    max-inline-size: calc(200 * var(--_u));
  }
  .main-line .many .cells {
    gap: calc(4 * var(--_u));
  }
  .main-line > .field + .button {
    flex: 1 0 auto;
    overflow-wrap: normal;
    min-inline-size: calc(98 * var(--_u));
    padding-inline: calc(7 * var(--_u));
  }
  @container (inline-size < 20.75em) {
    .many .cells {
      gap: calc(4 * var(--_u));
    }
  }
  /* Here it has a line of its own, and some languages a long word. */
  @container (inline-size < 17em) {
    .main-line > .field + .button {
      padding-inline: 0;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .ask > .field,
    .ask > .button,
    .stage > .ways {
      animation: appear 0.12s 0.08s ease-in backwards;
    }
  }
  @media (prefers-contrast: more) {
    .cell {
      border: 2px solid var(--_text);
    }
    .wrong > .cell {
      border-width: 3px;
    }
  }
  @media (forced-colors: active) {
    .cell.current {
      border-color: Highlight;
    }
    .caret::after {
      background: CanvasText;
      forced-color-adjust: none;
    }
    .marked {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
