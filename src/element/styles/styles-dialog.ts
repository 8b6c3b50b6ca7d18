import { css } from "./css.js";

/** The large code. */
export const dialogStyles = css`
  /* The least width of the dialog is the code's, from which a script reads it. */
  dialog {
    --_text: #15181e;
    --_muted: #535b68;
    --_accent: var(--onegini-otp-login-dialog-accent, #1f4fd1);
    --_focus: var(--_accent);
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
    font-size: max(12px, 0.875em);
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
  @media (forced-colors: active) {
    dialog {
      --_text: CanvasText;
      --_muted: CanvasText;
    }
  }
`;
