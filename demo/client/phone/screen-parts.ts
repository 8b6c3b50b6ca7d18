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
  | { name: "accepted" }
  | { name: "declined" }
  | { name: "problem"; problem: Problem };

/** What a person can do on the screens. */
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
  /** After an answer: back to where the code came from. */
  finish: () => void;
}
