import type { ApiErrorCode, LoginAnswer } from "../../protocol/login-api.js";

/** A code that can be shown. Its instants are milliseconds of `Date.now()`, set when the answer arrived. */
export interface Code {
  /** The text that the QR code holds. */
  otp: string;
  /** When it arrived. */
  since: number;
  /** When the next code is requested, if there is a next one. */
  renewAt: number;
  /** When it stops working. */
  endsAt: number;
}

/** Whether the page receives the status: shown as a hint, not as a phase. */
export type Connection = "live" | "reconnecting" | "offline";

/** Codes of the `error` event: those of the login API, and those that the browser's side adds. */
export type LoginErrorCode =
  | ApiErrorCode
  | "network_error"
  | "invalid_response"
  | "cookies_blocked"
  | "login_refused"
  /** The app has come back to a browser in which no login began. Nothing was requested. */
  | "other_browser";

/** An answer of the server that was not accepted. */
export interface RejectedAnswer {
  status: number;
  /** Its body as parsed JSON; `undefined` if it is not JSON. */
  body: unknown;
}

/** Why an attempt failed: enough to choose the words, the button and the event. */
export interface Failure {
  code: LoginErrorCode;
  /** The step that failed: requesting the first code, waiting for the phone, or logging in. */
  during: "start" | "pending" | "login";
  /** Whether the browser was offline. */
  offline: boolean;
  /** When trying again makes sense (`Retry-After`), in milliseconds of `Date.now()`. */
  retryAt?: number;
  /** When a pause ends, if the server says so, in milliseconds of `Date.now()`. */
  resumesAt?: number;
  /** The answer that was not accepted, if there was one. */
  answer?: RejectedAnswer | undefined;
  /** What was thrown. */
  cause?: unknown;
}

/** The server asks for the number that only the phone shows. */
export interface Question {
  /** How many digits the number has. */
  digits: number;
  /** How many numbers may still be wrong, the next one included. */
  triesLeft: number;
  /** When the server stops waiting for the number, in milliseconds of `Date.now()`. */
  endsAt: number;
  /** How many answers said that the number was wrong, counted so that each is told apart from the one before. */
  wrong: number;
  /** Whether the person has sent a number, and the answer is not there yet. */
  isSending: boolean;
  /** `offline`: the number is sent when the browser is back online. */
  connection: Exclude<Connection, "reconnecting">;
}

/** The app has come back to this page: the login that was accepted is awaited here, or seems to have begun in another tab. */
export type Return = "here" | "otherTab";

/** The phases of the element, each with its data. */
export type State =
  | { phase: "idle" }
  | { phase: "requesting"; back?: Return }
  | {
      phase: "pending";
      attempt: string;
      code: Code;
      /** How many fresh codes this attempt has had. */
      renewed: number;
      /** Whether the site's app has scanned a code that can still be accepted. */
      scanned: boolean;
      connection: Connection;
      back?: Return;
    }
  /** With the question once the server has asked it: the login waits for the person. */
  | { phase: "approved"; attempt: string; question?: Question }
  /** Without an answer: another tab has logged in with this attempt. */
  | { phase: "completed"; answer: LoginAnswer | undefined }
  | { phase: "denied" }
  | { phase: "expired"; attempt: string }
  | { phase: "failed"; failure: Failure };

/** The name of a phase: the element's `state`. */
export type Phase = State["phase"];

/** What happened, from the flow. */
export type Action =
  /** `isBack`: the app has come back to this page. */
  | { type: "requested"; isBack?: boolean }
  /** The login that was accepted is not this attempt's, or its acceptance is late. */
  | { type: "awaitedInVain" }
  | { type: "started"; attempt: string; code: Code; renewed: number }
  | { type: "renewed"; code: Code; renewed: number }
  | { type: "codeClosed"; now: number }
  | { type: "scanned"; scanned: boolean }
  | { type: "connection"; connection: Connection }
  | { type: "approved"; attempt: string }
  | { type: "asked"; question: Question }
  | { type: "completed"; answer?: LoginAnswer }
  | { type: "denied" }
  | { type: "expired"; attempt: string }
  | { type: "failed"; failure: Failure }
  | { type: "cancelled" };

export const initialState: State = { phase: "idle" };

/**
 * The next state for every state and action. An action that does not fit the state returns the same object.
 */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "requested":
      return { phase: "requesting", ...(action.isBack && { back: "here" }) };
    case "awaitedInVain":
      return isWaiting(state) && backOf(state) ? { ...state, back: "otherTab" } : state;
    case "cancelled":
      return state.phase === "idle" ? state : { phase: "idle" };
    case "started": {
      const { attempt, code, renewed } = action;
      return state.phase === "requesting"
        ? { ...state, phase: "pending", attempt, code, renewed, scanned: false, connection: "live" }
        : state;
    }
    case "renewed":
      return state.phase === "pending" ? { ...state, code: action.code, renewed: action.renewed } : state;
    case "codeClosed":
      // The server closed the newest transaction: its code must not be shown any longer.
      return state.phase === "pending" ? { ...state, code: { ...state.code, endsAt: action.now } } : state;
    case "scanned":
      return state.phase === "pending" && state.scanned !== action.scanned
        ? { ...state, scanned: action.scanned }
        : state;
    case "connection":
      return state.phase === "pending" && state.connection !== action.connection
        ? { ...state, connection: action.connection }
        : state;
    case "approved":
      // Also from `expired`: an acceptance in the server's grace still logs in.
      return isWaiting(state) || state.phase === "expired"
        ? { phase: "approved", attempt: action.attempt }
        : state;
    case "asked":
      return state.phase === "approved" ? { ...state, question: action.question } : state;
    case "completed":
      return state.phase === "approved" ? { phase: "completed", answer: action.answer } : state;
    case "denied":
      return isWaiting(state) || state.phase === "expired" ? { phase: "denied" } : state;
    case "expired":
      return isWaiting(state) || state.phase === "approved"
        ? { phase: "expired", attempt: action.attempt }
        : state;
    case "failed":
      return isWaiting(state) || state.phase === "approved"
        ? { phase: "failed", failure: action.failure }
        : state;
    default:
      return action satisfies never;
  }
}

/** Whether the phone has not answered yet. */
export const isWaiting = (state: State): state is Extract<State, { phase: "requesting" | "pending" }> =>
  state.phase === "requesting" || state.phase === "pending";

/** Whether the app has come back to this page, and the server has not said yet that the login is accepted. */
export const backOf = (state: State): Return | undefined => (isWaiting(state) ? state.back : undefined);

/** The question for the number on the phone, while it is asked. */
export const questionOf = (state: State): Question | undefined =>
  state.phase === "approved" ? state.question : undefined;

export const connectionOf = (state: State): Connection =>
  (state.phase === "pending" ? state : questionOf(state))?.connection ?? "live";

/** Whether the person has scanned and must look at the phone. */
export const isScanned = (state: State): boolean => state.phase === "pending" && state.scanned;
