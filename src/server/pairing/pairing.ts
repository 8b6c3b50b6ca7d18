import { acceptedTransaction, type ApprovedState, type Attempt } from "../attempt/attempt.js";
import type { BrowserProof } from "../attempt/transitions.js";
import { sha256 } from "../bytes.js";
import type { Core } from "../core.js";
import { invalidRequest } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { RateLimiter } from "../limits/rate-limiter.js";
import type { ClaimedLogin } from "../login/login-summary.js";
import { timedOut, withTimeout, type Randomness } from "../runtime.js";
import { KnownBrowsers, type KnownBrowser } from "./known-browsers.js";
import { createNumber, numberCodes, parseNumber, signNumber } from "./number.js";
import type { PairingSettings } from "./pairing-options.js";
import { SigningKeys } from "./signing-keys.js";
import { UnansweredNumbers } from "./unanswered-numbers.js";

/** The longest that a function of the site may take. */
const hookMs = 2000;

/** The wrong numbers of each user, and how many there may be. */
interface WrongNumbers {
  limiter: Required<RateLimiter>;
  max: number;
}

/**
 * The number on the phone. A code's start makes one, of which the store keeps a code (HMAC); the login call asks for it, unless
 * the user is known in that browser.
 */
export class Pairing<Context> {
  readonly #settings: PairingSettings<Context>;
  readonly #core: Core<Context>;
  readonly #wrongNumbers: WrongNumbers | undefined;
  readonly #keys: SigningKeys;
  readonly #browsers: KnownBrowsers;
  readonly #browserOfRequest = new WeakMap<Request, KnownBrowser>();
  /** The attempts whose pages were asked for the number. */
  readonly unanswered: UnansweredNumbers;

  /** @param wrongNumbers undefined if they are not limited */
  constructor(
    settings: PairingSettings<Context>,
    core: Core<Context>,
    wrongNumbers: WrongNumbers | undefined,
  ) {
    this.#settings = settings;
    this.#core = core;
    this.#wrongNumbers = wrongNumbers;
    this.unanswered = new UnansweredNumbers(core);
    this.#keys = new SigningKeys(settings.keys);
    const { origin, apiOrigin } = core.config.pages;
    const { rememberDays } = settings;
    const { runtime } = core;
    this.#browsers = new KnownBrowsers({ keys: this.#keys, origin, apiOrigin, rememberDays, runtime });
  }

  /** How many digits a number has. */
  get digits(): number {
    return this.#settings.digits;
  }

  /** The number for the phone of a new transaction. */
  createNumber(randomness: Randomness): string {
    return createNumber(this.#settings.digits, randomness);
  }

  /** What the store keeps of a transaction's number. */
  codeOf(number: string, attempt: string, transaction: string): Promise<string> {
    return signNumber(this.#keys, this.#ownerOf(attempt, transaction), number);
  }

  /**
   * The number in the body of a login call; undefined if there is none.
   *
   * @throws ApiError 400 for anything that cannot be a number
   */
  read({ number }: Record<string, unknown>): string | undefined {
    if (number === undefined || number === null) return undefined;
    const { digits } = this.#settings;
    const parsed = typeof number === "string" ? parseNumber(number, digits) : undefined;
    if (parsed === undefined) throw invalidRequest(`"number" must be a string of ${digits} digits.`);
    return parsed;
  }

  /** What the calling browser has to show for itself. @param number as `read` gives it */
  async proofOf(call: Call<Context>, attempt: Attempt, number: string | undefined): Promise<BrowserProof> {
    const { state } = attempt;
    if (state.status !== "approved" || acceptedTransaction(attempt, state)?.numberCode === undefined)
      return { kind: "none" };
    // First, so that a call with a number takes the same steps whatever is found out then.
    const codes =
      number !== undefined &&
      (await numberCodes(this.#keys, this.#ownerOf(attempt.id, state.transaction), number));
    if (await this.#isKnown(call, attempt.id, state)) return { kind: "known" };
    const wrongNumbers = this.#wrongNumbers;
    const wrong = await wrongNumbers?.limiter.read(await this.#userKey(state.userId));
    if (wrongNumbers && wrong && wrong.used >= wrongNumbers.max)
      return { kind: "too_many", retryAfterMs: wrong.resetMs };
    return codes ? { kind: "number", codes } : { kind: "none" };
  }

  /** Counts a wrong number against its user. */
  async countWrong(userId: string): Promise<void> {
    await this.#wrongNumbers?.limiter.count(await this.#userKey(userId));
  }

  /** The `Set-Cookie` that makes the browser of a login known, or unknown where the site says so; undefined for neither. */
  async rememberHeader(
    { request, context }: Call<Context>,
    { userId, attempt, login, claimedAt }: ClaimedLogin,
  ): Promise<string | undefined> {
    const { when, rememberDays, remember } = this.#settings;
    if (when === "always" || rememberDays === 0 || login.browser === undefined) return undefined;
    const abort = new AbortController();
    const isWanted = remember
      ? await this.#run("remember", { attempt, userId }, abort, async () =>
          remember({ userId, attempt, login, request, context, signal: abort.signal }),
        )
      : true;
    const browser = this.#browserOf(request);
    if (isWanted === true) return browser.remember(userId, claimedAt);
    return isWanted === false ? browser.forget(userId) : undefined;
  }

  /** The `Set-Cookie` by which a browser is known no more. */
  endHeader(): string {
    return this.#browsers.endHeader();
  }

  async #isKnown({ request }: Call<Context>, attempt: string, { userId }: ApprovedState): Promise<boolean> {
    const { when, knownSince } = this.#settings;
    if (when === "always") return false;
    const since = knownSince
      ? await this.#run("knownSince", { attempt, userId }, new AbortController(), async () =>
          instantOf(await knownSince(userId)),
        )
      : -Infinity;
    return since !== undefined && this.#browserOf(request).isKnown({ userId, knownSinceMs: since });
  }

  /** The same object for the whole request, which reads its cookie once. */
  #browserOf(request: Request): KnownBrowser {
    const browser =
      this.#browserOfRequest.get(request) ?? this.#browsers.of(request.headers.get("cookie") ?? "");
    this.#browserOfRequest.set(request, browser);
    return browser;
  }

  /** Runs a function of the site; undefined, and an event, if it throws or takes too long. */
  async #run<T>(
    operation: "remember" | "knownSince",
    { attempt, userId }: { attempt: string; userId: string },
    abort: AbortController,
    hook: () => Promise<T>,
  ): Promise<T | undefined> {
    const { runtime, report } = this.#core;
    const beganAt = runtime.now();
    try {
      const result = await withTimeout(hook(), hookMs, runtime);
      if (result !== timedOut) return result;
      abort.abort();
      throw new Error(`"pairing.${operation}" took longer than ${hookMs / 1000} s`);
    } catch (error) {
      const durationMs = runtime.now() - beganAt;
      report({ type: "pairing_error", level: "error", operation, attempt, userId, error, durationMs });
      return undefined;
    }
  }

  #ownerOf(attempt: string, transaction: string) {
    return { origin: this.#core.config.pages.origin, attempt, nonce: transaction };
  }

  #userKey(userId: string): Promise<string> {
    return sha256(JSON.stringify([this.#core.config.pages.origin, userId]));
  }
}

/** As milliseconds it is in 1973, as seconds in the year 5138: a smaller positive number must be seconds. */
const leastMs = 1e11;

/** Milliseconds since the epoch; the beginning of time for undefined. */
function instantOf(since: unknown): number {
  if (since === undefined) return -Infinity;
  const ms = since instanceof Date ? since.getTime() : since;
  // With seconds every browser would stay known.
  if (typeof ms === "number" && (ms <= 0 || ms >= leastMs)) return ms;
  throw new TypeError(
    '"pairing.knownSince" must return milliseconds (not seconds) since the epoch, a Date or undefined',
  );
}
