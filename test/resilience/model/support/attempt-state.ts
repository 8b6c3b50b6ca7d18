/**
 * An attempt as the design describes it, with its own numbers. Nothing here is imported from the kit, so that a mistake
 * of the kit cannot be in the model too.
 */

export type Status = "pending" | "approved" | "completed" | "denied" | "expired" | "failed";

export interface Code {
  readonly id: string;
  readonly endsAt: number;
  readonly closed: boolean;
  /** The number that its phone shows. */
  readonly number?: string | undefined;
}

/** A ticket, by which the site takes a login over. */
export interface Ticket {
  readonly text: string;
  readonly endsAt: number;
  readonly redeemed: boolean;
}

export interface AttemptState {
  readonly status: Status;
  /** The user who accepted, if any. */
  readonly user?: string;
  /** The code that was accepted, if any. */
  readonly accepted?: Code;
  /** Whether its page was asked for the number. */
  readonly asked: boolean;
  /** The wrong numbers that counted. */
  readonly wrongNumbers: readonly string[];
  /** Whether its browser was known for the user, or the number was typed there. */
  readonly browser?: "known" | "new";
  /** When it entered its status. */
  readonly at: number;
  /** The newest last. */
  readonly codes: readonly Code[];
  /** How many codes were begun, including those that are being started. */
  readonly begun: number;
  /** How often its browser logged in. */
  readonly logins: number;
  /** The newest one, where the site takes logins over. */
  readonly ticket?: Ticket;
  /** While it is pending: until when it is kept. It never becomes earlier. */
  readonly keptUntil: number;
  readonly forgotten: boolean;
}

const second = 1000;

/** The options of the model's site and the constants of the design. Times are in milliseconds. */
export const rules = {
  codesPerAttempt: 4,
  loginsPerAttempt: 3,
  codeMs: 60 * second,
  graceMs: 10 * second,
  /** After the grace, for the last call of an attempt that nobody watches. */
  lastCallMs: 15 * second,
  silenceMs: 60 * second,
  claimMs: 120 * second,
  /** In place of `claimMs`, for a code with a number. */
  pairingMs: 300 * second,
  wrongNumbers: 3,
  /** 0.0015 days. */
  rememberMs: 129.6 * second,
  repeatMs: 60 * second,
  ticketMs: 60 * second,
  memoryMs: 300 * second,
  /** A browser's calls make the kit poll a transaction's result at most this often. */
  pollIntervalMs: 2 * second,
  /** So many callbacks for a code make the kit poll its result at once. Anybody can post more. */
  promptCallbacks: 5,
} as const;

/** The Token Server's result of a transaction. */
export type Verdict =
  | { readonly kind: "approve"; readonly user: string }
  | { readonly kind: "deny" }
  | { readonly kind: "close"; readonly reason: "failed_to_send" | "invalid_request" | "invalid_answer" }
  | { readonly kind: "wait" }
  /** An invalid answer. `how` picks one of many kinds. */
  | { readonly kind: "nonsense"; readonly how: number }
  /** An acceptance with the id of another transaction. */
  | { readonly kind: "another" }
  | { readonly kind: "down" };

/** Whether the kit can use the answer. */
export const isAnswer = ({ kind }: Verdict): boolean =>
  kind === "approve" || kind === "deny" || kind === "close" || kind === "wait";

export const begun = (code: Omit<Code, "closed">, now: number): AttemptState => ({
  status: "pending",
  at: now,
  codes: [{ ...code, closed: false }],
  begun: 1,
  asked: false,
  wrongNumbers: [],
  logins: 0,
  keptUntil: code.endsAt + rules.graceMs + rules.lastCallMs,
  forgotten: false,
});

export const isFinal = (status: Status): boolean => status !== "pending" && status !== "approved";

/** Whether a status can follow another, directly or after others. */
export const leadsTo = (from: Status, to: Status): boolean =>
  from === to ||
  from === "pending" ||
  (from === "approved" && (to === "completed" || to === "expired" || to === "failed"));

const openCodes = ({ codes }: AttemptState): Code[] => codes.filter(({ closed }) => !closed);

export const openUntil = (state: AttemptState): number =>
  Math.max(...openCodes(state).map(({ endsAt }) => endsAt)) + rules.graceMs;

/** The codes that can still be accepted. */
export const acceptable = (state: AttemptState, now: number): Code[] =>
  openCodes(state).filter(({ endsAt }) => now < endsAt + rules.graceMs);

export const claimableUntil = ({ at, accepted }: AttemptState): number =>
  at + (accepted?.number === undefined ? rules.claimMs : rules.pairingMs);

export function forgetAt(state: AttemptState): number {
  switch (state.status) {
    case "pending":
      return state.keptUntil;
    case "approved":
      return claimableUntil(state) + rules.memoryMs;
    case "completed":
      return Math.max(state.at + rules.repeatMs, state.ticket?.endsAt ?? 0) + rules.memoryMs;
    case "denied":
    case "expired":
    case "failed":
      return state.at + rules.memoryMs;
    default:
      return state.status satisfies never;
  }
}

/** The instants at which something ends. Tests move time exactly up to them. */
export function edges(state: AttemptState): number[] {
  const codes = openCodes(state).flatMap(({ endsAt }) => [endsAt, endsAt + rules.graceMs]);
  return [
    ...(state.status === "pending" ? [...codes, openUntil(state) + rules.silenceMs] : []),
    ...(state.status === "approved" ? [claimableUntil(state)] : []),
    ...(state.status === "completed" ? [state.at + rules.repeatMs] : []),
    ...(state.ticket ? [state.ticket.endsAt] : []),
    forgetAt(state),
  ];
}

/** The status answer for the attempt. */
export function expiresIn(state: AttemptState, now: number): number {
  const newest = state.codes.at(-1);
  return newest && !newest.closed ? Math.max(0, Math.floor((newest.endsAt - now) / second)) : 0;
}

const kept = (state: AttemptState, until: number): AttemptState => ({
  ...state,
  keptUntil: Math.max(state.keptUntil, until),
});

const settle = (state: AttemptState, status: Status, at: number): AttemptState => ({ ...state, status, at });

/** Applies a result of one of its codes to the attempt. */
export function withVerdict(
  state: AttemptState,
  codeId: string,
  verdict: Verdict,
  now: number,
): AttemptState {
  if (state.status !== "pending") return state;
  switch (verdict.kind) {
    case "approve":
      return {
        ...settle(state, "approved", now),
        user: verdict.user,
        accepted: state.codes.find(({ id }) => id === codeId)!,
      };
    case "deny":
      return settle(state, "denied", now);
    case "close": {
      if (!openCodes(state).some(({ id }) => id === codeId)) return state;
      const codes = state.codes.map((code) => (code.id === codeId ? { ...code, closed: true } : code));
      const next = { ...state, codes };
      return acceptable(next, now).length > 0 ? next : settle(next, "failed", now);
    }
    case "wait":
    case "nonsense":
    case "another":
    case "down":
      return state;
    default:
      return verdict satisfies never;
  }
}

/**
 * Settles an attempt whose time is over, after its open transactions were polled. `isAnswered`: whether the Token
 * Server answered.
 */
export function timeOver(state: AttemptState, isAnswered: boolean, now: number): AttemptState {
  if (state.status !== "pending") return state;
  if (isAnswered) return now >= openUntil(state) ? settle(state, "expired", now) : state;
  const silentUntil = openUntil(state) + rules.silenceMs;
  return now >= silentUntil ? settle(state, "failed", now) : kept(state, silentUntil + rules.memoryMs);
}

/** Expires an approved attempt that no browser claimed in time. The kit finds this out when it reads the attempt. */
export const claimOver = (state: AttemptState, now: number): AttemptState =>
  state.status === "approved" && now >= claimableUntil(state) ? settle(state, "expired", now) : state;

/** When a server asks for the number. */
export type Pairing = "off" | "unknown-browsers" | "always";

/** What a browser that logs in shows to a server. */
export interface Shown {
  readonly pairing: Pairing;
  /** The users that it is known for. */
  readonly knownFor: readonly string[];
  /** `null`: none, and the question is to be no error. */
  readonly number: string | null | undefined;
}

/** `over`: also for one that is not accepted. */
export type LoginOutcome = "in" | "over" | "asked" | "wrong" | "locked" | "unavailable";

/**
 * A login of its browser, the first or a repeated one. A ticket replaces the one before.
 *
 * @param ticket the text of the ticket that the page gets, where the site takes logins over
 */
export function loggedIn(
  state: AttemptState,
  now: number,
  shown: Shown,
  ticket?: string,
): { state: AttemptState; outcome: LoginOutcome } {
  const issued =
    ticket === undefined
      ? {}
      : { ticket: { text: ticket, endsAt: now + rules.ticketMs, redeemed: false } as const };
  const completed = (browser?: "known" | "new") =>
    ({
      state: { ...settle(state, "completed", now), logins: 1, ...issued, ...(browser && { browser }) },
      outcome: "in",
    }) as const;
  if (state.status === "approved" && now < claimableUntil(state)) {
    const { pairing, knownFor, number: typed } = shown;
    const number = state.accepted?.number;
    if (pairing === "off") return number === undefined ? completed() : { state, outcome: "unavailable" };
    if (pairing === "unknown-browsers" && knownFor.includes(state.user ?? "")) return completed("known");
    // A relayed code without a number must not log in.
    if (number === undefined) return { state: settle(state, "failed", now), outcome: "over" };
    if (typed === undefined || typed === null) return { state: { ...state, asked: true }, outcome: "asked" };
    if (typed === number) return completed("new");
    const before = state.wrongNumbers;
    const wrong = {
      ...state,
      asked: true,
      wrongNumbers: typed === before.at(-1) ? before : [...before, typed],
    };
    return wrong.wrongNumbers.length < rules.wrongNumbers
      ? { state: wrong, outcome: "wrong" }
      : { state: settle(wrong, "failed", now), outcome: "locked" };
  }
  return mayRepeat(state, now) && state.logins < rules.loginsPerAttempt
    ? { state: { ...state, logins: state.logins + 1, ...issued }, outcome: "in" }
    : { state, outcome: "over" };
}

/** Whether a login makes its browser known, at this server. */
export const remembers = ({ browser }: AttemptState, pairing: Pairing): boolean =>
  pairing === "unknown-browsers" && browser !== undefined;

/** Whether the browser may repeat its login, if it has not done so too often. */
export const mayRepeat = (state: AttemptState, now: number): boolean =>
  state.status === "completed" && now < state.at + rules.repeatMs && state.ticket?.redeemed !== true;

/** The site redeems a ticket for the browser that started the attempt. With `pairing`, not that of a login without a number. */
export const redeemed = (state: AttemptState, text: string, now: number, pairing: Pairing): AttemptState =>
  state.ticket?.text === text &&
  !state.ticket.redeemed &&
  now < state.ticket.endsAt &&
  (pairing === "off" || state.browser !== undefined)
    ? { ...state, ticket: { ...state.ticket, redeemed: true } }
    : state;

/** A renewal is counted before the Token Server starts its transaction. */
export const renewalBegun = (state: AttemptState): AttemptState | undefined =>
  state.status === "pending" && state.begun < rules.codesPerAttempt
    ? { ...state, begun: state.begun + 1 }
    : undefined;

export const renewalAbandoned = (state: AttemptState): AttemptState =>
  state.status === "pending" && state.begun > state.codes.length
    ? { ...state, begun: state.begun - 1 }
    : state;

export const renewed = (state: AttemptState, code: Omit<Code, "closed">): AttemptState =>
  state.status === "pending"
    ? kept(
        { ...state, codes: [...state.codes, { ...code, closed: false }] },
        code.endsAt + rules.graceMs + rules.lastCallMs,
      )
    : state;
