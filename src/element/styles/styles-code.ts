import { css } from "lit";

/** The code, the time, the steps and the large code. What keeps the code readable is `!important`, above any rule of a site. */
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
  /* The disc is in the middle, and stays there: words grow downwards, and two lines of each have room in a narrow card too. */
  .notice {
    grid-template-rows: 1fr auto minmax(min-content, 1fr);
    place-items: start center;
  }
  .notice > .disc {
    grid-row: 2;
  }
  .notice > .disc:not(.done) {
    background: var(--_surface);
  }
  .notice > .words {
    grid-row: 3;
    min-block-size: 7.75em;
    padding: 14px 10px 10px;
  }
  /* The words give room for a longer error. */
  .ask {
    grid-template-rows: auto minmax(min-content, 6.375em) auto;
    place-items: start center;
    align-content: start;
  }
  .ask > * {
    grid-area: auto;
  }
  .ask > .disc {
    margin-block-start: 2.5em;
    background: var(--_surface);
    font-size: 0.6em;
  }
  .ask > .words {
    padding: 8px 10px;
  }
  form .message + .second {
    margin-block-start: 4px;
  }
  /* Under one another, or field and button in one line. */
  .entry {
    display: grid;
    grid-template: "field" "error" "go" / minmax(0, 1fr);
    gap: 9px 10px;
    inline-size: 100%;
    padding: 0 min(16px, 25% - 61px) 8px;
  }
  .error {
    grid-area: error;
    min-block-size: 1.125em;
  }
  .ask .error {
    padding-inline: 4px;
  }
  .entry > .button {
    grid-area: go;
    padding-inline: 8px;
    overflow-wrap: normal;
  }
  input {
    grid-area: field;
    justify-self: center;
    inline-size: min(100%, 6.2857em);
    padding: 7px 0;
    border: 1px solid var(--_control);
    border-radius: var(--onegini-otp-login-button-radius, 10px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    font-size: 1.75em;
    font-weight: 600;
    line-height: 1.2857;
    letter-spacing: 0.28em;
    text-align: center;
    text-indent: 0.28em;
  }
  /* Field and button in one line, if the text is not so large that a word would break. */
  @container (17em <= inline-size < 360px) {
    .ask > .disc {
      margin-block-start: 1em;
    }
    .entry {
      grid-template: "field go" "error error" / minmax(0, 1.7fr) 1fr;
    }
    input {
      inline-size: 100%;
    }
  }
  @container (17em <= inline-size) {
    .asking .entry {
      grid-template: "field go" "error error" / minmax(0, 1.7fr) 1fr;
    }
    .asking input {
      inline-size: 100%;
    }
  }
  [aria-invalid] {
    padding-block: 6px;
    border: 2px solid var(--_text);
  }
  #error {
    justify-content: center;
    color: inherit;
    font-weight: 600;
  }
  .layer.asking {
    gap: 0;
  }
  .asking > .row {
    column-gap: 18px;
    margin-block-start: 8px;
  }
  .asking .words {
    text-align: start;
  }
  .asking .entry {
    padding: 8px 0 0;
  }
  .asking #error {
    justify-content: start;
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
  ol {
    display: grid;
    gap: 10px;
    margin-block-start: 8px;
    padding: 0;
    counter-reset: step;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    counter-increment: step;
    font-size: 0.9375em;
    line-height: 1.4667;
  }
  .number:empty::before {
    content: counter(step);
  }
  .number {
    display: grid;
    place-items: center;
    inline-size: 2em;
    block-size: 2em;
    margin-inline-end: 12px;
    border: 1px solid var(--_line);
    border-radius: 50%;
    color: var(--_muted);
    font-size: 0.8em;
    font-weight: 600;
  }
  /* The last step becomes bold after the scan. An unseen bold copy keeps its place, so that no line breaks then. */
  li > :last-child,
  li::after {
    grid-area: 1 / 2;
  }
  li::after {
    visibility: hidden;
    content: attr(data-bold);
  }
  strong,
  li::after,
  [aria-current] {
    font-weight: 600;
  }
  .past {
    color: var(--_muted);
  }
  ol slot::slotted(*) {
    inline-size: auto;
    block-size: 1em;
    margin-inline-end: 6px !important;
    vertical-align: -0.15em;
  }
  ol slot[name="app-icon"]::slotted(*) {
    block-size: calc(4em / 3);
    border-radius: 5px;
    vertical-align: -0.3em;
  }
  .past slot::slotted(*) {
    filter: grayscale(1);
  }
  .past .number {
    border-color: transparent;
    background: var(--_sunken);
  }
  [aria-current] .number {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  /* The least width of the dialog is the code's, from which a script reads it. */
  dialog {
    --_text: #15181e;
    --_muted: #535b68;
    --_box: min(608px, 92dvmin - 2px, 92dvh - 89px) !important;
    min-inline-size: var(--_box) !important;
    inline-size: min(640px, 92vmin);
    max-inline-size: 92vw;
    max-block-size: 92dvh !important;
    margin: auto;
    overflow: auto !important;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 20px;
    background: #fff;
    color: var(--_text);
    color-scheme: only light;
    box-shadow: 0 24px 64px rgb(14 16 22 / 0.3);
  }
  dialog::backdrop {
    background: rgb(14 16 22 / 0.6);
  }
  .large {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    padding: 12px 12px 22px;
  }
  .large h2 {
    padding-inline-start: 12px;
    font-size: 1.0625em;
    letter-spacing: inherit;
  }
  .large .time {
    font-size: 0.875em;
  }
  .box,
  .large .time {
    grid-column: 1 / -1;
    justify-self: center;
  }
  .box {
    display: grid;
    place-items: safe center;
    inline-size: var(--_box);
    margin: -5px -12px -10px;
    aspect-ratio: 1;
  }
  /* On a low screen the words are beside the code, which gets their height. */
  @media (max-height: 600px) and (min-aspect-ratio: 3/2) {
    dialog {
      --_box: calc(92dvh - 2px) !important;
      inline-size: fit-content;
    }
    .large {
      place-items: start;
      grid-template: 1fr auto 1fr / auto minmax(0, 1fr);
      column-gap: 16px;
      padding: 0;
      padding-inline-end: 32px;
    }
    /* Where large words need more than the window, they move and the code stays. */
    .box {
      position: sticky;
      inset: 0;
      grid-area: 1 / 1 / -1;
      margin: 0;
    }
    .large h2 {
      align-self: end;
      padding: 0;
    }
    .large .time {
      grid-column: auto;
      justify-self: auto;
      margin-block: 8px 4px;
    }
    .large .close {
      order: 1;
      inline-size: auto;
      margin-inline-start: -9px;
      padding-inline: 8px;
      color: inherit;
    }
    .close .icon {
      display: none;
    }
    .close::after {
      content: attr(aria-label);
    }
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
    dialog {
      --_text: CanvasText;
      --_muted: CanvasText;
    }
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
