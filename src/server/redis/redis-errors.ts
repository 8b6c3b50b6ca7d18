/**
 * Why a call of the Redis store came to nothing.
 *
 * - `timeout`: no answer within `commandSeconds`
 * - `unavailable`: no connection, or Redis says that it cannot at the moment
 * - `refused`: Redis answered with an error that the site has to mend, e.g. `NOPERM` or `OOM`
 * - `unreadable`: a key holds something that no store wrote
 * - `closed`: the store was closed
 */
export type RedisStoreErrorKind = "timeout" | "unavailable" | "refused" | "unreadable" | "closed";

/** What the methods of the Redis store reject with. `cause` is the client's own error, where there is one. */
export class RedisStoreError extends Error {
  override readonly name = "RedisStoreError";
  readonly kind: RedisStoreErrorKind;

  constructor(kind: RedisStoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** Answers of a server that is starting, failing over or moving slots: it will be well again by itself. */
const passing = new Set([
  "LOADING",
  "CLUSTERDOWN",
  "MASTERDOWN",
  "READONLY",
  "TRYAGAIN",
  "BUSY",
  "UNKILLABLE",
]);

/** An error's code, where a server answered with one, e.g. `NOSCRIPT`. */
export const replyCode = (error: unknown): string | undefined =>
  error instanceof Error ? /^([A-Z]{2,}) /.exec(error.message)?.[1] : undefined;

/** What went wrong, as the store says it. */
export function storeError(doing: string, error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  const code = replyCode(error);
  const kind = code === undefined || passing.has(code) ? "unavailable" : "refused";
  return new RedisStoreError(kind, `Redis: ${doing}: ${messageOf(error)}`, error);
}

/** What an error says, where it says anything: that of a connection to several addresses does not. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ((error as { code?: string }).code ?? error.name);
}
