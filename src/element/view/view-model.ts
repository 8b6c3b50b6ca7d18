import type { Words } from "../i18n/languages.js";
import type { Link, State } from "../flow/state.js";
import type { Countdown } from "./countdown.js";

/** All that the view depends on. */
export interface ViewModel {
  state: State;
  words: Words;
  /** The instant that is shown, in milliseconds of `Date.now()`. */
  now: number;
  /** The code's clock, while there is a code. */
  clock: Countdown | undefined;
  /** The state of the connection, as far as the person should be told of it. */
  hint: Link;
  /** Where the app link is offered: first, as on a phone that has the app; beside the code; or not at all. */
  app: "first" | "beside" | "none";
  /** The link into the app with the newest code in it, while that one works. */
  appLink: string | undefined;
  /** Whether the person opened "Use another phone". */
  otherPhone: boolean;
  /** Whether the code is shown large. */
  enlarged: boolean;
  /** Whether the page is about to be left. */
  isRedirecting: boolean;
  /** What the live region says. */
  announcement: string;
}

/** What a person can do. */
export interface Handlers {
  start: () => void;
  enlarge: () => void;
  /** The large code was closed, by whatever means. */
  shrunk: () => void;
  toggleOtherPhone: () => void;
  leaveForApp: () => void;
}

/** Whether a code can be shown: a dead one is never on the screen. */
export const hasCode = ({ clock }: ViewModel): boolean => clock !== undefined && clock.kind !== "dead";
