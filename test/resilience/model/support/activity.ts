import { setImmediate as eventLoopTurn } from "node:timers/promises";

/** After so many turns of the event loop everything has happened that waits for no answer from outside. */
const quietTurns = 4;

/** Counts the steps that are under way: tells when everything has come to rest, and decides which step is next. */
export class Activity {
  /**
   * Each step of a store, of `signIn` and of the Token Server waits for its turn: it comes at once, or during a race when
   * the scheduler says.
   */
  turn: (label: string) => Promise<void> = () => Promise.resolve();
  #underWay = 0;
  /** How many of them wait for their turn. */
  #held = 0;

  /** A step begins. Returns a function that ends it. */
  begin(): () => void {
    this.#underWay += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#underWay -= 1;
      isOver = true;
    };
  }

  /** Waits for the turn of a step that has begun. */
  async hold(label: string): Promise<void> {
    this.#held += 1;
    await this.turn(label);
    this.#held -= 1;
  }

  /** Resolves when every step that is under way waits for its turn. */
  async settle(): Promise<void> {
    for (let still = 0; still < quietTurns; still++) {
      await eventLoopTurn();
      if (this.#underWay > this.#held) still = -1;
    }
  }
}
