import { html, nothing, svg, type TemplateResult } from "lit";
import { icons, type Icon } from "../../pages/demo-icons.js";
import type { Problem, Transaction } from "./sdk.js";
import type { Source, Trouble } from "./code-sources.js";
import type { BrowserHint, WayBack } from "./way-back.js";

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
  | { name: "confirm"; transaction: Transaction; answering: boolean; canGoBack: boolean }
  | { name: "accepted"; transaction: Transaction }
  | { name: "going-back"; transaction: Transaction; browser: BrowserHint; way: Exclude<WayBack, "stay"> }
  /** What to do to see the address in a browser in which no login began. */
  | { name: "elsewhere"; address: string }
  | { name: "declined"; canGoBack: boolean }
  | { name: "problem"; problem: Problem; canGoBack: boolean };

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
  /** Opens the app's one address, as an app does after Accept. */
  openAddress: () => void;
  /** Shows that address, for another browser. */
  showAddress: () => void;
  /** After Decline or an error: opens the address without `otp-return`. */
  openBrowser: () => void;
}

/** A decorative icon: the words beside it say the same. */
export const icon = (name: Icon): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${icons[name]} />`}</svg>`;

/** @param other the title's words on the other screen: their place is kept, so that what is below does not move */
export const requestView = (title: unknown, other: string, text: string) =>
  html`<h2 class="request" tabindex="-1" data-other=${other}><span>${title}</span></h2>
    <p class="site-message" lang="en">${text}</p>`;

export const numberView = (number: string | undefined, label: string) =>
  number === undefined
    ? nothing
    : html`<div class="number">
        <p>${label}</p>
        <p class="digits" dir="ltr" aria-hidden="true">${number}</p>
        <p class="visually-hidden">${digitByDigit(number)}</p>
      </div>`;

export const digitByDigit = (number: string): string => [...number].join(" ");
