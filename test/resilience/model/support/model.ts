import assert from "node:assert/strict";
import { rules, type AttemptState, type Code, type Shown } from "./attempt-state.js";
import { done, refused, unknown, type Said, type Step, type Surroundings } from "./calls.js";
import type { Call, Typed, Who } from "./steps.js";
import type { World } from "./world.js";

/** An attempt in the model: one state, or several if the answers so far leave it open. */
export interface ModelAttempt {
  readonly id: string;
  /** The cookie of the browser that started it. */
  readonly owner: string;
  readonly browser: 0 | 1 | 2;
  readonly startedAt: number;
  /** All tickets that its page got, the newest last. */
  readonly tickets: string[];
  states: AttemptState[];
}

/** The model of a whole run. */
export class Model {
  /** The cookies of three browsers. */
  readonly cookies: (string | undefined)[] = [undefined, undefined, undefined];
  /** Their cookies by which they are known, and since when for which users. */
  readonly knownCookies: (string | undefined)[] = [undefined, undefined, undefined];
  readonly knownSince = new Map<string, ReadonlyMap<string, number>>();
  readonly attempts: ModelAttempt[] = [];
  /** How many callbacks came for each code. */
  readonly callbacks = new Map<string, number>();
  /** Counts the calls without the right cookie. Each step makes another kind of them. */
  tries = 0;
  /** How many steps were taken. */
  steps = 0;
  /** The answer for an unknown id, by path. */
  readonly unknown: Record<string, string> = {};

  /** The attempt at an index from the newest. Undefined if there is none yet. */
  attempt(index: number): ModelAttempt | undefined {
    return fromNewest(this.attempts, index);
  }

  /** The attempt for calls: if one of them redeems a ticket, an attempt that has any. */
  attemptFor(calls: readonly Call[], index: number): ModelAttempt | undefined {
    const redeems = calls.some((call) => call.do === "redeem");
    const ticketed = this.attempts.filter(({ tickets }) => redeems && tickets.length > 0);
    return fromNewest(ticketed.length > 0 ? ticketed : this.attempts, index);
  }
}

const fromNewest = <T>(all: readonly T[], index: number): T | undefined =>
  all[all.length - 1 - (index % Math.max(1, all.length))];

/** An id of no attempt. */
export const nobodysId = "AAAAAAAAAAAAAAAAAAAAAA";

/** A ticket that nobody got. */
const inventedTicket = (attempt: string): string => `${attempt}.${"A".repeat(43)}`;

/** Keeps the states that explain the answers. Fails if there is none. */
export function settleOn(made: Made[], attempt: ModelAttempt | undefined, world: World): void {
  world.monitor.check();
  if (!attempt) {
    for (const { said } of made)
      assert.ok(said === undefined || [unknown, refused, done].includes(said), said);
    return;
  }
  const states = explain(attempt.states, made);
  if (states.length === 0 && world.isBlind) return;
  const answers = made.map(({ step, said }) => `${step.key}: ${said ?? "no answer"}`).join(" · ");
  assert.ok(
    states.length > 0,
    `No order of things explains\n  ${answers}\nof ${attempt.id} at ${world.clock.now()}, which was\n  ${attempt.states
      .map((state) => JSON.stringify(state))
      .join("\n  ")}`,
  );
  attempt.states = states;
}

export function cookieOf(who: Who, attempt: ModelAttempt | undefined, model: Model): string | undefined {
  switch (who) {
    case "owner":
      return attempt?.owner;
    case "nobody":
      return undefined;
    case "malformed":
      return attempt?.owner.slice(0, -1);
    case 0:
    case 1:
    case 2:
      return model.cookies[who];
    default:
      return who satisfies never;
  }
}

/** The cookie by which the browser is known. */
export const knownCookieOf = (
  who: Who,
  attempt: ModelAttempt | undefined,
  model: Model,
): string | undefined =>
  model.knownCookies[typeof who === "number" ? who : who === "owner" && attempt ? attempt.browser : NaN];

/** The users that a browser with this cookie is known for. */
export const knownFor = (cookie: string | undefined, model: Model, now: number): Shown["knownFor"] =>
  [...(model.knownSince.get(cookie ?? "") ?? [])].flatMap(([user, since]) =>
    now - since < rules.rememberMs ? [user] : [],
  );

const otherNumbers: Partial<Record<Typed, string | null>> = {
  null: null,
  wrong: "0000",
  "another wrong": "1111",
};

/** The number that a browser posts, if any. */
export const typedNumber = (attempt: ModelAttempt | undefined, typed: Typed): string | null | undefined =>
  typeof typed === "number" ? codeOf(attempt, typed)?.number : otherNumbers[typed];

/** A ticket of an attempt, counted from the newest; an invented one if it has none. */
export const ticketOf = (
  { id, tickets }: Pick<ModelAttempt, "id" | "tickets">,
  index: number | "invented",
): string => (index === "invented" ? undefined : fromNewest(tickets, index)) ?? inventedTicket(id);

export const codeOf = (attempt: ModelAttempt | undefined, index: number): Code | undefined =>
  fromNewest(attempt?.states[0]?.codes ?? [], index);

export function surroundings(world: World, isRace: boolean): Surroundings {
  const { clock, tokenServer } = world;
  const now = clock.now();
  // Only polls before these calls. The model computes the polls of the calls.
  const memory = tokenServer.memory();
  return {
    now,
    // It grows while a call runs.
    get slackMs() {
      return world.slackMs;
    },
    verdict: (id) => tokenServer.verdict(id),
    mustPoll: (id) => !isRace && now - memory.polledAt(id) >= rules.pollIntervalMs,
    unansweredSince: (id, since) => !isRace && memory.answeredAt(id) < since,
  };
}

/** A call and its answer. */
export interface Made {
  step: Step;
  /** The answer. Undefined if the server died before it answered. */
  said: Said | undefined;
  /** Whether its server died and so may have stopped at any step. */
  mayStop: boolean;
}

/**
 * The possible states of an attempt after concurrent calls: the results of every order of their steps that gives
 * exactly the observed answers. Empty if no order does.
 */
function explain(states: readonly AttemptState[], calls: readonly Made[]): AttemptState[] {
  const seen = new Set<string>();
  const found = new Map<string, AttemptState>();
  const visit = (state: AttemptState, running: readonly Made[]): void => {
    const shape = JSON.stringify(state);
    const key = `${shape} ${running.map(({ step, said, mayStop }) => `${step.key} ${said} ${mayStop}`).join("; ")}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (running.length === 0) found.set(shape, state);
    running.forEach((call, index) => {
      const others = running.toSpliced(index, 1);
      if (call.mayStop) visit(state, others);
      for (const move of call.step.moves(state)) {
        if (typeof move.next !== "string")
          visit(move.state, running.with(index, { ...call, step: move.next }));
        else if (call.said === undefined || call.said === move.next) visit(move.state, others);
      }
    });
  };
  for (const state of states) visit(state, calls);
  return [...found.values()];
}
