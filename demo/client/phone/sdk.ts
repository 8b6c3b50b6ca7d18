/** The demo app's stand-in for the vendor's SDK: the same calls and codes, sent to the emulator over HTTP. */

/** An error; `code` is the SDK's, and absent if the Token Server gave no readable answer. */
export interface Problem {
  code?: number;
  message: string;
}

export type Result<Value> = { kind: "done"; value: Value } | { kind: "problem"; problem: Problem };

/** The platform whose codes and events the app gets. */
export type Platform = "android" | "ios";

/** The codes that depend on the platform, as in the emulator's `createPhone`. */
export const platformCodes: Record<Platform, { noUser: number; disenrolledBeforeAnswer: number }> = {
  android: { noUser: 9010, disenrolledBeforeAnswer: 9023 },
  ios: { noUser: 8012, disenrolledBeforeAnswer: 9020 },
};

/** A login that waits for the user's answer. */
export interface Transaction {
  id: string;
  message: string;
}

/** Fetches the transaction of a scanned code. Only one phone can. */
export async function scan(user: string, otp: string): Promise<Result<Transaction>> {
  const result = await call("POST", `/phone/users/${encodeURIComponent(user)}/scan`, { otp });
  if (result.kind === "problem") return result;
  const { transaction_id: id, message } = result.value;
  return typeof id === "string" && typeof message === "string"
    ? { kind: "done", value: { id, message } }
    : unreadable;
}

/**
 * Delivers the user's answer. On iOS the event `startAuthentication` comes once more after a success, as from the vendor's
 * React Native wrapper.
 */
export async function answer(
  transaction: Transaction,
  accept: boolean,
  platform: Platform,
  startAuthentication: (transaction: Transaction) => void,
): Promise<Result<unknown>> {
  const result = await call("POST", `/phone/transactions/${encodeURIComponent(transaction.id)}/answer`, {
    accept,
  });
  if (platform === "ios" && result.kind === "done") startAuthentication(transaction);
  return result;
}

/** Not the SDK: the bank's own call for its app. By it the login page says "Check your phone"; the login does not need it. */
export const tellScanned = (user: string, transactionId: string): Promise<unknown> =>
  call("POST", "/app/scanned", { transaction_id: transactionId, user });

/** Enrolls a user's phone for mobile authentication, or ends its enrollment. */
export const setEnrolled = (user: string, enrolled: boolean): Promise<Result<unknown>> =>
  call("PUT", `/phone/users/${encodeURIComponent(user)}`, { enrolled });

/** Whether a name can be a segment of a URL, as the emulator requires of a user. */
export function canBeUser(name: string): boolean {
  try {
    return encodeURIComponent(name) !== "" && name !== "." && name !== "..";
  } catch {
    return false; // Half a surrogate pair.
  }
}

const unreadable: Result<never> = {
  kind: "problem",
  problem: { message: "The Token Server’s answer makes no sense." },
};

async function call(method: string, path: string, body: object): Promise<Result<Record<string, unknown>>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const value: unknown = response.status === 204 ? {} : await response.json();
    if (typeof value !== "object" || value === null) return unreadable;
    const members = value as Record<string, unknown>;
    if (response.ok) return { kind: "done", value: members };
    const { code, message } = members;
    return typeof code === "number" && typeof message === "string"
      ? { kind: "problem", problem: { code, message } }
      : unreadable;
  } catch {
    return { kind: "problem", problem: { message: "The Token Server cannot be reached." } };
  }
}
