import type { Words } from "../i18n/languages.js";
import { appLinkFor } from "../links.js";
import { countdown, nextSecond, type Countdown } from "./countdown.js";
import { connectionOf, questionOf, type Connection, type State } from "../flow/state.js";

/** How long the browser must be offline before it is announced. */
export const offlineAnnouncedAfterMs = 3_000;
/**
 * When what can wait follows in a phase: the minutes of a code, and an acceptance's second line: the login may be complete by
 * then, or the number be asked for.
 */
export const followsAfterMs = 400;

/** Everything that the view depends on. */
export interface ViewModel {
  state: State;
  words: Words;
  /** The instants since which something lasts. */
  since: Since;
  /** The instant for which it is shown, in milliseconds of `Date.now()`. */
  now: number;
  /** The code's time, while there is a code. */
  clock: Countdown | undefined;
  /** The connection, shown as a hint unless it is `live`. */
  connection: Connection;
  /** How long the person waits for an answer to a request: after 5 s they read that it is slow, after 12 s they get a choice. */
  waiting: "short" | "slow" | "long";
  /** Where the app link is: first, on a phone; beside the code, on a tablet; or not shown. */
  app: "first" | "beside" | "none";
  /** The link into the app with the newest code in it, while that code works. */
  appLink: string | undefined;
  /** Whether the app comes back to this page by itself. */
  comesBack: boolean;
  /** Whether the page is in another app, whose browser may not open ours; and whether its address was copied from there. */
  isInApp: boolean;
  isCopied: boolean;
  /** Whether the person has opened the app for this code. */
  isAppOpened: boolean;
  /** Whether the person opened "Use another phone". */
  otherPhone: boolean;
  /** Whether the code is shown large. */
  enlarged: boolean;
  /** Whether it would be larger there than it is on the card. */
  isEnlargeable: boolean;
  /** Whether the page is about to be left. */
  isRedirecting: boolean;
  /** Whether the card has room for the question for the number, because a login may ask for it. */
  hasNumberRoom: boolean;
  /** The words of the site's other way to log in, if it has put one into the slot. */
  otherWay: string | undefined;
  /** What is in the number's field. */
  field: Field;
  /** Whether the person has sent fewer digits than asked for. */
  isIncomplete: boolean;
  /** Whether the number was asked for while the person was elsewhere on the page. */
  isAway: boolean;
}

/** What is in the number's field. The selection is counted in digits; it is empty where only the caret stands. */
export interface Field {
  digits: readonly string[];
  from: number;
  to: number;
  hasFocus: boolean;
}

export const emptyField: Field = { digits: [], from: 0, to: 0, hasFocus: false };

/** Instants of `Date.now()`. */
export interface Since {
  phase: number;
  connection: number;
  /** The phase's begin, or when the person last chose to keep waiting. */
  choice: number;
}

/** What a person can do. */
export interface Handlers {
  start: () => void;
  /** Asks for the next code at once, after a scan. */
  newCode: () => void;
  enlarge: () => void;
  /** The large code was closed, in any way. */
  dialogClosed: () => void;
  toggleOtherPhone: () => void;
  leaveForApp: () => void;
  /** Copies the page's address, for another browser. */
  copyAddress: () => void;
  keepWaiting: () => void;
  /** Something has changed in the number's field. */
  typed: (event: Event) => void;
  /** Sends what is in it. */
  sendNumber: (event: Event) => void;
}

/** What the model is built from, besides the state. */
interface ViewContext extends Pick<
  ViewModel,
  | "words"
  | "now"
  | "since"
  | "isInApp"
  | "isCopied"
  | "isAppOpened"
  | "otherPhone"
  | "enlarged"
  | "isEnlargeable"
  | "isRedirecting"
  | "hasNumberRoom"
  | "otherWay"
  | "field"
  | "isIncomplete"
  | "isAway"
> {
  renewals: number;
  /** Whether there is a QR code for the state's OTP. */
  hasSymbol: boolean;
  appLinkTemplate: string | null;
  /** The browser's name, for the link. */
  browser: string;
  /** Whether the screen is a phone's, and whether there is any touch screen. */
  isPhone: boolean;
  isTouch: boolean;
}

export function viewModel(state: State, context: ViewContext): ViewModel {
  const { renewals, hasSymbol, appLinkTemplate, browser, isPhone, isTouch, ...rest } = context;
  const isPending = state.phase === "pending";
  const clock =
    isPending && hasSymbol ? countdown(state.code, state.renewed >= renewals, rest.now) : undefined;
  const link = appLinkFor(appLinkTemplate, isPending ? state.code.otp : "", browser);
  return {
    ...rest,
    state,
    clock,
    connection: connectionOf(state),
    hasNumberRoom: rest.hasNumberRoom || !!questionOf(state),
    app: link === undefined ? "none" : isPhone ? "first" : isTouch ? "beside" : "none",
    // Without a code in it, the link brings back the app that shows the number.
    comesBack: browser !== "app" && !!appLinkTemplate?.includes("{browser}"),
    appLink: hasCode(clock) || questionOf(state) ? link : undefined,
    waiting: waitingFor(state, rest),
  };
}

function waitingFor(state: State, { now, since }: Pick<ViewModel, "now" | "since">): ViewModel["waiting"] {
  if (!awaitsAnswer(state) || now < since.phase + slowAfterMs) return "short";
  return now < since.choice + choiceAfterMs ? "slow" : "long";
}

const slowAfterMs = 5_000;
const choiceAfterMs = 12_000;

/** A question waits for the person, and not the person for an answer. */
const awaitsAnswer = (state: State): boolean =>
  state.phase === "requesting" || (state.phase === "approved" && state.question?.isSending !== false);

/** Whether a code can be shown: one whose time is over is never on the screen. */
export const hasCode = (clock: Countdown | undefined): boolean => !!clock && clock.kind !== "dead";

/** The next instant at which time alone changes what is shown or said; `Infinity` if there is none. */
export function nextChange(model: ViewModel, isVisible: boolean, now: number): number {
  const { state, clock, since, now: shownAt } = model;
  const instants = [
    since.connection + offlineAnnouncedAfterMs,
    since.phase + followsAfterMs,
    since.phase + slowAfterMs,
    since.choice + choiceAfterMs,
  ];
  // In a hidden tab too: when the tab is shown, a code that is over must be gone.
  if (state.phase === "pending") instants.push(state.code.endsAt);
  if (isVisible && state.phase === "failed")
    instants.push(nextSecond(state.failure.retryAt ?? 0, now), state.failure.resumesAt ?? 0);
  const question = questionOf(state);
  if (isVisible && question) instants.push(nextSecond(question.endsAt, now));
  if (isVisible && clock) instants.push(nextSecond(shownAt + clock.left, now));
  return Math.min(...instants.filter((instant) => instant > now));
}
