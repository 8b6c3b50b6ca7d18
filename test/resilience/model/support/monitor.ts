import type { Attempt, LoginKitEvent } from "onegini-otp-login/server";
import { leadsTo, rules, type Status } from "./attempt-state.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";
import type { ModelTokenServer } from "./token-server.js";

interface Written {
  version: number;
  status: Status;
  codes: readonly string[];
}

interface SignedIn {
  userId: string;
  cookie: string | null;
}

/** A ticket that gave a login. */
interface Redeemed {
  userId: string;
  attempt: string;
  ticket: string;
  cookie: string | undefined;
}

/**
 * Watches for what must never happen in any order of steps, at each write to the store, each run of `signIn` and each
 * redemption of a ticket. It knows neither answers nor transitions.
 */
export class Monitor {
  readonly #clock: VirtualClock;
  readonly #tokenServer: ModelTokenServer;
  readonly #wrong: string[] = [];
  readonly #written = new Map<string, Written[]>();
  readonly #signedIn = new Map<string, SignedIn[]>();
  /** The cookie of the browser that started an attempt. */
  readonly #starters = new Map<string, string>();
  /** When an attempt was claimed. `signIn` may be repeated for a minute after that. */
  readonly #claimedAt = new Map<string, number>();
  /** When each ticket came to its page. */
  readonly #issuedAt = new Map<string, number>();
  /** The attempts that the site has taken over. */
  readonly #redeemed = new Set<string>();
  /** The numbers that were posted for an attempt, and the users that its browser was known for when it logged in. */
  readonly #proofs = new Map<string, Set<string | undefined>>();
  /** The last status that browsers were shown. */
  readonly #seen = new Map<string, Status>();

  constructor(clock: VirtualClock, tokenServer: ModelTokenServer) {
    this.#clock = clock;
    this.#tokenServer = tokenServer;
  }

  /** Throws if something forbidden happened. */
  check(): void {
    if (this.#wrong.length > 0) throw new Error(this.#wrong.join("\n"));
  }

  started(attempt: string, cookie: string): void {
    this.#starters.set(attempt, cookie);
  }

  written({ id, version, state, transactions }: Attempt): void {
    const history = this.#written.get(id) ?? [];
    this.#written.set(id, history);
    if (state.status === "completed" && !this.#claimedAt.has(id)) this.#claimedAt.set(id, this.#clock.now());
    history.push({ version, status: state.status, codes: transactions.map((transaction) => transaction.id) });
    history.sort((one, other) => one.version - other.version);
    history.forEach((now, index) => {
      const before = history[index - 1];
      if (!before) return;
      if (before.version === now.version) this.#say(`version ${now.version} of ${id} was written twice`);
      if (!leadsTo(before.status, now.status)) this.#say(`${id} went from ${before.status} to ${now.status}`);
    });
  }

  /** Notes a status that a browser was shown. */
  shown(attempt: string, status: Status): void {
    const before = this.#seen.get(attempt) ?? "pending";
    if (!leadsTo(before, status)) this.#say(`${attempt} was ${before} and is said to be ${status}`);
    this.#seen.set(attempt, status);
  }

  signIn({ userId, attempt, cookie }: { userId: string; attempt: string; cookie: string | null }): void {
    const before = this.#signedIn.get(attempt) ?? [];
    this.#signedIn.set(attempt, [...before, { userId, cookie }]);
    const [first] = before;
    const claimedAt = this.#claimedAt.get(attempt);
    if (cookie === null || cookie !== this.#starters.get(attempt))
      this.#say(`signIn ran for another browser than the one that started ${attempt}`);
    if (first && first.userId !== userId) this.#say(`signIn ran for ${first.userId} and then for ${userId}`);
    if (claimedAt === undefined) this.#say(`signIn ran though nobody claimed ${attempt}`);
    else if (this.#clock.now() >= claimedAt + rules.repeatMs)
      this.#say(`signIn ran again ${(this.#clock.now() - claimedAt) / 1000} s after the login`);
    if (!this.#isAccepted(attempt, userId))
      this.#say(`signIn ran for ${userId} without an acceptance of a transaction of ${attempt}`);
    else if (!this.#isProven(attempt, userId)) this.#say(`signIn ran for ${userId} without the number`);
  }

  /** When an attempt was claimed. */
  claimedAt(attempt: string): number {
    return this.#claimedAt.get(attempt) ?? NaN;
  }

  /** A browser posts its login. @param proofs its number, and the users that it is known for */
  login(attempt: string, proofs: readonly (string | undefined)[]): void {
    this.#proofs.set(attempt, new Set([...(this.#proofs.get(attempt) ?? []), ...proofs]));
  }

  issued(ticket: string): void {
    this.#issuedAt.set(ticket, this.#clock.now());
  }

  redeemed({ userId, attempt, ticket, cookie }: Redeemed): void {
    if (this.#redeemed.has(attempt)) this.#say(`${attempt} was redeemed twice`);
    this.#redeemed.add(attempt);
    if (cookie === undefined || cookie !== this.#starters.get(attempt))
      this.#say(`${attempt} was redeemed by another browser than the one that started it`);
    const issuedAt = this.#issuedAt.get(ticket);
    if (issuedAt === undefined) this.#say(`${attempt} was redeemed with a ticket that no page got`);
    else if (this.#clock.now() >= issuedAt + rules.ticketMs)
      this.#say(
        `${attempt} was redeemed ${(this.#clock.now() - issuedAt) / 1000} s after its ticket was issued`,
      );
    if (!this.#isAccepted(attempt, userId))
      this.#say(`${attempt} was redeemed for ${userId} without an acceptance of one of its transactions`);
    else if (!this.#isProven(attempt, userId))
      this.#say(`${attempt} was redeemed for ${userId} without the number`);
  }

  #isAccepted(attempt: string, userId: string): boolean {
    return this.#acceptedCodes(attempt, userId).length > 0;
  }

  #isProven(attempt: string, userId: string): boolean {
    const proofs = this.#proofs.get(attempt);
    const numbers = this.#acceptedCodes(attempt, userId).map((code) => this.#tokenServer.numberOf(code));
    return (proofs?.has(userId) ?? false) || numbers.some((number) => !number || proofs?.has(number));
  }

  #acceptedCodes(attempt: string, userId: string): string[] {
    const codes = this.#written.get(attempt)?.at(-1)?.codes ?? [];
    return codes.filter((code) => this.#tokenServer.hasAccepted(code, userId));
  }

  event(event: LoginKitEvent): void {
    if (event.type === "internal_error" || event.type === "store_trouble")
      this.#say(`internal error ${event.operation}: ${String(event.error)}`);
  }

  #say(what: string): void {
    this.#wrong.push(what);
  }
}
