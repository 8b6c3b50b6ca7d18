import type { LimitName, LoginKitEvent } from "onegini-otp-login/server";
import { errorStatus } from "../../../protocol/login-api.js";

/*
 * Every value that a label can have, so that each series is there, at 0, from the start: a rate misses the first event of one
 * that begins with it. The types name a value that is missing.
 */

const namesOf = <Name extends string>(all: Record<Name, true>): readonly Name[] => Object.keys(all) as Name[];

type EventOf<Type extends LoginKitEvent["type"]> = Extract<LoginKitEvent, { type: Type }>;

/** Why a call of the login API was refused; the last two: one of the internal port, without its secret or with that of other calls. */
export const refusals: readonly string[] = [
  ...Object.keys(errorStatus),
  "invalid_client",
  "insufficient_scope",
];

export const ticketRefusals = namesOf<EventOf<"ticket_refused">["reason"]>({
  unknown: true,
  no_cookie: true,
  other_browser: true,
  used: true,
  expired: true,
  revoked: true,
  unnumbered: true,
});

/** What the store keeps in a format. */
export const storedKinds = namesOf<EventOf<"store_unreadable">["what"]>({
  attempt: true,
  pause: true,
  mark: true,
  limit: true,
});

/** The kit's limits, and that of `POST /forget-browsers`. */
export const limits = namesOf<LimitName | "forgetBrowsers">({
  startsPerAddress: true,
  startsPerIpv6Prefix56: true,
  startsPerIpv6Prefix48: true,
  startsPerBrowser: true,
  waiting: true,
  streamsPerBrowser: true,
  streamsPerNode: true,
  tokenServerCalls: true,
  transactionsPerAttempt: true,
  loginsPerAttempt: true,
  forgetBrowsers: true,
});

export const calls = ["start", "result"] as const;

/** The statuses that a Token Server, or a proxy in front of it, is known to answer. */
const statuses = [200, 400, 401, 403, 404, 405, 408, 413, 415, 429, 500, 502, 503, 504];

/** `retried`: a 401 that is asked again with the other secret, so that it refuses nothing. */
export const callResults: readonly string[] = [...statuses.map(String), "retried", "other", "no_answer"];

/** What a call to the Token Server counts as: its status, or `other` for one that is not expected. */
export const callResult = (status: number): string => (statuses.includes(status) ? String(status) : "other");

/**
 * What happened with the number on the phone. `right`: the site redeemed a login of a new browser. `wrong`: one number.
 * `failed`: too many wrong ones. `unanswered`: nobody typed it in time.
 */
export const numberResults = ["asked", "right", "wrong", "failed", "unanswered"] as const;

/**
 * What is wrong around the number. `sprayed`: many users typed only wrong ones at one address. `unavailable`, `unnumbered_…`:
 * servers have different settings of `pairing`. `browsers_lost`: the site does not send the cookie of known browsers on.
 */
export const numberProblems = [
  "sprayed",
  "unavailable",
  "unnumbered_refused",
  "unnumbered_allowed",
  "browsers_lost",
] as const;

/** The problem that an event tells of; undefined for others. */
export function numberProblem(event: LoginKitEvent): (typeof numberProblems)[number] | undefined {
  if (event.type === "numbers_sprayed") return "sprayed";
  if (event.type === "pairing_unavailable") return "unavailable";
  if (event.type === "unnumbered_login") return event.allowed ? "unnumbered_allowed" : "unnumbered_refused";
  return event.type === "known_browsers_lost" ? "browsers_lost" : undefined;
}

/** What an event means for the number; undefined for others. */
export function numberResult(event: LoginKitEvent): (typeof numberResults)[number] | undefined {
  if (event.type === "number_asked") return "asked";
  if (event.type === "wrong_number") return "wrong";
  if (event.type === "pairing_failed") return "failed";
  if (event.type === "ticket_redeemed" && event.browser === "new") return "right";
  if (event.type === "attempt_expired" && event.asked) return "unanswered";
  return undefined;
}
