import {
  acceptable,
  claimableUntil,
  claimOver,
  expiresIn,
  forgetAt,
  isAnswer,
  loggedIn,
  mayRepeat,
  openUntil,
  redeemed,
  remembers,
  renewalAbandoned,
  renewalBegun,
  renewed,
  rules,
  timeOver,
  withVerdict,
  type AttemptState,
  type Pairing,
  type Shown,
  type Verdict,
  type Status,
} from "./attempt-state.js";

/**
 * The calls of the login API as sequences of atomic steps on one attempt. If the design leaves something open, such as
 * the order in which two transactions are polled, a step has several moves.
 */
export interface Step {
  /** Names the step and everything that it depends on, except the attempt. */
  readonly key: string;
  moves(state: AttemptState): Move[];
}

/** A possible result of a step: the next step, or the end of the call with its answer. */
interface Move {
  readonly state: AttemptState;
  readonly next: Step | Said;
}

/** What a call depends on besides the attempt. Time stands still during the call. */
export interface Surroundings {
  now: number;
  /** How many milliseconds too early or too late a store may forget. */
  readonly slackMs: { early: number; late: number };
  verdict(codeId: string): Verdict;
  /** True if no server can have polled this code's result lately, so that a browser's call makes its server poll. */
  mustPoll(codeId: string): boolean;
  /** True if no server can have got an answer about this code since then. */
  unansweredSince(codeId: string, since: number): boolean;
}

const end = (state: AttemptState, said: Said): Move[] => [{ state, next: said }];

/** The states after a change: the changed attempt, or a forgotten one. */
function changes(
  state: AttemptState,
  { now, slackMs }: Surroundings,
  change: (state: AttemptState) => AttemptState,
): AttemptState[] {
  const may = state.forgotten || now >= forgetAt(state) - slackMs.early;
  const must = state.forgotten || now >= forgetAt(state) + slackMs.late;
  return [...(may ? [{ ...state, forgotten: true }] : []), ...(must ? [] : [change(state)])];
}

/** Reads the attempt for a browser. Continues with `then` if the attempt belongs to that browser. */
const asBrowser = (
  call: string,
  around: Surroundings,
  isOwner: boolean,
  then: (seen: AttemptState) => Step,
): Step => ({
  key: `${call} reads`,
  moves: (state) =>
    isOwner
      ? changes(state, around, (seen) => claimOver(seen, around.now)).map((next) => ({
          state: next,
          next: next.forgotten ? unknown : then(next),
        }))
      : // The design leaves open whether the kit reads the attempt for a stranger. It fixes the answer.
        [state, claimOver(state, around.now)].flatMap((next) => end(next, unknown)),
});

/** Polls the results of codes in any order. Some codes may be left out. `then` gets whether every poll was answered. */
function pollResults(
  around: Surroundings,
  codes: { must: readonly string[]; may: readonly string[] },
  then: (isAnswered: boolean) => Step,
  isAnswered = true,
): Step {
  const without = (ids: readonly string[], gone: string): string[] => ids.filter((id) => id !== gone);
  return {
    key: `poll ${codes.must.join()} perhaps ${codes.may.join()} ${isAnswered}, then ${then(true).key}`,
    moves: (state) => [
      ...(codes.must.length === 0 ? [{ state, next: then(isAnswered) }] : []),
      ...[...codes.must, ...codes.may].flatMap((id) => {
        const verdict = around.verdict(id);
        const rest = { must: without(codes.must, id), may: without(codes.may, id) };
        const next = pollResults(around, rest, then, isAnswered && isAnswer(verdict));
        return changes(state, around, (open) => withVerdict(open, id, verdict, around.now)).map((state) => ({
          state,
          next,
        }));
      }),
    ],
  };
}

/** Polls the results once more for an attempt whose time is over. */
function lastPolls(state: AttemptState, around: Surroundings, then: Step): Step {
  const open = state.codes.filter(({ closed }) => !closed);
  const newest = open.at(-1)?.id ?? "";
  const older = open.filter(({ id }) => id !== newest);
  const isUnanswered = ({ id, endsAt }: { id: string; endsAt: number }): boolean =>
    around.unansweredSince(id, endsAt + rules.graceMs / 2);
  const must = [newest, ...older.filter(isUnanswered).map(({ id }) => id)];
  const may = older.filter((code) => !isUnanswered(code)).map(({ id }) => id);
  return pollResults(around, { must, may }, (isAnswered) => ({
    key: `time over ${isAnswered}, then ${then.key}`,
    moves: (polled) =>
      changes(polled, around, (now) => timeOver(now, isAnswered, around.now)).map((state) => ({
        state,
        next: then,
      })),
  }));
}

/** `GET /{attempt}`, without waiting. */
export function statusCall(around: Surroundings, isOwner: boolean): Step {
  const { now } = around;
  const say = (state: AttemptState): Said =>
    state.forgotten
      ? unknown
      : statusIs(state, state.status === "pending" ? expiresIn(state, now) : undefined);
  const answer: Step = {
    key: "status",
    moves: (state) =>
      changes(state, around, (seen) => claimOver(seen, now)).flatMap((next) => end(next, say(next))),
  };
  return asBrowser("status", around, isOwner, (seen) =>
    seen.status === "pending"
      ? browserPolls(seen, around, answer)
      : at("answer", (state) => end(state, say(seen)), seen),
  );
}

/** The polls that a browser's call leads to while its attempt is pending. */
function browserPolls(seen: AttemptState, around: Surroundings, then: Step): Step {
  if (around.now < openUntil(seen)) {
    const open = acceptable(seen, around.now).map(({ id }) => id);
    const must = open.filter((id) => around.mustPoll(id));
    const may = open.filter((id) => !around.mustPoll(id));
    return pollResults(around, { must, may }, () => then);
  }
  const last = lastPolls(seen, around, then);
  if (seen.codes.every(({ id }) => around.mustPoll(id))) return last;
  return at("poll a last time or not", (state) => [last, then].map((next) => ({ state, next })), seen);
}

/** The Token Server's answer to a start: the transaction's id, or an error for the page. */
export type Issue =
  { kind: "started"; id: string; number: string | undefined } | { kind: "error"; said: Said };

/** `POST /{attempt}/otp`. */
export function renewCall(around: Surroundings, isOwner: boolean, issue: Issue): Step {
  const { now } = around;
  const finish: Step = {
    key: "renewed",
    moves: (state) =>
      changes(state, around, (open) =>
        issue.kind === "started"
          ? renewed(open, { id: issue.id, endsAt: now + rules.codeMs, number: issue.number })
          : renewalAbandoned(open),
      ).flatMap((next) => {
        if (issue.kind === "error") return end(next, issue.said);
        if (next.forgotten) return end(next, unknown);
        return end(next, next.status === "pending" ? newCode(rules.codeMs / 1000) : settled);
      }),
  };
  const takePlace: Step = {
    key: "take a place",
    moves: (state) =>
      changes(state, around, (open) => open).flatMap((seen): Move[] => {
        if (seen.forgotten) return end(seen, unknown);
        const next = renewalBegun(seen);
        if (next) return [{ state: next, next: finish }];
        const refusal = end(seen, seen.begun < rules.codesPerAttempt ? settled : "429 too_many_requests");
        // A server that has found the Token Server down says so first.
        return issue.kind === "error" ? [...refusal, ...end(seen, issue.said)] : refusal;
      }),
  };
  return asBrowser("renew", around, isOwner, (seen) =>
    seen.status === "pending" && now >= openUntil(seen) ? lastPolls(seen, around, takePlace) : takePlace,
  );
}

/** What a login leads to: `signIn` runs, or the page gets this ticket. */
export type Outcome = { kind: "signIn"; throws: boolean } | { kind: "ticket"; text: string };

/** `POST /{attempt}/login`. */
export function loginCall(around: Surroundings, isOwner: boolean, shown: Shown, outcome: Outcome): Step {
  const { now } = around;
  const ticket = outcome.kind === "ticket" ? outcome.text : undefined;
  const loggedInAs = (state: AttemptState): Said => {
    if (outcome.kind === "ticket") return ticketIs(outcome.text);
    return outcome.throws ? "500 server_error" : signedIn(state.user, remembers(state, shown.pairing));
  };
  const claim: Step = {
    key: `claim ${JSON.stringify([shown, outcome])}`,
    moves: (state) =>
      changes(state, around, (open) => loggedIn(open, now, shown, ticket).state).flatMap((next) => {
        if (next.forgotten) return end(next, unknown);
        if (next.status === "pending") return end(next, "409 authorization_pending");
        const said = loggedIn(state, now, shown, ticket).outcome;
        switch (said) {
          case "in":
            return end(next, loggedInAs(next));
          case "asked":
            return end(
              next,
              numberAsked(shown.number === null ? "200 number_required" : "403 pairing_required", next, now),
            );
          case "wrong":
            return end(next, numberAsked("403 wrong_number", next, now));
          case "locked":
            return end(next, "403 pairing_failed");
          case "unavailable":
            return end(next, down);
          case "over":
            return end(next, mayRepeat(next, now) ? "429 too_many_requests" : settled);
          default:
            return said satisfies never;
        }
      }),
  };
  return asBrowser(`login ${JSON.stringify([shown, outcome])}`, around, isOwner, (seen) =>
    seen.status === "pending" ? browserPolls(seen, around, claim) : claim,
  );
}

/** `kit.redeem`, which the site calls. */
export const redeemCall = (
  around: Surroundings,
  isOwner: boolean,
  ticket: string,
  pairing: Pairing,
): Step => ({
  key: `redeem ${ticket} ${isOwner ? "by its browser" : "by another browser"}, pairing ${pairing}`,
  moves: (state) =>
    isOwner
      ? changes(state, around, (seen) => redeemed(seen, ticket, around.now, pairing)).flatMap((next) => {
          const isRedeemed = next.ticket?.redeemed === true && state.ticket?.redeemed !== true;
          return end(next, isRedeemed ? redeemedFor(next.user, remembers(next, pairing)) : refused);
        })
      : end(state, refused),
});

/**
 * The kit's work after it has answered a callback with 204.
 *
 * @param isPrompt whether it asks for the result at once; else perhaps up to two seconds later
 */
export const afterCallback = (around: Surroundings, codeId: string, isPrompt: boolean): Step => ({
  key: "callback",
  moves: (state) =>
    changes(state, around, (seen) => seen).flatMap((seen): Move[] => {
      const isOpen = seen.codes.some(({ id, closed }) => id === codeId && !closed);
      if (seen.forgotten || seen.status !== "pending" || !isOpen) return end(seen, done);
      const asked: Move = { state: seen, next: resultPoll(around, codeId) };
      return isPrompt ? [asked] : [asked, ...end(seen, done)];
    }),
});

/** A result poll that a server makes by itself. */
export const resultPoll = (around: Surroundings, codeId: string): Step => {
  const finish: Step = { key: "done", moves: (state) => end(state, done) };
  return pollResults(around, { must: [codeId], may: [] }, () => finish);
};

/** A step that depends on the attempt as it was read before. */
const at = (name: string, moves: Step["moves"], seen: AttemptState): Step => ({
  key: `${name} ${JSON.stringify(seen)}`,
  moves,
});

/** An answer, in words. */
export type Said = string;

export const unknown: Said = "404 unknown_attempt";
export const down: Said = "503 temporarily_unavailable";
export const settled: Said = "409 attempt_settled";
const statusIs = ({ status }: { status: string }, expiresIn: number | undefined): Said =>
  expiresIn === undefined ? `is ${status}` : `is ${status} for ${expiresIn} s`;
export const newCode = (seconds: number): Said => `new code for ${seconds} s`;
/** @param isKnown whether the browser is known for the user from now on */
const signedIn = (user: string | undefined, isKnown: boolean): Said =>
  `signed in ${user}${isKnown ? ", is known" : ""}`;
const ticketIs = (text: string): Said => `ticket ${text}`;
export const redeemedFor = (user: string | undefined, isKnown: boolean): Said =>
  `redeemed for ${user}${isKnown ? ", is known" : ""}`;
const numberAsked = (how: string, state: AttemptState, now: number): Said =>
  askedIs(how, {
    digits: 4,
    tries_left: rules.wrongNumbers - state.wrongNumbers.length,
    expires_in: Math.floor((claimableUntil(state) - now) / 1000),
  });
const askedIs = (how: string, { digits, tries_left, expires_in }: Asked): Said =>
  `${how}: ${digits} digits, ${tries_left} tries, ${expires_in} s`;
export const refused: Said = "refused";
/** The end of work that has no answer. */
export const done: Said = "done";

interface Asked {
  digits?: number;
  tries_left?: number;
  expires_in?: number;
}

/** The cookie of a known browser that an answer sets. */
export const knownCookieIn = (headers: Headers | undefined): string | undefined =>
  headers
    ?.getSetCookie()
    .find((set) => /^[^=]*-known=/.test(set))
    ?.split(";")[0];

/** An answer of the login API in the words of the model. Undefined if there was none. */
export async function inWords(response: Response | undefined): Promise<Said | undefined> {
  if (!response) return undefined;
  const body = (await json(response)) as Asked & {
    status?: string;
    otp?: string;
    error?: string;
    user?: string;
    ticket?: string;
    number_required?: true;
  };
  if (response.status === 201 && body.otp) return newCode(body.expires_in ?? NaN);
  if (response.status === 200 && body.status) return statusIs({ status: body.status }, body.expires_in);
  if (response.status === 200 && body.user)
    return signedIn(body.user, knownCookieIn(response.headers) !== undefined);
  if (response.status === 200 && body.ticket) return ticketIs(body.ticket);
  const said = `${response.status} ${body.number_required ? "number_required" : body.error}`;
  return body.tries_left === undefined ? said : askedIs(said, body);
}

/** The JSON of an answer. */
export const json = async (response: Response | undefined): Promise<unknown> =>
  JSON.parse((await response?.text()) || "{}");

/** The ticket in an answer. */
export const ticketIn = (said: Said | undefined): string | undefined =>
  said?.startsWith("ticket ") ? said.slice("ticket ".length) : undefined;

/** The status that a status answer shows. */
export const shownStatus = (said: Said | undefined): Status | undefined =>
  said?.startsWith("is ") ? (said.split(" ")[1] as Status) : undefined;

/** Everything in an answer that a client can see, except its `Date`. */
export async function bytesOf(response: Response | undefined): Promise<string> {
  const headers = [...(response?.headers ?? [])].filter(([name]) => name !== "date");
  // A stream would never end.
  const isStream = response?.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (isStream) await response?.body?.cancel();
  const body = isStream ? "a stream" : await response?.text();
  return JSON.stringify([response?.status, response?.statusText, headers, body]);
}
