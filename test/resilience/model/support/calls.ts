import {
  acceptable,
  claimed,
  claimOver,
  expiresIn,
  forgetAt,
  isAnswer,
  mayRepeat,
  openUntil,
  renewalAbandoned,
  renewalBegun,
  renewed,
  rules,
  timeOver,
  told,
  type AttemptState,
  type Verdict,
} from "./attempt-state.js";
import { done, newCode, settled, signedIn, statusIs, unknown, type Said } from "./answers.js";

/**
 * The calls of the login API as sequences of atomic steps on one attempt. Where the design leaves something open, e.g. in
 * which order two transactions are heard of, a step has several moves.
 */
export interface Step {
  /** Names the step and all that it depends on but the attempt. */
  readonly key: string;
  moves(state: AttemptState): Move[];
}

/** Where a step may lead: to the next one, or to the end of the call, with what was answered. */
export interface Move {
  readonly state: AttemptState;
  readonly next: Step | Said;
}

/** The surroundings of a call. Time stands still while it runs. */
export interface Surroundings {
  now: number;
  /** How much earlier, or later, than to the millisecond a store may forget. */
  readonly slackMs: { early: number; late: number };
  verdict(codeId: string): Verdict;
  /** Whether no server can have asked about this code lately, so that a browser that asks makes its server ask. */
  mustAsk(codeId: string): boolean;
  /** Whether no server can have been answered about this code since then. */
  unheardSince(codeId: string, since: number): boolean;
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

/** Reads the attempt for a browser. `then` goes on if the attempt is its own. */
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
      : // Whether it is looked at for a stranger at all is not said; what strangers are told is.
        [state, claimOver(state, around.now)].flatMap((next) => end(next, unknown)),
});

/**
 * Asks about codes, in any order; about some of them perhaps not. `then` hears whether every one that was asked about was
 * answered.
 */
function asking(
  around: Surroundings,
  codes: { must: readonly string[]; may: readonly string[] },
  then: (heard: boolean) => Step,
  heard = true,
): Step {
  const without = (ids: readonly string[], gone: string): string[] => ids.filter((id) => id !== gone);
  return {
    key: `asking ${codes.must.join()} perhaps ${codes.may.join()} ${heard}, then ${then(true).key}`,
    moves: (state) => [
      ...(codes.must.length === 0 ? [{ state, next: then(heard) }] : []),
      ...[...codes.must, ...codes.may].flatMap((id) => {
        const verdict = around.verdict(id);
        const rest = { must: without(codes.must, id), may: without(codes.may, id) };
        const next = asking(around, rest, then, heard && isAnswer(verdict));
        return changes(state, around, (open) => told(open, id, verdict, around.now)).map((state) => ({
          state,
          next,
        }));
      }),
    ],
  };
}

/** Asks a last time for the results of an attempt whose time is over. */
function askingLast(state: AttemptState, around: Surroundings, then: Step): Step {
  const open = state.codes.filter(({ closed }) => !closed);
  const newest = open.at(-1)?.id ?? "";
  const older = open.filter(({ id }) => id !== newest);
  const isUnheard = ({ id, endsAt }: { id: string; endsAt: number }): boolean =>
    around.unheardSince(id, endsAt + rules.graceMs / 2);
  const must = [newest, ...older.filter(isUnheard).map(({ id }) => id)];
  const may = older.filter((code) => !isUnheard(code)).map(({ id }) => id);
  return asking(around, { must, may }, (heard) => ({
    key: `time over ${heard}, then ${then.key}`,
    moves: (asked) =>
      changes(asked, around, (now) => timeOver(now, heard, around.now)).map((state) => ({
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
  return asBrowser("status", around, isOwner, (seen) => {
    if (seen.status !== "pending") return at("answer", (state) => end(state, say(seen)), seen);
    if (now < openUntil(seen)) {
      const open = acceptable(seen, now).map(({ id }) => id);
      const must = open.filter((id) => around.mustAsk(id));
      const may = open.filter((id) => !around.mustAsk(id));
      return asking(around, { must, may }, () => answer);
    }
    const last = askingLast(seen, around, answer);
    if (seen.codes.every(({ id }) => around.mustAsk(id))) return last;
    return at("ask last or not", (state) => [last, answer].map((next) => ({ state, next })), seen);
  });
}

/** How the Token Server answers the start of a transaction: with its id, or an error that the page is told. */
export type Issue = { kind: "started"; id: string } | { kind: "error"; said: Said };

/** `POST /{attempt}/otp`. */
export function renewCall(around: Surroundings, isOwner: boolean, issue: Issue): Step {
  const { now } = around;
  const finish: Step = {
    key: "renewed",
    moves: (state) =>
      changes(state, around, (open) =>
        issue.kind === "started"
          ? renewed(open, { id: issue.id, endsAt: now + rules.codeMs })
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
        return end(seen, seen.begun < rules.codesPerAttempt ? settled : "429 too_many_requests");
      }),
  };
  return asBrowser("renew", around, isOwner, (seen) =>
    seen.status === "pending" && now >= openUntil(seen) ? askingLast(seen, around, takePlace) : takePlace,
  );
}

/** `POST /{attempt}/login`. */
export function loginCall(around: Surroundings, isOwner: boolean, signInThrows: boolean): Step {
  const { now } = around;
  const claim: Step = {
    key: "claim",
    moves: (state) =>
      changes(state, around, (open) => claimed(open, now)).flatMap((next) => {
        if (next.forgotten) return end(next, unknown);
        if (next.status === "pending") return end(next, "409 authorization_pending");
        if (!mayRepeat(next, now)) return end(next, settled);
        return end(next, signInThrows ? "500 server_error" : signedIn(next.user));
      }),
  };
  return asBrowser("login", around, isOwner, () => claim);
}

/** The work after a callback was answered 204. */
export const callbackFollowed = (around: Surroundings, codeId: string): Step => ({
  key: "callback",
  moves: (state) =>
    changes(state, around, (seen) => seen).flatMap((seen): Move[] => {
      const isOpen = seen.codes.some(({ id, closed }) => id === codeId && !closed);
      if (seen.forgotten || seen.status !== "pending" || !isOpen) return end(seen, done);
      return [{ state: seen, next: heard(around, codeId) }];
    }),
});

/** A server asks for a result by itself. */
export const heard = (around: Surroundings, codeId: string): Step => {
  const finish: Step = { key: "done", moves: (state) => end(state, done) };
  return asking(around, { must: [codeId], may: [] }, () => finish);
};

/** A step that depends on what was read of the attempt before. */
const at = (name: string, moves: Step["moves"], seen: AttemptState): Step => ({
  key: `${name} ${JSON.stringify(seen)}`,
  moves,
});
