import type { KnownSince, PairingOptions } from "../options.js";

/** The clocks of the servers that wrote a mark and a login's time may differ by this much. */
const marginMs = 120_000;

/** Since when a user's browsers may be known, in milliseconds since the epoch. */
export interface Revocation {
  /** An acceptance at or before this instant logs nobody in. */
  readonly revokedMs: number;
  /** A browser is known only by a login after this instant. */
  readonly knownAfterMs: number;
}

/** Nothing was ever revoked. */
export const noRevocation: Revocation = { revokedMs: -Infinity, knownAfterMs: -Infinity };

/**
 * What the site's `knownSince` says.
 *
 * @throws TypeError for seconds, and for anything else that is no instant
 */
export function parseKnownSince(
  value: Awaited<ReturnType<NonNullable<PairingOptions["knownSince"]>>>,
): Revocation {
  const given: unknown = value;
  if (given === undefined) return noRevocation;
  const { user, all, epoch } = isKnownSince(given) ? given : { user: given };
  const [userMs, allMs, epochMs] = [user, all, epoch].map(instantOf) as [number, number, number];
  return {
    revokedMs: Math.max(userMs, allMs),
    knownAfterMs: Math.max(userMs + marginMs, allMs, epochMs),
  };
}

/** An object of these members alone: of any other it is not known what it says. */
const isKnownSince = (given: unknown): given is KnownSince =>
  typeof given === "object" &&
  given !== null &&
  Object.keys(given).length > 0 &&
  Object.keys(given).every((name) => ["user", "all", "epoch"].includes(name));

/** Also one of another realm, such as that of a test. */
const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === "[object Date]";

/** As milliseconds it is in 1973, as seconds in the year 5138: a smaller positive number must be seconds. */
const leastMs = 1e11;

/** Milliseconds since the epoch; the beginning of time for undefined. */
function instantOf(since: unknown): number {
  if (since === undefined) return -Infinity;
  const ms = isDate(since) ? Date.prototype.getTime.call(since) : since;
  // With seconds every browser would stay known.
  if (typeof ms === "number" && (ms <= 0 || ms >= leastMs)) return ms;
  throw new TypeError(
    '"pairing.knownSince" must return milliseconds (not seconds) since the epoch, a Date, an object of these, or undefined',
  );
}
