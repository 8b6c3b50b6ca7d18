import { systemRuntime, timedOut, withTimeout } from "../runtime.js";

/**
 * Why a call of the Redis store failed.
 *
 * - `timeout`: no answer within `commandSeconds`
 * - `unavailable`: no connection, or Redis answers that it cannot at the moment
 * - `refused`: Redis answers with an error that the site has to fix, e.g. `NOPERM` or `OOM`
 * - `unreadable`: a key holds something of another format, or that no store wrote
 * - `closed`: the store was closed
 */
export type RedisStoreErrorKind = "timeout" | "unavailable" | "refused" | "unreadable" | "closed";

/** The methods of the Redis store reject with it. `cause` is the client's own error, where there is one. */
export class RedisStoreError extends Error {
  override readonly name = "RedisStoreError";
  readonly kind: RedisStoreErrorKind;

  constructor(kind: RedisStoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** The error codes of a server that starts, fails over or moves slots. These errors are temporary. */
const temporary = new Set([
  "LOADING",
  "CLUSTERDOWN",
  "MASTERDOWN",
  "READONLY",
  "TRYAGAIN",
  "BUSY",
  "UNKILLABLE",
]);

/** Turns any error into a `RedisStoreError` that names the operation. */
export function storeError(operation: string, error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  // An error that a server answered with begins with its code.
  const code = error instanceof Error ? /^([A-Z]{2,}) /.exec(error.message)?.[1] : undefined;
  const kind =
    code === "WRONGTYPE"
      ? "unreadable"
      : code === undefined || temporary.has(code)
        ? "unavailable"
        : "refused";
  return new RedisStoreError(kind, `Redis: ${operation}: ${messageOf(error)}`, error);
}

/** An error of a connection to several addresses has no message, nor have some of the client's. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, name } = error as Error & { code?: string };
  return error.message || code || (name === "Error" ? "no connection" : name);
}

/**
 * Limits the time of an operation. When the time is over, the promise rejects with a `timeout` and the signal aborts.
 *
 * @throws RedisStoreError
 */
export async function withDeadline<T>(
  ms: number,
  operation: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const done = work(abort.signal);
  let result = await withTimeout(done, ms, systemRuntime);
  // In a process that was busy or suspended, the answer and the timer come together. Then the answer counts.
  if (result === timedOut) result = await withTimeout(done, 1, systemRuntime);
  if (result !== timedOut) return result;
  abort.abort();
  throw new RedisStoreError("timeout", `Redis: ${operation}: no answer within ${ms / 1000} s`);
}
