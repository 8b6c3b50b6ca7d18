import { auth } from "hono/utils/basic-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { invalidRequest } from "../http/api-error.js";
import type { Attempts } from "../attempt/attempts.js";
import { loggedAddress, type Call } from "../http/call.js";
import { StoreUnavailable } from "../attempt/guarded-store.js";
import type { EarlyHints } from "../token-server/early-callbacks.js";
import { emptyResponse } from "../http/response.js";
import type { Report } from "../kit-events.js";
import type { Questions } from "../token-server/result-poller.js";
import type { CallbackCredentials } from "../options.js";
import type { Runtime } from "../runtime.js";
import { isTransactionId } from "../token-server/token-server-answers.js";
import type { Watching } from "./watchers.js";

interface Parts {
  attempts: Attempts;
  earlyHints: EarlyHints;
  /** The transactions whose callbacks wait for the store. */
  postponed: Set<string>;
  questions: Questions;
  report: Report;
  runtime: Runtime;
  /** Makes `kit.close()` wait for a task. */
  addPending: (task: Promise<void>) => void;
  watching: Pick<Watching, "isClosed">;
}

/**
 * Checks the credentials of a callback. They are compared in constant time.
 *
 * @throws ApiError 401
 */
export async function authenticateCallback(
  request: Request,
  expected: CallbackCredentials | undefined,
): Promise<void> {
  if (!expected) return;
  const given = auth(request) ?? { username: "", password: "" };
  const [isUser, isPassword] = await Promise.all([
    timingSafeEqual(given.username, expected.username),
    timingSafeEqual(given.password, expected.password),
  ]);
  if (isUser && isPassword) return;
  throw invalidRequest("The callback takes HTTP Basic authentication.", {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="callback", charset="UTF-8"' },
  });
}

/**
 * `POST /callback`, from the Token Server: a hint that a transaction ended. It proves nothing, so what happened is
 * asked, after the 204.
 */
export function answerCallback(
  call: Pick<Call<unknown>, "address" | "beganAt">,
  body: Record<string, unknown>,
  parts: Parts,
): Response {
  const { transaction_id: transactionId } = body;
  if (typeof transactionId !== "string" || transactionId === "") {
    throw invalidRequest('"transaction_id" must be a string.');
  }
  if (isTransactionId(transactionId)) {
    const hint: Hint = { transactionId, heardAt: call.beganAt, ...loggedAddress(call) };
    parts.addPending(followLater(hint, parts));
  }
  return emptyResponse();
}

/** A callback that has come. */
interface Hint {
  transactionId: string;
  heardAt: number;
  /** Of whoever posted it. */
  address?: string;
}

const followLater = (hint: Hint, parts: Parts): Promise<void> =>
  new Promise((resolve) => {
    parts.runtime.after(0, () => void follow(hint, parts).then(resolve));
  });

async function follow(hint: Hint, parts: Parts, triesLeft = maxTries): Promise<void> {
  const { transactionId, heardAt, ...from } = hint;
  const { attempts, earlyHints, postponed, questions, report, runtime, watching } = parts;
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
      ...from,
      durationMs: runtime.now() - heardAt,
    });
    const isUndecided =
      attempt?.state.status === "pending" &&
      attempt.transactions.some(({ id, closed }) => id === transactionId && !closed);
    if (isUndecided) await questions.hint(attempt, transactionId);
  } catch (error) {
    report({ type: "internal_error", level: "error", doing: "following a callback", error });
    // The Token Server will not say it twice. What it was about may have to wait for a store that is down.
    if (!(error instanceof StoreUnavailable) || triesLeft === 0 || watching.isClosed) return;
    if (postponed.size >= maxPostponed || postponed.has(transactionId)) return;
    postponed.add(transactionId);
    runtime.after(retryMs, () => {
      postponed.delete(transactionId);
      void follow(hint, parts, triesLeft - 1);
    });
  }
}

/** As long as a code lives, in most places; later the transaction is asked about anyway. */
const retryMs = 2000;
const maxTries = 30;

/** Anybody can post callbacks. */
const maxPostponed = 1000;
