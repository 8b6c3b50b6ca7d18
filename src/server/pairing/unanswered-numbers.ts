import type { Core } from "../core.js";
import { PendingTasks } from "../pending-tasks.js";

/** How long after its time an attempt is ended, because the servers' clocks differ a little. */
const marginMs = 1000;

/** The store may be down, or its clock may have been set back. */
const retryMs = 10_000;

/**
 * The attempts whose pages were asked for a number. Each one is ended when its time is over, so that the event `attempt_expired`
 * tells of a number that nobody types: an attacker's page may never call again.
 */
export class UnansweredNumbers {
  readonly #core: Pick<Core, "attempts" | "config" | "runtime">;
  /** Cancels what is planned for an attempt, by its id. */
  readonly #planned = new Map<string, () => void>();
  readonly #running = new PendingTasks();
  #isClosed = false;

  constructor(core: Pick<Core, "attempts" | "config" | "runtime">) {
    this.#core = core;
  }

  /** Ends the attempt later, if it is still not logged in. @param until the end of its time, in milliseconds since the epoch */
  add(attempt: string, until: number): void {
    if (!this.#isClosed && !this.#planned.has(attempt)) this.#plan(attempt, until, until + marginMs);
  }

  /** The attempt is over. */
  delete(attempt: string): void {
    this.#planned.get(attempt)?.();
    this.#planned.delete(attempt);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of [...this.#planned.keys()]) this.delete(attempt);
    await this.#running.settled();
  }

  #plan(attempt: string, until: number, at: number): void {
    const { runtime } = this.#core;
    const run = (): void => void this.#running.add(this.#expire(attempt, until));
    this.#planned.set(attempt, runtime.after(at - runtime.now(), run, "background"));
  }

  async #expire(id: string, until: number): Promise<void> {
    const { attempts, config, runtime } = this.#core;
    const now = runtime.now();
    // The guard reports a store that is down.
    const result = await attempts.change(id, { kind: "time_over", at: now }).catch(() => "unknown" as const);
    this.#planned.delete(id);
    const isOpen = result === "unknown" || result?.attempt.state.status === "approved";
    const isForgotten = now >= until + config.timeouts.memorySeconds * 1000;
    if (isOpen && !isForgotten && !this.#isClosed) this.#plan(id, until, now + retryMs);
  }
}
