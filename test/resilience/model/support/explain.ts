import type { AttemptState } from "./attempt-state.js";
import type { Said, Step } from "./calls.js";

/** A call and what came of it. */
export interface Made {
  step: Step;
  /** What was answered; undefined if the answer was lost with its server. */
  said: Said | undefined;
  /** Whether its server died, so that it may have stopped anywhere. */
  mayStop: boolean;
}

/**
 * The states in which an attempt may be after calls that were made at the same time: those of every order of their steps
 * that brings the very answers that were given. None, if no order does.
 */
export function explain(states: readonly AttemptState[], calls: readonly Made[]): AttemptState[] {
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
