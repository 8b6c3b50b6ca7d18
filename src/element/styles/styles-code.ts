import { css } from "./css.js";

/** The code and its time. What keeps the code readable is `!important`, above any rule of a site. */
export const codeStyles = css`
  /* A canvas that is not drawn yet is 300 px wide, and must not make its column wider: the code is measured then. */
  .stage {
    grid-template-columns: minmax(0, 1fr);
    place-items: safe center;
    /* Of a code that may fill its place a larger one would cut off some of the quiet zone. */
    --_corner: min(var(--onegini-otp-login-code-radius, 14px), 30px, var(--_code) / 2 - 100px);
    border-radius: var(--_corner);
  }
  /* The code's size follows the width of its box, which must not follow the code's: no padding is added to it. */
  .code {
    inline-size: min(100%, var(--_code));
    min-inline-size: 0;
    /* In large text too, the whole of it can be seen at once. */
    max-inline-size: max(310px, 92dvh);
    aspect-ratio: 1;
    padding: 0 !important;
    place-items: safe center;
    border-radius: inherit;
  }
  .code > * {
    grid-area: 1 / 1;
  }
  .marks,
  .ring {
    position: absolute;
    inline-size: 100%;
    block-size: 100%;
    pointer-events: none;
  }
  .sunken {
    background: var(--_sunken);
  }
  .sunken .disc:not(.done) {
    background: var(--_surface);
  }
  /* As wide for each text: where a box starts does not change with what it says. */
  .words {
    inline-size: 100%;
    text-align: center;
    text-wrap: balance;
  }
  /* What is in it does not make the square higher. */
  .top {
    display: flex;
    flex-direction: column;
    place-self: stretch;
    align-items: center;
    contain: size;
  }
  /* The disc is in the middle, and stays there: words grow downwards, and only where they have no room it goes up. */
  .notice > .top::before {
    flex: 1 1 calc(24 * var(--_u));
    content: "";
  }
  .notice .words {
    flex: 1 0 0;
    padding: calc(14 * var(--_u)) calc(10 * var(--_u)) calc(10 * var(--_u));
  }
  /* One group in the middle, with the way on in it. */
  .end {
    place-content: center;
    padding: calc(10 * var(--_u));
  }
  .end > .words {
    margin-block-start: calc(14 * var(--_u));
  }
  .ways {
    display: grid;
    gap: calc(8 * var(--_u));
    min-inline-size: min(100%, calc(160 * var(--_u)));
    max-inline-size: min(100%, calc(262 * var(--_u)));
    margin-block-start: calc(19 * var(--_u));
  }
  /* As much as what else is in such a group: the disc and the gaps. */
  .layer > .unseen > .pair {
    padding: calc(84 * var(--_u)) calc(10 * var(--_u)) 0;
  }
  .unseen > .ways {
    grid-area: 2 / 1;
    justify-self: center;
    min-inline-size: 0;
    max-inline-size: min(100% - 20 * var(--_u), 262 * var(--_u));
    margin-block-end: calc(10 * var(--_u));
  }
  .eye {
    fill: var(--_finder);
    stroke: none;
  }
  .later {
    animation: appear 0s 0.4s backwards;
  }
  .plate {
    position: absolute;
    inset: 5px;
    border-radius: max(0px, var(--_corner) - 4px);
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
  .marks {
    stroke: var(--_finder);
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
  .code,
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
    columns: auto !important;
    content-visibility: visible !important;
    overflow: visible !important;
    -webkit-mask-box-image: none !important;
  }
  :host,
  section,
  .body,
  .stage,
  .code,
  dialog {
    writing-mode: horizontal-tb !important;
  }
  canvas {
    all: initial !important;
    overflow: clip !important;
    border-radius: max(0px, var(--_corner, 0px) - 4px) !important;
    image-rendering: pixelated !important;
  }
  section,
  .body,
  .stage,
  .code,
  canvas {
    position: relative !important;
    display: block !important;
    visibility: inherit !important;
  }
  .body,
  .stage,
  .code {
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
  .code,
  .close,
  canvas {
    z-index: 2147483647 !important;
  }
  .stage:has(~ .row .enlarge) canvas {
    cursor: zoom-in !important;
  }
  .row {
    display: flex;
    gap: calc(12 * var(--_u));
    align-items: center;
    justify-content: space-between;
    min-block-size: calc(44 * var(--_u));
    margin-block-start: calc(8 * var(--_u));
  }
  .time,
  .error {
    --_u: max(1px, 1em / 13);
    font-size: max(12px, 0.8125em);
    line-height: 1.3846;
  }
  .time {
    display: flex;
    gap: calc(8 * var(--_u));
    align-items: center;
    color: var(--_muted);
  }
  .time .slow {
    display: block;
  }
  .time:has(+ .link) span:has(+ .slow) {
    display: none;
  }
  /* Three lines are as high as one. */
  .row > .time,
  .row > .error {
    flex: 1 1 10em;
    margin-block: calc(-5 * var(--_u));
  }
  /* A hint has more room where it needs some: the button's icon says what it does. */
  @container (inline-size < 22.5em) or (37.5em <= inline-size < 45em) {
    .time:has(.icon) + .enlarge > span {
      display: none;
    }
    .time:has(.icon) + .enlarge > .icon {
      block-size: 1.2308em;
    }
  }
  /* In large text on a small card. */
  @container (inline-size < 17em) {
    .enlarge > span {
      display: none;
    }
    .row .enlarge > .icon {
      block-size: 1.2308em;
    }
  }
  @container (inline-size < 14em) {
    .row {
      flex-direction: column;
      gap: 0;
      align-items: stretch;
      min-block-size: calc(88 * var(--_u));
    }
    .row > * {
      flex: none;
    }
    .row > .link {
      margin-inline-start: auto;
    }
  }
  .time,
  .number,
  .cell {
    font-variant-numeric: tabular-nums;
  }
  @media (prefers-reduced-motion: no-preference) {
    .waiting .marks {
      animation: breathe 1.8s ease-in-out 0.4s infinite;
    }
    .later {
      animation-duration: 0.2s;
    }
    span.slow {
      animation: appear 0.2s;
    }
    .fresh .left {
      transition: stroke-dasharray 0.3s cubic-bezier(0.2, 0, 0, 1);
    }
  }
  @container (inline-size < 20.75em) {
    .stage {
      --_corner: min(var(--onegini-otp-login-code-radius, 14px), 20px);
    }
    .code {
      --_wider: min(
        2 * min(8 * var(--_u), var(--onegini-otp-login-padding, 8 * var(--_u))),
        var(--_code) - 100%
      );
      inline-size: calc(100% + var(--_wider));
      margin-inline: calc(var(--_wider) / -2);
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
    .sunken {
      outline: 1px solid var(--_text);
      outline-offset: -1px;
    }
    .ring {
      stroke-width: 1px;
    }
    .ring .left {
      stroke-width: 3px;
    }
  }
`;
