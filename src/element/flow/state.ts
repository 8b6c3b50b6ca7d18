import type { ApiErrorCode, LoginAnswer } from "../../protocol/login-api.js";

/** A code that can be shown. Its instants are milliseconds of `Date.now()`, set when the answer arrived. */
export interface Code {
  /** The text that the QR code holds. */
  otp: string;
  /** When it arrived. */
  since: number;
  /** When the next code is to be asked for, if there is to be one. */
  renewAt: number;
  /** When its time is up. */
  endsAt: number;
}

/** How the page hears of the status: a hint to the person, not a phase. */
export type Link = "live" | "reconnecting" | "offline";

/** Codes of the `error` event: the login API's own, and those that only a browser meets. */
export type LoginErrorCode =
  ApiErrorCode | "network_error" | "invalid_response" | "cookies_blocked" | "login_refused";

/** Why an attempt failed: enough to choose the words, the button and the event. */
export interface Failure {
  code: LoginErrorCode;
  /** What was being done: asking for the first code, waiting for the phone, or logging in. */
  during: "start" | "pending" | "login";
  /** Whether the browser said that it was offline. */
  offline: boolean;
  /** When trying again makes sense (`Retry-After`), in milliseconds of `Date.now()`. */
  retryAt?: number;
  /** What was thrown, or the answer that was refused. */
  cause?: unknown;
}

/** The phases of the element, each with what is known in it. */
export type State =
  | { phase: "idle" }
  | { phase: "requesting" }
  | {
      phase: "pending";
      attempt: string;
      code: Code;
      /** How many fresh codes this attempt has had. */
      renewed: number;
      link: Link;
    }
  | { phase: "approved"; attempt: string }
  | { phase: "completed"; answer: LoginAnswer }
  | { phase: "denied" }
  | { phase: "expired"; attempt: string }
  | { phase: "failed"; failure: Failure };

/** The name of a phase: the element's `state`. */
export type Phase = State["phase"];

/** What the flow says happened. */
export type Action =
  | { type: "requested" }
  | { type: "started"; attempt: string; code: Code; renewed: number }
  | { type: "renewed"; code: Code; renewed: number }
  | { type: "spent"; now: number }
  | { type: "link"; link: Link }
  | { type: "approved"; attempt: string }
  | { type: "completed"; answer: LoginAnswer }
  | { type: "denied" }
  | { type: "expired"; attempt: string }
  | { type: "failed"; failure: Failure }
  | { type: "cancelled" };

export const initialState: State = { phase: "idle" };

/**
 * The whole of the element's behaviour in one table: the next state for every state and action. An action that does
 * not fit the state changes nothing, and the very same state comes back.
 */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "requested":
      return { phase: "requesting" };
    case "cancelled":
      return state.phase === "idle" ? state : { phase: "idle" };
    case "started": {
      const { attempt, code, renewed } = action;
      return state.phase === "requesting"
        ? { phase: "pending", attempt, code, renewed, link: "live" }
        : state;
    }
    case "renewed":
      return state.phase === "pending" ? { ...state, code: action.code, renewed: action.renewed } : state;
    case "spent":
      // The server closed the newest transaction: a code that is good for nothing is not shown.
      return state.phase === "pending" ? { ...state, code: { ...state.code, endsAt: action.now } } : state;
    case "link":
      return state.phase === "pending" && state.link !== action.link
        ? { ...state, link: action.link }
        : state;
    case "approved":
      // `expired` too: an acceptance in the server's grace still logs in.
      return isWaiting(state) || state.phase === "expired"
        ? { phase: "approved", attempt: action.attempt }
        : state;
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

const isWaiting = (state: State): boolean => state.phase === "requesting" || state.phase === "pending";
