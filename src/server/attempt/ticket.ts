import { base64url, sha256 } from "../text/bytes.js";
import type { Runtime } from "../runtime.js";
import type { Timeouts } from "../defaults/timeouts.js";
import type { Attempt, CompletedState } from "../store/attempt.js";
import { nextVersion } from "./transitions.js";

/** 256 random bits. */
const secretBytes = 32;

/** The id is checked where the attempt is read. */
const wellFormed = /^([^.]+)\.([A-Za-z0-9_-]{43})$/;

/** A ticket's secret, for the page, and its hash, for the store. */
export interface TicketSecret {
  secret: string;
  hash: string;
}

export async function createTicketSecret(runtime: Runtime): Promise<TicketSecret> {
  const secret = base64url(runtime.random(secretBytes));
  return { secret, hash: await sha256(secret) };
}

/** The text of a ticket: the attempt's id and the secret. */
export const ticketText = (attempt: string, secret: string): string => `${attempt}.${secret}`;

/** The parts of a ticket's text; undefined if it cannot be a ticket. */
export function parseTicket(text: unknown): { attempt: string; secret: string } | undefined {
  const [, attempt, secret] = (typeof text === "string" && wellFormed.exec(text)) || [];
  return attempt !== undefined && secret !== undefined ? { attempt, secret } : undefined;
}

/** Why a ticket is refused: the first that fits. `unknown` includes a ticket that a newer one has replaced. */
export type TicketRefusal = "unknown" | "other_browser" | "used" | "expired";

/** A try to redeem a ticket: hashes of its secret and of the browser's cookie, and when. */
export interface Redemption {
  readonly hash: string;
  readonly browser: string;
  readonly at: number;
}

/** Redeems the newest ticket: the attempt's next version and state, or the same version and why the ticket is refused. */
export function redeemTicket(
  attempt: Attempt,
  { hash, browser, at }: Redemption,
  timeouts: Timeouts,
): { next: Attempt; outcome: TicketRefusal | CompletedState } {
  const { state } = attempt;
  const refused = (outcome: TicketRefusal) => ({ next: attempt, outcome });
  if (state.status !== "completed" || state.ticket?.hash !== hash) return refused("unknown");
  if (attempt.browser !== browser) return refused("other_browser");
  if (state.ticket.redeemedAt !== undefined) return refused("used");
  if (at >= state.ticket.endsAt) return refused("expired");
  const redeemed = { ...state, ticket: { ...state.ticket, redeemedAt: at } };
  return { next: nextVersion(attempt, { state: redeemed }, timeouts), outcome: redeemed };
}
