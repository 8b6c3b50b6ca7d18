import { receivedCode } from "./flow/renewal.js";
import type { Code } from "./flow/state.js";

/** When the page was requested. Not `performance.timeOrigin`, which may be behind the wall clock after a sleep. */
const pageBeganAt = Date.now() - performance.now();

/** The attempts that elements of this page took. */
const taken = new Set<string>();

/**
 * The attempt that the page's server began (`kit.begin`), once: a clone of the element, or the element put back later,
 * starts its own. Its code counts from the page's request, and is left out when it is over.
 */
export function takeServerAttempt({
  attempt,
  otp,
  expiresIn,
}: Record<"attempt" | "otp", string | null> & { expiresIn: number | null }):
  { attempt: string; code?: Code } | undefined {
  // Nothing else is an attempt's id: it would be another path of the login API.
  if (!attempt || !/^(?!callback$)[\w-]{1,64}$/.test(attempt) || taken.has(attempt)) return undefined;
  taken.add(attempt);
  const code = receivedCode({ otp: otp ?? "", expires_in: expiresIn ?? 0 }, pageBeganAt);
  return otp && code.endsAt > Date.now() ? { attempt, code } : { attempt };
}
