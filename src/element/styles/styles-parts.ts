import { css } from "lit";

/** Buttons, links, icons and messages. */
export const partStyles = css`
  .button,
  .link {
    display: inline-flex;
    flex-wrap: wrap;
    place-content: center;
    align-items: center;
    min-block-size: 44px;
    padding: 8px 20px;
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
  .button:hover {
    background: var(--_hover);
  }
  .outlined,
  .outlined:hover {
    inline-size: 100%;
    margin-block-start: 20px;
    border-color: var(--_control);
    background: none;
    color: var(--_text);
  }
  .app {
    column-gap: 8px;
    inline-size: 100%;
    min-block-size: 52px;
    padding: 3px 12px;
    font-size: 1em;
    line-height: 1.375;
  }
  [aria-disabled],
  [aria-disabled]:hover {
    border-color: var(--_line);
    background: var(--_sunken);
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
    cursor: default;
  }
  .link {
    column-gap: 6px;
    background: none;
    color: var(--_accent);
  }
  .link:hover {
    color: var(--_hover);
  }
  /* Two lines are as high as one. */
  .row .button {
    flex: 1;
    padding: 1px 12px;
  }
  .row .link {
    overflow-wrap: normal;
    min-inline-size: min-content;
    margin-inline: -9px;
    padding: 2px 8px;
    font-size: 0.8125em;
    line-height: 1.385;
  }
  .row .enlarge {
    min-inline-size: 44px;
  }
  .row .link:has(+ .link),
  .link + .link {
    flex: 1 1 7em;
    max-inline-size: max-content;
  }
  .row .link:last-child {
    margin-inline-start: auto;
  }
  .close {
    position: relative;
    inline-size: 44px;
    padding: 0;
    color: var(--_muted);
  }
  .other {
    align-self: center;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .close:focus-visible {
    outline-offset: 1px;
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
  .app .icon,
  .link .icon {
    contain: size;
    align-self: stretch;
  }
  .app .icon {
    inline-size: 1.25em;
  }
  /* No words are beside these. */
  .close .icon,
  .disc .icon {
    inline-size: 1.75em;
    block-size: 1.75em;
  }
  .message {
    font-size: 1.125em;
    font-weight: 600;
    line-height: 1.3889;
    letter-spacing: -0.01em;
  }
  /* Keeps the place of a message of two lines and of a second line, so that nothing moves when they come. */
  .over :not(.quiet) + .words {
    min-block-size: calc(4.5em + 6px);
  }
  .second {
    color: var(--_muted);
    font-size: 0.9375em;
    line-height: 1.4667;
  }
  .app-first > :first-child > .second {
    min-block-size: 2.9334em;
    text-wrap: balance;
  }
  .second .icon {
    margin-inline-end: 8px;
    vertical-align: -0.15em;
  }
  .message + .second {
    margin-block-start: 6px;
  }
  .disc {
    position: relative;
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 3.75em;
    block-size: 3.75em;
    border-radius: 50%;
    background: var(--_sunken);
    color: var(--_muted);
  }
  .turning {
    color: var(--_accent);
  }
  .done {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .over > .disc {
    margin-block-end: 14px;
  }
  .over > .button {
    margin-block-start: 16px;
  }
  .over .row {
    align-self: stretch;
  }
  .over .link:only-child {
    margin-inline: auto;
  }
  .arc {
    position: absolute;
    inset: -0.375em;
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
  hr {
    border: 0;
    border-block-start: 1px solid var(--_line);
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
  @media (forced-colors: active) {
    .button:not(.outlined, [aria-disabled]),
    [aria-current] .number {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .link {
      border-color: Canvas;
      color: LinkText;
    }
    .disc {
      border: 1px solid CanvasText;
      color: CanvasText;
    }
    :focus-visible {
      outline: 3px solid Highlight;
    }
  }
`;
