import { wait, type CallbackFaults } from "../faults.js";

/** HTTP Basic credentials for callbacks to exactly one address. */
export interface CallbackConfiguration {
  url: string;
  username: string;
  password: string;
}

/** How one callback fared: the status of its answer, or the error that kept it from one. */
export interface CallbackDelivery {
  transactionId: string;
  callbackUri: string;
  status?: number;
  error?: unknown;
}

export interface Callback {
  transactionId: string;
  callbackUri: string;
  credentials: CallbackConfiguration | undefined;
}

export interface CallbackSender {
  fetch: typeof globalThis.fetch;
  onCallback: (delivery: CallbackDelivery) => void;
}

const timeoutMilliseconds = 5_000;

/**
 * Tells a site that a transaction has ended: where and which, and nothing else (no result, no user, no signature).
 * Returns at once: neither the phone nor the process may suffer from what the site does with it.
 */
export function sendCallback(callback: Callback, sender: CallbackSender, faults: CallbackFaults = {}): void {
  if (faults.lose) return;
  void deliver(callback, sender, faults);
}

async function deliver(callback: Callback, sender: CallbackSender, faults: CallbackFaults): Promise<void> {
  if (faults.delayMilliseconds) await wait(faults.delayMilliseconds);
  for (let sent = 0; sent < (faults.times ?? 1); sent++) {
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
  try {
    // Called by itself: a platform's `fetch` refuses to be called as a method of something else.
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
    return { transactionId, callbackUri, status: response.status };
  } catch (error) {
    return { transactionId, callbackUri, error };
  }
}

function basic({ username, password }: CallbackConfiguration): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
