import { css } from "lit";

/** The code and its time. What keeps the code readable is `!important`, above any rule of a site. */
export const codeStyles = css`
  /* The code's size follows the stage's width, which must not follow the code's: no padding is added to it. */
  .stage {
    aspect-ratio: 1;
    padding: 0 !important;
    place-items: safe center;
    border-radius: var(--onegini-otp-login-code-radius, 14px);
  }
  .stage > * {
    grid-area: 1 / 1;
  }
  .stage > svg {
    position: absolute;
    inline-size: 100%;
    block-size: 100%;
    pointer-events: none;
  }
  .sunken {
    background: var(--_sunken);
  }
  .sunken > .disc:not(.done) {
    background: var(--_surface);
  }
  /* The disc is in the middle, and stays there: words grow downwards, and two lines of each have room in a narrow card too. */
  .notice {
    grid-template-rows: 1fr auto minmax(min-content, 1fr);
    place-items: start center;
  }
  .notice > .disc {
    grid-row: 2;
  }
  .notice > .words {
    grid-row: 3;
    min-block-size: 7.75em;
    padding: 14px 10px 10px;
  }
  .eye {
    fill: var(--_line);
    stroke: none;
  }
  .words,
  .stage .button {
    position: relative;
    text-align: center;
    text-wrap: balance;
  }
  /* In large text they cover the marks, and never the edge. */
  .marks + .words {
    margin: 6px;
    padding: 0 2px 3px;
    background: var(--_sunken);
  }
  .words .button {
    margin-block-start: 14px;
  }
  .plate {
    position: absolute;
    inset: 5px;
    border-radius: max(0px, var(--onegini-otp-login-code-radius, 14px) - 4px);
    background: #fff;
    color-scheme: only light;
    forced-color-adjust: none;
  }
  .marks,
  .ring,
  .arc {
    fill: none;
    stroke: var(--_line);
  }
  .ring,
  .arc {
    stroke-width: 2px;
  }
  .left {
    stroke: var(--_accent);
  }
  section,
  .body,
  .stage,
  dialog {
    filter: none !important;
    opacity: 1 !important;
    mix-blend-mode: normal !important;
    transform: none !important;
    rotate: none !important;
    scale: none !important;
    offset: none !important;
    zoom: 1 !important;
    clip-path: none !important;
    mask: none !important;
    contain: none !important;
    content-visibility: visible !important;
    overflow: visible !important;
    -webkit-mask-box-image: none !important;
  }
  :host,
  section,
  .body,
  .stage,
  dialog {
    writing-mode: horizontal-tb !important;
  }
  canvas {
    all: initial !important;
    image-rendering: pixelated !important;
  }
  section,
  .body,
  .stage,
  canvas {
    position: relative !important;
    display: block !important;
    visibility: inherit !important;
  }
  .body,
  .stage {
    display: grid !important;
  }
  /* The code is above everything else in the card, also what a site adds to its parts. */
  *,
  ::before,
  ::after {
    z-index: 0 !important;
  }
  .body,
  .layer,
  .stage,
  .close,
  canvas {
    z-index: 2147483647 !important;
  }
  .stage:has(+ .row .enlarge) canvas {
    cursor: zoom-in !important;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    min-block-size: 44px;
    margin-block-start: 8px;
  }
  .time {
    display: flex;
    flex: 1 1 8em;
    gap: 8px;
    align-items: center;
    color: var(--_muted);
    font-size: 0.8125em;
    line-height: 1.3846;
  }
  .time .slow {
    display: block;
  }
  /* Three lines are as high as one. */
  .row > .time {
    margin-block: -5px;
  }
  /* A button may have two lines, and a hint has more room where it needs some. */
  .time + .link:not(.enlarge) {
    max-inline-size: 9em;
  }
  .time:has(.slow) {
    flex-basis: 9.5em;
  }
  @container (inline-size < 360px) {
    .time:has(+ .link) span:has(+ .slow),
    .time:has(.icon) + .enlarge > span {
      display: none;
    }
    .time:has(.icon) + .enlarge > .icon {
      block-size: 1.2308em;
    }
  }
  .time,
  .number,
  input {
    font-variant-numeric: tabular-nums;
  }
  @media (prefers-reduced-motion: no-preference) {
    .waiting .marks {
      animation: breathe 1.8s ease-in-out 0.4s infinite;
    }
    .notice .words {
      animation: appear 0.15s;
    }
    .slow {
      animation: appear 0.2s;
    }
    .fresh .left {
      transition: stroke-dasharray 0.3s cubic-bezier(0.2, 0, 0, 1);
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (forced-colors: active) {
    .sunken {
      border: 1px solid CanvasText;
    }
    .marks {
      stroke: CanvasText;
      stroke-width: 0.43px;
    }
    .eye {
      fill: CanvasText;
    }
    .ring {
      stroke: CanvasText;
    }
    .left {
      stroke: Highlight;
    }
  }
  @media (prefers-contrast: more), (forced-colors: active) {
    .ring {
      stroke-width: 1px;
    }
    .ring .left {
      stroke-width: 3px;
    }
  }
`;
