import { browserIdOf, type Attempt, type AttemptState, type CompletedState } from "../store/attempt.js";
import type { AttemptListener } from "../store/attempt-store.js";
import type { Timeouts } from "../defaults/timeouts.js";
import type { Report } from "../kit-events.js";
import { base64url } from "../text/bytes.js";
import { copyOf } from "../text/copy.js";
import type { Randomness, Runtime } from "../runtime.js";
import type { StoredAttempts } from "../store/store-guard.js";
import { redeemTicket, type Redemption, type TicketRefusal } from "./ticket.js";
import { beginAttempt, change, type NewScan, type NewTransaction } from "./transitions.js";

/** An attempt after something has happened to it, and what that led to. */
interface Updated<Outcome> {
  attempt: Attempt;
  outcome: Outcome;
}

/** Decides on an attempt: `next` is its next version, or the same object if nothing changes. */
type Rule<Happened, Outcome> = (
  attempt: Attempt,
  happened: Happened,
  timeouts: Timeouts,
) => { next: Attempt; outcome: Outcome };

/** An attempt that its browser has claimed. */
export type CompletedAttempt = Attempt & { state: CompletedState };

const isCompleted = (attempt: Attempt): attempt is CompletedAttempt => attempt.state.status === "completed";

/**
 * The login that a ticket gave, or why it was refused, and the attempt if it is known. `revoked`: its user's browsers were
 * forgotten. `unnumbered`: it was claimed without a number at a server without `pairing`.
 */
type Redeemed =
  | { attempt: CompletedAttempt; refusal?: undefined }
  | { attempt?: Attempt; refusal: TicketRefusal | "revoked" | "unnumbered" };

/** Far more tries than one attempt can have writers at the same time. */
const maxTries = 200;

const attemptIdBytes = 16;

/** A new attempt's id. */
export const createAttemptId = (randomness: Randomness): string =>
  base64url(randomness.random(attemptIdBytes));

/** Whether a text can be the id of an attempt. */
export const isAttemptId = (text: string): boolean => /^[A-Za-z0-9_-]{22}$/.test(text);

/**
 * The attempts of one site in the store. All changes are made and reported here. Several sites may share a store, also by
 * mistake: an attempt that another one began, and that perhaps another Token Server approved, does not exist here.
 */
export class Attempts {
  readonly #store: StoredAttempts;
  readonly #origin: string;
  readonly #timeouts: Timeouts;
  readonly #runtime: Runtime;
  readonly #report: Report;
  /** Is called with each attempt that was read or changed. */
  onSeen: (attempt: Attempt) => void = () => undefined;

  /** @param origin the site's */
  constructor(store: StoredAttempts, origin: string, timeouts: Timeouts, runtime: Runtime, report: Report) {
    this.#store = store;
    this.#origin = origin;
    this.#timeouts = timeouts;
    this.#runtime = runtime;
    this.#report = report;
  }

  /** Begins an attempt with its first transaction. */
  async begin(
    of: Pick<Attempt, "id" | "browser" | "language" | "address" | "userAgent">,
    transaction: NewTransaction,
  ): Promise<Attempt> {
    const startedAt = this.#runtime.now();
    const origin = this.#origin;
    const attempt = beginAttempt({ ...of, origin, startedAt, transaction }, this.#timeouts);
    await this.#store.create(attempt);
    return attempt;
  }

  /** The attempt with that id, if that browser began it. @param browser the hash of the browser's cookie */
  async get(id: string, browser: string): Promise<Attempt | undefined> {
    const attempt = await this.read(id);
    return attempt?.browser === browser ? attempt : undefined;
  }

  /** The attempt with that id, whoever began it. For what the kit does by itself. */
  async read(id: string): Promise<Attempt | undefined> {
    // A copy, because it may be a part of a path, and a store may keep it.
    return isAttemptId(id) ? this.#own(await this.#store.get(copyOf(id))) : undefined;
  }

  async findByTransaction(transactionId: string): Promise<Attempt | undefined> {
    return this.#own(await this.#store.findByTransaction(transactionId));
  }

  /** The site's app scanned the code of a transaction. An unknown transaction changes nothing. */
  async scanned(transactionId: string, from: Omit<NewScan, "at">): Promise<void> {
    const attempt = await this.findByTransaction(transactionId);
    if (!attempt) return;
    const scan = { at: this.#runtime.now(), ...from };
    const updated = await this.update(attempt, change, { kind: "scanned", id: transactionId, scan });
    if (updated?.outcome !== "changed") return;
    this.#report({
      type: "code_scanned",
      level: "info",
      attempt: attempt.id,
      transaction: transactionId,
      ...(from.address !== undefined && { address: from.address }),
      durationMs: scan.at - attempt.startedAt,
    });
  }

  /**
   * Redeems a ticket of that attempt, once.
   *
   * @param refusalOf why the login must not go on, asked only for a ticket that could be redeemed
   */
  async redeem(
    id: string,
    who: Omit<Redemption, "at">,
    refusalOf?: (attempt: CompletedAttempt) => Promise<"revoked" | "unnumbered" | undefined>,
  ): Promise<Redeemed> {
    const redemption = { ...who, at: this.#runtime.now() };
    const found = await this.read(id);
    if (!found) return { refusal: "unknown" };
    const isRedeemable = typeof redeemTicket(found, redemption, this.#timeouts).outcome !== "string";
    const refused = isRedeemable && isCompleted(found) ? await refusalOf?.(found) : undefined;
    if (refused) return { attempt: found, refusal: refused };
    const redeemed = await this.update(found, redeemTicket, redemption);
    // It was deleted in this moment.
    if (!redeemed) return { refusal: "unknown" };
    const { attempt, outcome } = redeemed;
    if (typeof outcome !== "string") return { attempt: { ...attempt, state: outcome } };
    return outcome === "unknown" ? { refusal: outcome } : { attempt, refusal: outcome };
  }

  subscribe(id: string, listener: AttemptListener): Promise<() => void> {
    return this.#store.subscribe(id, listener);
  }

  /**
   * Changes an attempt atomically: if another change was written first, this one is decided again on the result.
   *
   * @param attempt as its caller knows it, which may be an older version
   * @param rule `change`, `claim` or `redeemTicket`: decides what becomes of the attempt by what happened
   * @returns undefined if it is gone
   */
  async update<Happened, Outcome>(
    attempt: Attempt,
    rule: Rule<Happened, Outcome>,
    happened: Happened,
  ): Promise<Updated<Outcome> | undefined> {
    let current = attempt;
    for (let tries = 0; tries < maxTries; tries++) {
      const { next, outcome } = rule(current, happened, this.#timeouts);
      if (next === current) return { attempt: current, outcome };
      if (await this.#store.compareAndSet(current.id, current.version, next)) {
        this.onSeen(next);
        if (next.state.status !== current.state.status) this.#reportSettled(next, current.state, happened);
        return { attempt: next, outcome };
      }
      const reread = this.#own(await this.#store.get(current.id));
      if (!reread) return undefined;
      current = reread;
    }
    throw new Error(`An attempt could not be changed in ${maxTries} tries: ${rule.name}`);
  }

  #own(attempt: Attempt | undefined): Attempt | undefined {
    if (attempt?.origin !== this.#origin) return undefined;
    this.onSeen(attempt);
    return attempt;
  }

  #reportSettled(attempt: Attempt, before: AttemptState, happened: unknown): void {
    const { id, address, browser, startedAt, state } = attempt;
    const about = {
      attempt: id,
      ...(address !== undefined && { address }),
      durationMs: this.#runtime.now() - startedAt,
    };
    switch (state.status) {
      case "approved": {
        const { userId, transaction } = state;
        const accepted = { ...beginningOf(attempt), ...codeOf(attempt, transaction), ...about, userId };
        return this.#report({ type: "attempt_approved", level: "info", ...accepted });
      }
      case "denied": {
        // Which code it was is not kept.
        const { id: transaction = "" } = happened as Partial<Pick<Attempt, "id">>;
        const declined = { ...beginningOf(attempt), ...codeOf(attempt, transaction), ...about };
        return this.#report({ type: "attempt_denied", level: "info", ...declined });
      }
      case "expired":
        return this.#report({
          type: "attempt_expired",
          ...(before.status === "approved" && before.asked === true
            ? { level: "warn", asked: true }
            : { level: "info" }),
          ...(before.status === "approved" && { userId: before.userId, transaction: before.transaction }),
          browserId: browserIdOf(browser),
          ...about,
        });
      case "failed":
        return this.#report({ type: "attempt_failed", level: "warn", ...about });
      case "pending":
      case "completed":
        // A login is reported with the result of `signIn`.
        return;
      default:
        return state satisfies never;
    }
  }
}

/** When and where an attempt began, for its events. */
const beginningOf = ({ browser, startedAt, userAgent, transactions }: Attempt) => ({
  codes: transactions.length,
  startedAt: new Date(startedAt).toISOString(),
  browserId: browserIdOf(browser),
  ...(userAgent !== undefined && { userAgent }),
});

/** Which of an attempt's codes was answered. */
const codeOf = ({ transactions }: Attempt, transaction: string) => ({
  transaction,
  code: transactions.findIndex(({ id }) => id === transaction) + 1,
});
