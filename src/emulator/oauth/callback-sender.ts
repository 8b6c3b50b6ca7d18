import { wait, type CallbackFaults } from "../faults.js";
import { problemOf, type CallbackDelivery, type CallbackOutcome } from "./callback-problem.js";

/** HTTP Basic credentials for callbacks to exactly one address. */
export interface CallbackConfiguration {
  url: string;
  username: string;
  password: string;
}

/** Parses an address to which a callback can be posted. */
export function parseCallbackUri(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // `fetch` throws on an address that contains credentials.
  return url.username === "" && url.password === "" ? url : undefined;
}

interface Callback {
  transactionId: string;
  callbackUri: string;
  credentials: CallbackConfiguration | undefined;
}

interface CallbackSender {
  fetch: typeof globalThis.fetch;
  onCallback: (delivery: CallbackDelivery) => void;
}

const timeoutMilliseconds = 5_000;

/**
 * Posts to the site that a transaction has ended: the address and the id, and nothing else (no result, no user, no
 * signature). Returns at once: the phone's call must not wait for the site, and must not fail with it.
 */
export function sendCallback(
  callback: Callback,
  sender: CallbackSender,
  faults: Required<CallbackFaults>,
): void {
  if (!faults.lose) void deliver(callback, sender, faults);
}

async function deliver(
  callback: Callback,
  sender: CallbackSender,
  { delayMilliseconds, times }: Required<CallbackFaults>,
): Promise<void> {
  if (delayMilliseconds > 0) await wait(delayMilliseconds);
  for (let sent = 0; sent < times; sent++) {
    const delivery = await post(callback, sender);
    try {
      sender.onCallback(delivery);
    } catch (error) {
      console.error("The Token Server emulator's onCallback threw:", error);
    }
  }
}

async function post(
  { transactionId, callbackUri, credentials }: Callback,
  sender: CallbackSender,
): Promise<CallbackDelivery> {
  const about = { transactionId, callbackUri };
  try {
    // The global `fetch` throws if it is called as a method of another object.
    const { fetch } = sender;
    const response = await fetch(callbackUri, {
      method: "POST",
      headers: {
        "content-type": "application/json;charset=UTF-8",
        ...(credentials && { authorization: basic(credentials) }),
      },
      body: JSON.stringify({ callback_uri: callbackUri, transaction_id: transactionId }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    await response.body?.cancel();
    const { status, headers } = response;
    return { ...about, status, ...withProblem({ status, location: headers.get("location") }) };
  } catch (error) {
    return { ...about, error, ...withProblem({ error }) };
  }
}

function withProblem(outcome: CallbackOutcome): { problem?: string } {
  const problem = problemOf(outcome);
  return problem === undefined ? {} : { problem };
}

function basic({ username, password }: CallbackConfiguration): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
