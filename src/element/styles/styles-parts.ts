import { css } from "./css.js";

/** Buttons, links, icons and messages. */
export const partStyles = css`
  .button,
  .link {
    --_u: max(1px, 1em / 15);
    display: inline-flex;
    flex-wrap: wrap;
    place-content: center;
    align-items: center;
    min-block-size: calc(44 * var(--_u));
    padding: calc(3 * var(--_u)) calc(19 * var(--_u));
    border: 1px solid transparent;
    border-radius: var(--onegini-otp-login-button-radius, 10px);
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-size: 0.9375em;
    font-weight: 600;
    line-height: 1.3333;
    letter-spacing: inherit;
    word-spacing: inherit;
    text-align: center;
    text-decoration: none;
    text-wrap: balance;
    cursor: pointer;
  }
  .button {
    min-block-size: max(44 * var(--_u), var(--_control-height));
  }
  .button:hover {
    background: var(--_hover);
  }
  .outlined,
  .outlined:hover {
    inline-size: 100%;
    margin-block-start: calc(20 * var(--_u));
    border-color: var(--_control);
    background: none;
    color: var(--_text);
  }
  .main-line > .main {
    --_u: max(1px, 1em / 16);
    font-size: 1em;
    line-height: 1.375;
  }
  /* Keeps the width of its longest words. */
  .main[data-text] {
    flex-flow: column;
  }
  .main[data-text]::before {
    visibility: hidden;
    block-size: 0;
  }
  [aria-disabled],
  [aria-disabled]:hover {
    border-color: var(--_control);
    background: var(--_surface);
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
    cursor: default;
  }
  .link {
    column-gap: calc(6 * var(--_u));
    padding-inline: calc(8 * var(--_u));
    background: none;
    color: var(--_accent);
  }
  .link:hover {
    color: var(--_hover);
  }
  .row .link {
    --_u: max(1px, 1em / 13);
    overflow-wrap: normal;
    min-inline-size: min-content;
    margin-inline: calc(-9 * var(--_u));
    font-size: max(12px, 0.8125em);
    line-height: 1.385;
  }
  .row > .link:only-child {
    margin-inline-start: auto;
  }
  .row .enlarge {
    min-inline-size: calc(44 * var(--_u));
  }
  .phone > .row > .link:only-child,
  .phone > .row slot::slotted(*) {
    margin-inline: auto !important;
  }
  /* Another way to log in, a link or a button of the site: it looks as ours do, whatever the page's reset says. */
  slot[name="other-way"]::slotted(*) {
    --_u: max(1px, 1em / 15);
    box-sizing: border-box !important;
    align-content: center !important;
    min-block-size: max(44 * var(--_u), var(--_control-height)) !important;
    padding: calc(3 * var(--_u)) calc(19 * var(--_u)) !important;
    border: 1px solid var(--_control) !important;
    border-radius: var(--onegini-otp-login-button-radius, 10px) !important;
    background: none !important;
    color: var(--_text) !important;
    font: inherit !important;
    font-size: 0.9375em !important;
    font-weight: 600 !important;
    line-height: 1.3333 !important;
    text-align: center !important;
    text-decoration: none !important;
    cursor: pointer;
  }
  slot[name="other-way"]::slotted(a) {
    border-color: transparent !important;
    color: var(--_accent) !important;
  }
  .only slot[name="other-way"]::slotted(*) {
    border-color: transparent !important;
    background: var(--_accent) !important;
    color: var(--_on-accent) !important;
  }
  .main-line slot::slotted(*) {
    flex: 1;
    min-block-size: inherit !important;
  }
  .phone > .row slot::slotted(*) {
    --_u: max(1px, 1em / 13);
    border-color: transparent !important;
    color: var(--_accent) !important;
    font-size: max(12px, 0.8125em) !important;
  }
  .close {
    position: relative;
    inline-size: calc(44 * var(--_u));
    padding: 0;
    color: var(--_muted);
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  slot[name="other-way"]::slotted(:focus-visible) {
    outline: 2px solid var(--_focus) !important;
    outline-offset: 2px !important;
  }
  .close:focus-visible {
    outline-offset: 1px;
  }
  /* Around its words, and not through those above it. */
  .back:focus-visible {
    outline-offset: calc(-10 * var(--_u));
  }
  .icon {
    flex: none;
    inline-size: 1.0667em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2px;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .row .icon {
    inline-size: 1.2308em;
  }
  /* As high as the words beside it. Where they leave it no room, it is in a line of its own, which has no height. */
  .link .icon {
    contain: size;
    align-self: stretch;
  }
  /* No words are beside these. */
  .close .icon,
  .disc .icon {
    inline-size: calc(28 * var(--_u));
    block-size: calc(28 * var(--_u));
  }
  .message {
    --_u: max(1px, 1em / 18);
    font-size: 1.125em;
    font-weight: 600;
    line-height: 1.3889;
    letter-spacing: -0.01em;
  }
  .second {
    --_u: max(1px, 1em / 15);
    color: var(--_muted);
    font-size: 0.9375em;
    line-height: 1.4667;
  }
  .second .icon {
    margin-inline-end: calc(8 * var(--_u));
    vertical-align: -0.15em;
  }
  .message + .second {
    margin-block-start: calc(6 * var(--_u));
  }
  /* It takes as much room as its lines, and has 44 px to press, which begin below the middle of the line before it. */
  .back {
    display: flex;
    min-block-size: 0;
    margin-block: calc(0.7333em - 20 * var(--_u)) calc(0.7333em - 24 * var(--_u));
    padding: calc(20 * var(--_u) - 0.7333em) 0 calc(24 * var(--_u) - 0.7333em);
    border: 0;
    font-size: 1em;
    line-height: inherit;
  }
  .said .second {
    display: flow-root;
  }
  .disc {
    position: relative;
    display: grid;
    flex: none;
    place-items: center;
    inline-size: calc(60 * var(--_u));
    block-size: calc(60 * var(--_u));
    border-radius: 50%;
    background: var(--_sunken);
    color: var(--_muted);
  }
  .turning {
    color: var(--_accent);
  }
  .done {
    background: var(--_success);
    color: var(--_on-success);
  }
  .arc {
    position: absolute;
    inset: calc(-6 * var(--_u));
    rotate: -0.25turn;
  }
  /* The arc closes, shrinks to the disc's edge, and is gone where it would not show. */
  .done .arc {
    visibility: hidden;
    scale: 0.8333;
  }
  .done .left {
    stroke-dasharray: 100 0;
  }
  @media (prefers-reduced-motion: no-preference) {
    .arc {
      animation: turn 1.1s linear infinite;
    }
    .done .arc {
      animation-play-state: paused;
    }
    .done .arc,
    .done .left {
      transition: 0.16s;
    }
    /* The tick changes in one frame, when the disc under it is dark enough. */
    .done {
      transition:
        background 0.16s linear,
        color 0s 0.08s;
    }
  }
  @keyframes turn {
    to {
      rotate: 0.75turn;
    }
  }
  @media (prefers-contrast: more) {
    .button,
    .disc,
    li > .number.number {
      border: 2px solid var(--_text);
    }
    .only slot[name="other-way"]::slotted(*),
    slot[name="other-way"]::slotted(:not(a)) {
      border: 2px solid var(--_text) !important;
    }
    .link,
    :not(.only) > slot[name="other-way"]::slotted(a) {
      text-decoration: underline !important;
    }
  }
  @media (forced-colors: active) {
    .button:not(.outlined, [aria-disabled]),
    [aria-current] .number {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .only slot[name="other-way"]::slotted(*) {
      border-color: Highlight !important;
      background: Highlight !important;
      color: HighlightText !important;
      forced-color-adjust: none;
    }
    :not(.only) > slot[name="other-way"]::slotted(a) {
      border-color: Canvas !important;
    }
    .link {
      border-color: Canvas;
      color: LinkText;
    }
    .disc {
      border: 1px solid CanvasText;
      color: CanvasText;
    }
    /* System colours, so that the disc is filled here too. */
    .done {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    :focus-visible {
      outline: 3px solid Highlight;
    }
  }
`;
