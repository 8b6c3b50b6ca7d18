import { setImmediate as eventLoopTurn } from "node:timers/promises";

/** Enough of them that whatever needs no answer from outside has happened. */
const quietTurns = 4;

/** What is going on, so that the model knows when everything has come to rest, and may say what goes on next. */
export class Activity {
  /**
   * Each step of a store, of `signIn` and of the Token Server waits for its turn: at once, but while a race is on, when
   * the scheduler says.
   */
  turn: (label: string) => Promise<void> = () => Promise.resolve();
  #underWay = 0;
  /** How much of it waits for its turn. */
  #held = 0;

  /** Something is under way. Returns what is to be called when it is over. */
  begin(): () => void {
    this.#underWay += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#underWay -= 1;
      isOver = true;
    };
  }

  /** A turn for something that is under way. */
  async hold(label: string): Promise<void> {
    this.#held += 1;
    await this.turn(label);
    this.#held -= 1;
  }

  /** Resolves when for a few turns of the event loop nothing has been under way but what waits for its turn. */
  async settle(): Promise<void> {
    for (let still = 0; still < quietTurns; still++) {
      await eventLoopTurn();
      if (this.#underWay > this.#held) still = -1;
    }
  }
}
