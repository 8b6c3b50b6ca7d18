import { change } from "../attempt/transitions.js";
import type { Core } from "../core.js";
import { PendingTasks } from "../pending-tasks.js";
import type { Revocation } from "../pairing/revocations.js";

/** How long after its time an attempt is ended, because the servers' clocks differ a little. */
const marginMs = 1000;

/** The store may be down, or its clock may have been set back. */
const retryMs = 10_000;

/** Far more than a page makes: a person types three numbers, and lost answers are repeated. */
const maxCalls = 60;

interface Asked {
  /** The login calls so far, and those that are under way. */
  calls: number;
  running: number;
  /** What the site says of its user, while it is being asked: many calls at once ask it once. */
  revocation?: Promise<Revocation | undefined> | undefined;
  /** Cancels what is planned for its end. Undefined until its page was asked. */
  cancel?: (() => void) | undefined;
}

/**
 * The approved attempts whose browsers call. Each one whose page was asked for a number is ended when its time is over, so that
 * the event `attempt_expired` tells of a number that nobody types: an attacker's page may never call again.
 */
export class AskedAttempts {
  readonly #core: Pick<Core, "attempts" | "config" | "runtime">;
  readonly #asked = new Map<string, Asked>();
  readonly #tasks = new PendingTasks();
  #isClosed = false;

  constructor(core: Pick<Core, "attempts" | "config" | "runtime">) {
    this.#core = core;
  }

  /** Runs a login call of an attempt. Undefined if there were too many. */
  async call<T>(attempt: string, run: () => Promise<T>): Promise<T | undefined> {
    const asked = this.#asked.get(attempt) ?? { calls: 0, running: 0 };
    this.#asked.set(attempt, asked);
    if (asked.calls >= maxCalls) return undefined;
    asked.calls += 1;
    asked.running += 1;
    try {
      return await run();
    } finally {
      asked.running -= 1;
      if (asked.running === 0 && !asked.cancel && this.#asked.get(attempt) === asked)
        this.#asked.delete(attempt);
    }
  }

  /** Asks the site once for all calls of an attempt that are under way. */
  revocationOf(attempt: string, ask: () => Promise<Revocation | undefined>): Promise<Revocation | undefined> {
    const asked = this.#asked.get(attempt);
    if (!asked) return ask();
    asked.revocation ??= ask().finally(() => (asked.revocation = undefined));
    return asked.revocation;
  }

  /** Its page was asked: ends it later, unless it has logged in. @param until the end of its time, in ms since the epoch */
  add(attempt: string, until: number): void {
    const asked = this.#asked.get(attempt) ?? { calls: 0, running: 0 };
    if (!this.#isClosed && !asked.cancel) this.#plan(attempt, asked, until, until + marginMs);
  }

  /** The attempt is over. */
  delete(attempt: string): void {
    this.#asked.get(attempt)?.cancel?.();
    this.#asked.delete(attempt);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of [...this.#asked.keys()]) this.delete(attempt);
    await this.#tasks.settled();
  }

  #plan(attempt: string, asked: Asked, until: number, at: number): void {
    const { runtime } = this.#core;
    const run = (): void => void this.#tasks.add(this.#expire(attempt, until));
    asked.cancel = runtime.after(at - runtime.now(), run, "background");
    this.#asked.set(attempt, asked);
  }

  async #expire(id: string, until: number): Promise<void> {
    const { attempts, config, runtime } = this.#core;
    const now = runtime.now();
    // The guard reports a store that is down.
    const result = await attempts
      .read(id)
      .then((attempt) => attempt && attempts.update(attempt, change, { kind: "time_over", at: now }))
      .catch(() => "unknown" as const);
    this.#asked.delete(id);
    const isOpen = result === "unknown" || result?.attempt.state.status === "approved";
    const isForgotten = now >= until + config.timeouts.memorySeconds * 1000;
    if (isOpen && !isForgotten && !this.#isClosed)
      this.#plan(id, { calls: 0, running: 0 }, until, now + retryMs);
  }
}
