import { css } from "./css.js";

/** What to do, in three steps. */
export const stepsStyles = css`
  ol {
    display: grid;
    gap: calc(10 * var(--_u));
    margin-block-start: calc(8 * var(--_u));
    padding: 0;
    counter-reset: step;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    --_u: max(1px, 1em / 15);
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
    --_u: max(1px, 1em / 12);
    inline-size: calc(24 * var(--_u));
    block-size: calc(24 * var(--_u));
    margin-inline-end: calc(12 * var(--_u));
    border: 1px solid var(--_line);
    border-radius: 50%;
    color: var(--_muted);
    font-size: max(12px, 0.8em);
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
    margin-inline-end: calc(6 * var(--_u)) !important;
    vertical-align: -0.15em;
  }
  ol slot[name="app-icon"]::slotted(*) {
    block-size: calc(4em / 3);
    border-radius: 5px;
    vertical-align: -0.3em;
  }
  .past slot::slotted(*) {
    filter: grayscale(1);
    opacity: 0.6;
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
`;
