import { html, svg, type TemplateResult } from "lit";
import { icons, type Icon } from "../../pages/demo-icons.js";
import type { Problem, Transaction } from "./sdk.js";
import type { Source, Trouble } from "./code-sources.js";

/** What the phone shows. */
export type Screen =
  | { name: "home" }
  | {
      name: "scanning";
      source: Source;
      /** Why there is nothing to read yet. */
      trouble?: Trouble | undefined;
    }
  | { name: "checking" }
  | { name: "confirm"; transaction: Transaction; answering: boolean }
  | { name: "accepted"; transaction: Transaction }
  | { name: "declined" }
  | { name: "problem"; problem: Problem };

export interface Actions {
  scan: () => void;
  look: (source: Source) => void;
  readPhoto: (photo: Blob) => void;
  share: () => void;
  answer: (accept: boolean) => void;
  enroll: () => void;
  unlock: () => void;
  /** Back to the first screen. */
  close: () => void;
  /** After an answer: back to the page that opened the app. */
  finish: () => void;
}

/** A decorative icon: the words beside it say the same. */
export const icon = (name: Icon): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${icons[name]} />`}</svg>`;
