import { css } from "lit";
import { codeStyles } from "./styles-code.js";
import { partStyles } from "./styles-parts.js";
import { tokens } from "./styles-tokens.js";

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
    padding: 24px;
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
  h2 {
    font-size: 1.25em;
    font-weight: 600;
    line-height: 1.4;
    letter-spacing: -0.012em;
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    margin-block-start: 20px;
  }
  .layer {
    grid-area: 1 / 1;
  }
  [inert] {
    visibility: hidden;
  }
  .told {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    padding-block-end: 64px;
    text-align: center;
    text-wrap: balance;
  }
  [role="status"] {
    position: absolute !important;
    inset-block-end: 0;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .app-first {
    min-block-size: 234px;
  }
  .app-first > .layer {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 16px;
  }
  .app-first > .told {
    justify-content: center;
    gap: 0;
    padding: 0;
  }
  @container (inline-size < 332px) {
    section {
      padding: 20px 16px;
    }
    .stage {
      margin-inline: -8px;
    }
  }
`;

/** The look of every phase. Sizes of text are in `em`, the rest in px; directions are logical. */
export const styles = [tokens, card, codeStyles, partStyles];
