import type { Attempt } from "./attempt.js";
import type { Attempts } from "./attempts.js";
import type { Bounds } from "./bounds.js";
import type { Report } from "./events.js";
import type { Questions } from "./questions.js";
import type { Runtime } from "./runtime.js";
import { Watch } from "./watch.js";

/** Who waits for an attempt: a stream or a held poll. */
export interface Watcher {
  /** Says how the attempt is now: once at first, then after each change. */
  show(attempt: Attempt): void;
  /** Some time went by. */
  keepAlive(): void;
  /** It has to go: a newer one takes its place, or the server stops. */
  dismiss(why: "replaced" | "closing"): void;
}

/** What watching an attempt takes. */
export interface WatchParts {
  attempts: Attempts;
  questions: Questions;
  bounds: Bounds;
  runtime: Runtime;
  report: Report;
  /** Milliseconds between two questions while somebody watches; infinite if there are none. */
  pollingMs: number;
}

/** A browser opens its stream at once when it has its first code. */
const newcomerMs = 2000;

/** All that is being watched on this server. */
export class Watching {
  readonly #parts: WatchParts;
  readonly #watches = new Map<string, Watch>();
  /** The attempts that were visited within their first moments. */
  readonly #newcomers = new Map<string, number>();
  #closed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Lets a watcher wait for an attempt. Returns the function by which it leaves. */
  join(attempt: Attempt, watcher: Watcher): () => void {
    if (attempt.state.status !== "pending" || this.#closed) {
      watcher.show(attempt);
      watcher.dismiss("closing");
      return () => undefined;
    }
    const watch = this.#watches.get(attempt.id) ?? this.#begin(attempt);
    watch.add(watcher);
    if (this.visit(attempt)) watch.askSoon();
    return () => watch.remove(watcher);
  }

  isWatched(attemptId: string): boolean {
    return this.#watches.has(attemptId);
  }

  /** Sends everybody away. Who comes later is told the status and sent away too. */
  close(): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch.close();
  }

  #begin(attempt: Attempt): Watch {
    const watch = new Watch(attempt, this.#parts, () => this.#watches.delete(attempt.id));
    this.#watches.set(attempt.id, watch);
    return watch;
  }

  /** Notes that an attempt's browser is here; whether it came back. At first, in an attempt's first moments, it did not. */
  visit({ id, startedAt }: Attempt): boolean {
    const now = this.#parts.runtime.now();
    for (const [newcomer, at] of this.#newcomers) {
      if (now - at < newcomerMs) break;
      this.#newcomers.delete(newcomer);
    }
    if (now - startedAt >= newcomerMs || this.#newcomers.has(id)) return true;
    this.#newcomers.set(id, startedAt);
    return false;
  }
}
