import assert from "node:assert/strict";
import { rules, type AttemptState } from "./attempt-state.js";
import { done, unknown, type Surroundings } from "./calls.js";
import { explain, type Made } from "./explain.js";
import type { Who } from "./steps.js";
import type { World } from "./world.js";

/** An attempt as the model knows it: one state, or several where the answers so far leave it open. */
export interface ModelAttempt {
  readonly id: string;
  /** The cookie of the browser that started it. */
  readonly owner: string;
  readonly startedAt: number;
  states: AttemptState[];
}

/** What the model believes. */
export class Model {
  /** The cookies of three browsers. */
  readonly cookies: (string | undefined)[] = [undefined, undefined, undefined];
  readonly attempts: ModelAttempt[] = [];
  /** Counts the attempts at reading without the cookie, so that each step brings another. */
  tries = 0;
  /** How many steps were taken. */
  steps = 0;
  /** What is answered about an id that nobody was given, to a call of that path. */
  readonly unknown: Record<string, string> = {};

  /** Counted from the newest; undefined as long as there is none. */
  attempt(index: number): ModelAttempt | undefined {
    return this.attempts[this.attempts.length - 1 - (index % Math.max(1, this.attempts.length))];
  }
}

/** An id that nobody was given. */
export const nobodysId = "AAAAAAAAAAAAAAAAAAAAAA";

/** Takes over what the answers say; fails if nothing explains them. */
export function settleOn(made: Made[], attempt: ModelAttempt | undefined, world: World): void {
  world.monitor.check();
  if (!attempt) {
    for (const { said } of made) assert.ok(said === undefined || said === unknown || said === done, said);
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

export const codeOf = (attempt: ModelAttempt | undefined, index: number): string | undefined => {
  const codes = attempt?.states[0]?.codes ?? [];
  return codes[codes.length - 1 - (index % Math.max(1, codes.length))]?.id;
};

export function surroundings({ clock, slackMs, tokenServer }: World, isRace: boolean): Surroundings {
  const now = clock.now();
  // What was asked before these calls; what they ask themselves is for the model to say.
  const memory = tokenServer.memory();
  return {
    now,
    slackMs,
    verdict: (id) => tokenServer.verdict(id),
    mustAsk: (id) => !isRace && now - memory.askedAt(id) >= rules.restMs,
    unheardSince: (id, since) => !isRace && memory.answeredAt(id) < since,
  };
}
