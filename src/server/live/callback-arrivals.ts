import type { Attempt } from "../store/attempt.js";
import type { Core } from "../core.js";
import { LogThrottle } from "../limits/log-throttle.js";
import type { StoreGuard } from "../store/store-guard.js";

/** What this server knows of the Token Server's callbacks. All times are in milliseconds since the epoch. */
interface Arrivals {
  /** When the last callback came, to any server, as far as this one knows. */
  readonly arrivedAt: number;
  /** When results were found whose callback did not come: the last few, and none from before `arrivedAt`. */
  readonly missedAt: readonly number[];
  /** Since when callbacks seem not to arrive; infinite if they do. */
  readonly lostSince: number;
}

/** This many results in a row without a callback mean that callbacks do not arrive. */
const lostAfter = 2;

const noArrivals: Arrivals = { arrivedAt: -Infinity, missedAt: [], lostSince: Infinity };

/** A callback came at that time. Callbacks may become known in a different order than they came in. */
function arrived(arrivals: Arrivals, at: number): Arrivals {
  if (at <= arrivals.arrivedAt) return arrivals;
  const missedAt = arrivals.missedAt.filter((missed) => missed > at);
  return {
    arrivedAt: at,
    missedAt,
    lostSince: missedAt.length < lostAfter ? Infinity : arrivals.lostSince,
  };
}

/** No callback came for a result that was found at `foundAt`. */
function missed(arrivals: Arrivals, foundAt: number, now: number): Arrivals {
  if (foundAt <= arrivals.arrivedAt) return arrivals;
  const missedAt = [...arrivals.missedAt, foundAt].slice(-lostAfter);
  const isLost = missedAt.length >= lostAfter;
  return { ...arrivals, missedAt, lostSince: isLost ? Math.min(arrivals.lostSince, now) : Infinity };
}

/** A result that was found by asking may be known before its callback arrives. */
const onItsWayMs = 10_000;

const description =
  "the Token Server's callbacks do not arrive, so logins are noticed late. Check that the Token Server can reach callbackUri, trusts its certificate and sends the user name and password, if the kit has one";

/** The event is reported at most once in this time. */
const reportIntervalMs = 60_000;

/** Notices that the Token Server's callbacks do not arrive. */
export class CallbackWatch {
  readonly #core: Core;
  readonly #store: Pick<StoreGuard, "failedAt">;
  readonly #onLost: () => void;
  #arrivals = noArrivals;
  /** The functions that cancel the pending checks. */
  readonly #checks = new Set<() => void>();
  readonly #throttle: LogThrottle;
  /** The missing callbacks since the last report. */
  #missing = 0;

  /** @param onLost is called when callbacks begin to seem lost */
  constructor(core: Core, store: Pick<StoreGuard, "failedAt">, onLost: () => void) {
    this.#core = core;
    this.#store = store;
    this.#onLost = onLost;
    this.#throttle = new LogThrottle(reportIntervalMs, core.runtime);
  }

  /** Since when callbacks seem not to arrive; infinite if they do. */
  get lostSince(): number {
    return this.#arrivals.lostSince;
  }

  /** A callback came to this server, and its transaction has a result. */
  arrived(at: number): void {
    this.#arrivals = arrived(this.#arrivals, at);
  }

  /** An attempt was read: another server may have noted a callback. */
  read({ transactions }: Attempt): void {
    for (const { calledBackAt } of transactions) if (calledBackAt !== undefined) this.arrived(calledBackAt);
  }

  /** The person's answer was found by asking, and no callback has come to this server. */
  foundByAsking(attempt: Attempt, transactionId: string): void {
    const { runtime } = this.#core;
    const foundAt = runtime.now();
    const check = (): void => {
      this.#checks.delete(cancel);
      void this.#check(attempt, transactionId, foundAt);
    };
    const cancel = runtime.after(onItsWayMs, check, "background");
    this.#checks.add(cancel);
  }

  close(): void {
    for (const cancel of this.#checks) cancel();
    this.#checks.clear();
  }

  async #check(attempt: Attempt, transactionId: string, foundAt: number): Promise<void> {
    const found = await this.#core.attempts.findByTransaction(transactionId).catch(() => undefined);
    const transaction = found?.transactions.find(({ id }) => id === transactionId);
    // Only what is certain counts: a server without a store keeps its callbacks until the store works again.
    if (!transaction || this.#store.failedAt >= foundAt) return;
    const { calledBackAt } = transaction;
    if (calledBackAt === undefined) this.#missed(attempt, transactionId, foundAt);
    else this.arrived(calledBackAt);
  }

  #missed({ id, address }: Attempt, transaction: string, foundAt: number): void {
    const { config, report, runtime } = this.#core;
    // With `resultPolling` the site knows that callbacks do not arrive.
    const isExpected = config.resultPollingMs < Infinity;
    const now = runtime.now();
    const wasLost = this.lostSince < Infinity;
    this.#arrivals = missed(this.#arrivals, foundAt, now);
    if (!wasLost && this.lostSince < Infinity) this.#onLost();
    this.#missing += 1;
    if (!this.#throttle.isDue("missing")) return;
    const missing = this.#missing;
    this.#missing = 0;
    report({
      type: "callback_missing",
      level: isExpected ? "info" : "warn",
      callbackUri: config.tokenServer.callbackUri,
      missing,
      description,
      attempt: id,
      transaction,
      ...(address !== undefined && { address }),
      durationMs: now - foundAt,
    });
  }
}
