import type { Transaction } from "./sdk.js";

const key = "demo-phone-accepted";
const keptMs = 300_000;

/** Keeps a request whose number a page may still ask for: each link into the app loads this page anew. */
export const keepNumber = (transaction: Transaction): void =>
  sessionStorage.setItem(key, JSON.stringify({ transaction, until: Date.now() + keptMs }));

/** The request that was accepted last, for as long as its number can log in. */
export function keptNumber(): Transaction | undefined {
  const { transaction, until = 0 } = JSON.parse(sessionStorage.getItem(key) ?? "{}") as {
    transaction?: Transaction;
    until?: number;
  };
  return until > Date.now() ? transaction : undefined;
}
