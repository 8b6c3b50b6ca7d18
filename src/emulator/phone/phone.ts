import { isMobileAuthErrorCode, MobileAuthError } from "./mobile-auth-error.js";
import { type TokenServer } from "../token-server.js";

/** What the app shows after a scan, until the user decides. Only the first decision counts. */
export interface Confirmation {
  readonly transactionId: string;
  /** The text that the user reads before deciding. */
  readonly message: string;
  readonly accept: () => void;
  readonly deny: () => void;
  /** Closes the confirmation without sending an answer to the Token Server. */
  readonly cancel: () => void;
}

/** One user's phone, with the calls that an app makes to the vendor's SDK. */
export interface Phone {
  readonly user: string;
  /** Enrolls this user for mobile authentication. */
  readonly enroll: () => Promise<void>;
  /** Ends the enrollment. An open confirmation can no longer be answered (9023). */
  readonly disenroll: () => Promise<void>;
  /** Logs the user in to the app. `createPhone` does so too. */
  readonly unlock: () => void;
  /** Logs the user out of the app: every code is rejected (9010). */
  readonly lock: () => void;
  /** Sets the listener for confirmations, which replaces the earlier one. Returns a function that removes it. */
  readonly onConfirmation: (listener: (confirmation: Confirmation) => void) => () => void;
  /**
   * Handles a scanned code. Resolves when the user's answer, yes or no, has been delivered.
   *
   * Rejects with a `MobileAuthError` whose `code` is 9006 cancelled, 9007 another one in progress, 9010 no user
   * authenticated, 9020 disenrolled, 9021 never enrolled, 9023 disenrolled before the answer, 9029 code already
   * handled, 10013 expired, unknown or over, 10015 not a login code, 10018 no listener for confirmations, or 9001 no
   * readable answer from the Token Server.
   */
  readonly handleMobileAuthWithOtp: (otp: string) => Promise<void>;
}

type Decision = "accept" | "deny" | "cancel";

/**
 * Creates a phone whose user is logged in to the app. The user is enrolled only if an earlier call enrolled them.
 *
 * @param tokenServer - an emulator, or anything that forwards requests to one
 */
export function createPhone(tokenServer: Pick<TokenServer, "fetch">, user: string): Phone {
  // A URL cannot contain a segment "." or "..".
  if (typeof user !== "string" || /^\.{0,2}$|[\p{Cc}\p{Cs}]/u.test(user)) {
    throw new TypeError(
      'createPhone: user must be a text without control characters, not empty, "." or "..".',
    );
  }
  const userPath = `/phone/users/${encodeURIComponent(user)}`;
  let unlocked = true;
  let disenrolled = false;
  let inProgress = false;
  let confirm: ((confirmation: Confirmation) => void) | undefined;

  async function setEnrolled(enrolled: boolean): Promise<void> {
    await call(tokenServer, "PUT", userPath, { enrolled });
    disenrolled = !enrolled;
  }

  async function handle(otp: string, show: (confirmation: Confirmation) => void): Promise<void> {
    const scanned = await call(tokenServer, "POST", `${userPath}/scan`, { otp });
    const { transaction_id: transactionId, message } = scanned;
    if (typeof transactionId !== "string" || typeof message !== "string") throw new MobileAuthError(9001);
    const decision = await new Promise<Decision>((resolve) => {
      show({
        transactionId,
        message,
        accept: () => resolve("accept"),
        deny: () => resolve("deny"),
        cancel: () => resolve("cancel"),
      });
    });
    if (decision === "cancel") throw new MobileAuthError(9006);
    if (!unlocked) throw new MobileAuthError(9010);
    if (disenrolled) throw new MobileAuthError(9023);
    await call(tokenServer, "POST", `/phone/transactions/${encodeURIComponent(transactionId)}/answer`, {
      accept: decision === "accept",
    });
  }

  return {
    user,
    enroll: () => setEnrolled(true),
    disenroll: () => setEnrolled(false),
    unlock: () => {
      unlocked = true;
    },
    lock: () => {
      unlocked = false;
    },
    onConfirmation(listener) {
      confirm = listener;
      return () => {
        if (confirm === listener) confirm = undefined;
      };
    },
    async handleMobileAuthWithOtp(otp) {
      if (!unlocked) throw new MobileAuthError(9010);
      if (inProgress) throw new MobileAuthError(9007);
      if (!confirm) throw new MobileAuthError(10018, "The app set no confirmation to show.");
      inProgress = true;
      try {
        await handle(otp, confirm);
      } finally {
        inProgress = false;
      }
    },
  };
}

/** The emulator reads only the path of a URL at this machine. */
const base = "http://localhost";

async function call(
  tokenServer: Pick<TokenServer, "fetch">,
  method: "PUT" | "POST",
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const { status, answer } = await exchange(tokenServer, method, path, body);
  if (status === 200 || status === 204) return answer;
  const { code, message } = answer;
  throw isMobileAuthErrorCode(code)
    ? new MobileAuthError(code, typeof message === "string" ? message : undefined)
    : new MobileAuthError(9001);
}

async function exchange(
  tokenServer: Pick<TokenServer, "fetch">,
  method: string,
  path: string,
  body: object,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  try {
    const request = new Request(base + path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const response = await tokenServer.fetch(request);
    const answer: unknown = response.status === 204 ? {} : await response.json();
    if (typeof answer !== "object" || answer === null) throw new TypeError("The answer is no JSON object.");
    return { status: response.status, answer: answer as Record<string, unknown> };
  } catch (cause) {
    throw new MobileAuthError(9001, undefined, { cause });
  }
}
