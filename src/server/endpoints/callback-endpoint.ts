import { auth } from "hono/utils/basic-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { StoreUnavailable } from "../store/store-guard.js";
import { invalidRequest } from "../http/api-error.js";
import { loggedAddress, type Call } from "../http/call.js";
import { emptyResponse } from "../http/response.js";
import type { Core } from "../core.js";
import { LogThrottle } from "../limits/log-throttle.js";
import type { LiveAttempts } from "../live/live-attempts.js";
import type { CallbackCredentials } from "../options.js";
import type { PendingTasks } from "../pending-tasks.js";
import { isTransactionId } from "../token-server/token-server-answers.js";

/** A callback that was answered. */
interface Callback {
  transactionId: string;
  from: { address?: string };
  receivedAt: number;
  /** How long it stays relevant. */
  until: number;
}

/** Anybody can post callbacks. */
const maxKept = 1000;

/** One callback for an unknown transaction is a warning in this time. */
const unknownIntervalMs = 60_000;

/** How long to wait before the kept callbacks are tried again. */
const retryMs = 1000;

/**
 * Checks the credentials of a callback. They are compared in constant time.
 *
 * @throws ApiError 401
 */
export async function authenticateCallback(
  request: Request,
  expected: CallbackCredentials | undefined,
): Promise<void> {
  if (!expected) return;
  const given = auth(request);
  if (given) {
    const { username, passwords } = expected;
    // One comparison for user name and password: it hashes, and forged callbacks must cost little.
    const fits = await Promise.all(
      passwords().map((password) => timingSafeEqual(joined(given), joined({ username, password }))),
    );
    if (fits.includes(true)) return;
  }
  const problem = given
    ? "The callback's user name or password is wrong."
    : "The callback takes HTTP Basic authentication.";
  throw invalidRequest(problem, {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="callback", charset="UTF-8"' },
  });
}

const joined = ({ username, password }: { username: string; password: string }): string =>
  `${username}:${password}`;

/** `POST /callback`, from the Token Server: a transaction may have ended. */
export class CallbackEndpoint {
  readonly #core: Core;
  readonly #live: LiveAttempts;
  readonly #pending: PendingTasks;
  /** Callbacks that came while the store did not work, by transaction. */
  readonly #kept = new Map<string, Callback>();
  readonly #throttle: LogThrottle;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  /** @param pending the tasks that `kit.close()` waits for */
  constructor(core: Core, live: LiveAttempts, pending: PendingTasks) {
    this.#core = core;
    this.#live = live;
    this.#pending = pending;
    this.#throttle = new LogThrottle(unknownIntervalMs, core.runtime);
  }

  /**
   * Answers a callback. It proves nothing, so the kit asks for the result, once the 204 is on its way. A second callback
   * leads to one more call: after the one that is under way, if there is one (`callbackReceived` in result-schedule.ts).
   */
  answer(call: Pick<Call<unknown>, "address" | "beganAt">, body: Record<string, unknown>): Response {
    const { transaction_id: transactionId } = body;
    if (typeof transactionId !== "string" || transactionId === "") {
      throw invalidRequest('"transaction_id" must be a string.');
    }
    if (isTransactionId(transactionId)) {
      const until = this.#live.callbackRelevantUntil();
      const callback = { transactionId, from: loggedAddress(call), receivedAt: call.beganAt, until };
      const answered = new Promise<void>((resolve) => this.#core.runtime.after(0, resolve));
      void this.#pending.add(answered.then(() => this.#follow(callback)));
    }
    return emptyResponse();
  }

  /** From now on no kept callback is tried again. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
  }

  async #follow(callback: Callback): Promise<void> {
    const { report, runtime } = this.#core;
    const { transactionId, from, receivedAt } = callback;
    try {
      const attempt = await this.#live.callback(transactionId);
      report({
        type: "callback_received",
        level: attempt ? "info" : this.#throttle.level("unknown", "warn"),
        known: attempt !== undefined,
        transaction: transactionId,
        ...(attempt && { attempt: attempt.id }),
        ...from,
        durationMs: runtime.now() - receivedAt,
      });
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#keep(callback);
      else report({ type: "internal_error", level: "error", operation: "following a callback", error });
    }
  }

  /** If there are too many, it is dropped: the result calls after the gap and around the code's end get the result. */
  #keep(callback: Callback): void {
    if (this.#isClosed || this.#kept.size >= maxKept) return;
    this.#kept.set(callback.transactionId, callback);
    this.#cancelRetry ??= this.#core.runtime.after(retryMs, () => void this.#pending.add(this.#retry()));
  }

  /** Follows the kept callbacks, one after the other, until the store fails again. */
  async #retry(): Promise<void> {
    this.#cancelRetry = undefined;
    for (const [id, callback] of this.#kept) {
      if (this.#isClosed) return;
      this.#kept.delete(id);
      if (this.#core.runtime.now() < callback.until) await this.#follow(callback);
      const isKeptAgain = this.#kept.has(id);
      if (isKeptAgain) return;
    }
  }
}
