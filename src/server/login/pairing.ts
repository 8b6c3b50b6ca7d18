import { acceptedTransaction, type Attempt, type CompletedState } from "../store/attempt.js";
import type { CompletedAttempt } from "../attempt/attempts.js";
import type { StoreGuard } from "../store/store-guard.js";
import type { BrowserProof } from "../attempt/number-rule.js";
import type { NewTransaction } from "../attempt/transitions.js";
import type { Core, PairingSettings } from "../core.js";
import { invalidRequest } from "../http/api-error.js";
import { loggedCaller, type Call } from "../http/call.js";
import type { ClaimedLogin } from "./login-summary.js";
import { timedOut, withTimeout, type Randomness } from "../runtime.js";
import { AskedAttempts } from "./asked-attempts.js";
import { KnownBrowsers, type KnownBrowser } from "../pairing/known-browsers.js";
import { createNumber, numberCodes, parseNumber, signNumber } from "../pairing/number.js";
import { ReturningBrowsers } from "../pairing/returning-browsers.js";
import { noRevocation, parseKnownSince, type Revocation } from "../pairing/revocations.js";
import { SigningKeys } from "../pairing/signing-keys.js";
import { WrongNumbers, type TypedNumber } from "./wrong-numbers.js";

/** The longest that a function of the site may take. */
const hookMs = 2000;

const dayMs = 86_400_000;

/** What a browser has to show for itself, and the number that it typed, if that is compared. */
export interface Shown {
  proof: BrowserProof;
  typed?: TypedNumber | undefined;
}

/**
 * The number on the phone. A code's start makes one, of which the store keeps a code (HMAC); the login call asks for it, unless
 * the user is known in that browser.
 */
export class Pairing<Context> {
  readonly #settings: PairingSettings<Context>;
  readonly #core: Core<Context>;
  readonly #keys: SigningKeys;
  readonly #returning: ReturningBrowsers;
  readonly #stopWarning: () => void;
  /** The attempts whose pages were asked for the number. */
  readonly asked: AskedAttempts;
  readonly browsers: KnownBrowsers;
  readonly #wrongNumbers: WrongNumbers;

  constructor(settings: PairingSettings<Context>, core: Core<Context>, store: StoreGuard) {
    this.#settings = settings;
    this.#core = core;
    this.asked = new AskedAttempts(core);
    this.#wrongNumbers = new WrongNumbers(core, store);
    this.#keys = new SigningKeys(settings.keys);
    const { origin, apiOrigin } = core.config.pages;
    const { rememberDays } = settings;
    const { runtime, report } = core;
    this.browsers = new KnownBrowsers({ keys: this.#keys, origin, apiOrigin, rememberDays, runtime });
    this.#returning = new ReturningBrowsers(runtime, report);
    this.#stopWarning = this.#allowsUnnumbered ? this.#warnDaily() : () => undefined;
  }

  /** How many digits the number of a new transaction has. */
  get digits(): number {
    return this.#settings.digits;
  }

  /** The number for the phone of a new transaction. */
  createNumber(randomness: Randomness): string {
    return createNumber(this.#settings.digits, randomness);
  }

  /** What the store keeps of a transaction's number. */
  async stored(
    number: string,
    attempt: string,
    transaction: string,
  ): Promise<Pick<NewTransaction, "numberCode" | "numberDigits">> {
    const numberCode = await signNumber(this.#keys, this.#ownerOf(attempt, transaction), number);
    return { numberCode, numberDigits: this.#settings.digits };
  }

  /**
   * What the calling browser has to show for itself.
   *
   * @param attempt an `approved` or `completed` one
   * @param given the `number` in the body, if there is one
   * @throws ApiError 400 for anything that cannot be the number of the accepted code
   */
  async proofOf(
    call: Call<Context>,
    attempt: Attempt,
    given: unknown,
    browser: KnownBrowser,
  ): Promise<Shown> {
    const { state, id } = attempt;
    if (state.status !== "approved" && state.status !== "completed") return { proof: { kind: "none" } };
    const { userId, transaction } = state;
    const { numberDigits } = acceptedTransaction(attempt, state) ?? {};
    const number =
      state.status === "approved" && numberDigits !== undefined ? readNumber(given, numberDigits) : undefined;
    // First, so that a call with a number takes the same steps whatever is found out then.
    const codes =
      number !== undefined && (await numberCodes(this.#keys, this.#ownerOf(id, transaction), number));
    const revocation = await this.revocationOf(id, userId);
    const approvedAt = state.status === "approved" ? state.at : state.approvedAt;
    if (revocation && approvedAt <= revocation.revokedMs) return { proof: { kind: "revoked" } };
    if (state.status === "completed") return { proof: { kind: "none" } };
    // If the site cannot say, none is known.
    const knownAfterMs = revocation?.knownAfterMs ?? Infinity;
    if (this.#settings.when !== "always" && (await browser.isKnown({ userId, knownAfterMs }))) {
      this.#returning.cameBack();
      return { proof: { kind: "known" } };
    }
    if (numberDigits === undefined)
      return { proof: { kind: "none", allowsUnnumbered: this.#allowsUnnumbered } };
    const typist = { userId, browser: attempt.browser, address: call.address() };
    // The wrong number that came last tells nobody anything new. It may be sent as often as an answer is lost, and counts
    // nothing.
    const isRepeated = codes && state.lastNumber !== undefined && codes.includes(state.lastNumber);
    const typed = codes && !isRepeated ? await this.#wrongNumbers.typed(typist) : undefined;
    const reached = typed ? typed.reached : await this.#wrongNumbers.reached(typist);
    if (reached) {
      // It is not compared.
      await typed?.notCounted();
      return { proof: { kind: "limited", ...reached } };
    }
    return codes ? { proof: { kind: "number", codes }, typed } : { proof: { kind: "none" } };
  }

  /** What the site says of a user's browsers; undefined, and an event, if it cannot say. */
  revocationOf(attempt: string, userId: string): Promise<Revocation | undefined> {
    const { knownSince } = this.#settings;
    if (!knownSince) return Promise.resolve(noRevocation);
    return this.asked.revocationOf(attempt, () =>
      this.#run("knownSince", { attempt, userId }, new AbortController(), async () =>
        parseKnownSince(await knownSince(userId)),
      ),
    );
  }

  /** A login was claimed for the first time. */
  async noteClaim(
    call: Call<Context>,
    attempt: Attempt,
    state: CompletedState,
    { proof, typed }: Shown,
  ): Promise<void> {
    const { report, runtime } = this.#core;
    const { userId, transaction } = state;
    await typed?.right();
    const isNumbered = acceptedTransaction(attempt, state)?.numberCode !== undefined;
    if (proof.kind !== "none" || isNumbered) return;
    report({
      type: "unnumbered_login",
      level: "warn",
      attempt: attempt.id,
      userId,
      transaction,
      ...loggedCaller(call, attempt.browser),
      allowed: true,
      durationMs: runtime.now() - call.beganAt,
    });
  }

  /**
   * The `Set-Cookie` that makes the browser of a login known, or unknown where the site says so; undefined for neither.
   *
   * @param call the page's with `signIn`, the site's own with `handOver`
   */
  async knownBrowserHeader(
    { request, context }: { request: () => Request; context: Context },
    { userId, attempt, login, claimedAt }: Pick<ClaimedLogin, "userId" | "attempt" | "login" | "claimedAt">,
    browser: KnownBrowser,
  ): Promise<string | undefined> {
    const { when, rememberDays, remember } = this.#settings;
    if (when === "always" || rememberDays === 0 || login.browser === undefined) return undefined;
    const abort = new AbortController();
    const isWanted = remember
      ? await this.#run("remember", { attempt, userId }, abort, async () =>
          remember({ userId, attempt, login, request: request(), context, signal: abort.signal }),
        )
      : true;
    if (isWanted === undefined) return undefined;
    // The login is done: keys that cannot be read must not undo it.
    return this.#run("remember", { attempt, userId }, abort, async () => {
      if (!isWanted) return browser.forget(userId);
      this.#returning.handedOut();
      return browser.remember(userId, claimedAt);
    });
  }

  /**
   * Why a login that another server may have claimed must not be handed over; undefined if it may.
   *
   * @throws Error if the site cannot say whether the user's browsers were forgotten, and no number was typed
   */
  async redemptionRefusal({
    id,
    state: { userId, approvedAt, browser },
  }: CompletedAttempt): Promise<"revoked" | "unnumbered" | undefined> {
    const revocation = await this.revocationOf(id, userId);
    if (revocation && approvedAt <= revocation.revokedMs) return "revoked";
    const isNumberless =
      browser === undefined
        ? !this.#allowsUnnumbered
        : browser === "known" && this.#settings.when === "always";
    if (isNumberless) return "unnumbered";
    if (!revocation && browser === "known")
      throw new Error('The login of a known browser cannot be handed over while "pairing.knownSince" fails');
    return undefined;
  }

  async close(): Promise<void> {
    this.#stopWarning();
    await this.asked.close();
  }

  get #allowsUnnumbered(): boolean {
    return this.#settings.unnumbered === "allow";
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

  /** Says now and each day that codes without a number log in. Returns the function that ends it. */
  #warnDaily(): () => void {
    const { runtime, report } = this.#core;
    let cancel = (): void => undefined;
    const warn = (): void => {
      report({
        type: "unnumbered_allowed",
        level: "warn",
        description:
          'Codes without a number log in, because of "pairing.unnumbered". Take the option away once all servers have "pairing": until then relayed codes log in.',
      });
      cancel = runtime.after(dayMs, warn, "background");
    };
    cancel = runtime.after(0, warn, "background");
    return () => cancel();
  }

  #ownerOf(attempt: string, transaction: string) {
    return { origin: this.#core.config.pages.origin, attempt, nonce: transaction };
  }
}

/** @throws ApiError 400 for anything but undefined, `null` and a number of so many digits */
function readNumber(number: unknown, digits: number): string | undefined {
  if (number === undefined || number === null) return undefined;
  const parsed = typeof number === "string" ? parseNumber(number, digits) : undefined;
  if (parsed === undefined) throw invalidRequest(`"number" must be a string of ${digits} digits.`);
  return parsed;
}
