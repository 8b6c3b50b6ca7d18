import { css } from "lit";

/** The question for the number on the phone: in the square, or in the layer of a phone. */
export const numberStyles = css`
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
`;
