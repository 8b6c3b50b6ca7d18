import { auth } from "hono/utils/basic-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { answerEmpty, Refusal } from "./answers.js";
import type { Attempts } from "./attempts.js";
import type { EarlyHints } from "./early-hints.js";
import type { Report } from "./events.js";
import type { Questions } from "./questions.js";
import type { Runtime } from "./runtime.js";
import { isTransactionId } from "./token-server-answers.js";

interface Parts {
  attempts: Attempts;
  earlyHints: EarlyHints;
  questions: Questions;
  report: Report;
  runtime: Runtime;
}

/** The Basic authentication that the administrator set for the callback's address. */
export interface CallbackCredentials {
  username: string;
  password: string;
}

/** Refuses a callback without the credentials. They are compared in constant time. */
export async function refuseCallback(
  request: Request,
  expected: CallbackCredentials | undefined,
): Promise<Refusal | undefined> {
  if (!expected) return undefined;
  const given = auth(request) ?? { username: "", password: "" };
  const [isUser, isPassword] = await Promise.all([
    timingSafeEqual(given.username, expected.username),
    timingSafeEqual(given.password, expected.password),
  ]);
  return isUser && isPassword
    ? undefined
    : new Refusal("invalid_request", "The callback takes HTTP Basic authentication.", {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="callback", charset="UTF-8"' },
      });
}

/**
 * `POST /callback`, from the Token Server: a hint that a transaction ended. It proves nothing, so what happened is
 * asked, after the 204.
 */
export function answerCallback(body: Record<string, unknown>, parts: Parts): Response | Refusal {
  const { transaction_id: transactionId } = body;
  if (typeof transactionId !== "string" || transactionId === "") {
    return new Refusal("invalid_request", '"transaction_id" must be a string.');
  }
  if (isTransactionId(transactionId)) parts.runtime.after(0, () => void follow(transactionId, parts));
  return answerEmpty();
}

async function follow(
  transactionId: string,
  { attempts, earlyHints, questions, report }: Parts,
): Promise<void> {
  try {
    // Remembered before it is looked for: the attempt may come into the store in between.
    earlyHints.remember(transactionId);
    const attempt = await attempts.findByTransaction(transactionId);
    if (attempt) earlyHints.take(transactionId);
    report({
      type: "callback_received",
      level: "info",
      transaction: transactionId,
      ...(attempt && { attempt: attempt.id }),
    });
    const isUndecided =
      attempt?.state.status === "pending" &&
      attempt.transactions.some(({ id, closed }) => id === transactionId && !closed);
    if (isUndecided) await questions.hint(attempt, transactionId);
  } catch (error) {
    report({ type: "internal_error", level: "error", doing: "following a callback", error });
  }
}
