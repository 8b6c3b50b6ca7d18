/** The demo app's stand-in for the vendor's SDK: the same calls and codes, sent to the emulator over HTTP. */

/** An error; `code` is the SDK's, and absent if the Token Server gave no readable answer. */
export interface Problem {
  code?: number;
  message: string;
}

export type Result<Value> = { kind: "done"; value: Value } | { kind: "problem"; problem: Problem };

/** A login that waits for the user's answer. */
export interface Transaction {
  id: string;
  message: string;
}

/** Fetches the transaction of a scanned code. Only one phone can. */
export async function scan(user: string, otp: string): Promise<Result<Transaction>> {
  const result = await call("POST", `users/${encodeURIComponent(user)}/scan`, { otp });
  if (result.kind === "problem") return result;
  const { transaction_id: id, message } = result.value;
  return typeof id === "string" && typeof message === "string"
    ? { kind: "done", value: { id, message } }
    : unreadable;
}

/** Delivers the user's answer. */
export const answer = (transactionId: string, accept: boolean): Promise<Result<unknown>> =>
  call("POST", `transactions/${encodeURIComponent(transactionId)}/answer`, { accept });

/** Enrolls a user's phone for mobile authentication, or ends its enrollment. */
export const setEnrolled = (user: string, enrolled: boolean): Promise<Result<unknown>> =>
  call("PUT", `users/${encodeURIComponent(user)}`, { enrolled });

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
    const response = await fetch(`/phone/${path}`, {
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
