import { auth } from "hono/utils/basic-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { invalidRequest } from "../http/api-error.js";
import { loggedAddress, type Call } from "../http/call.js";
import { emptyResponse } from "../http/response.js";
import type { Report } from "../kit-events.js";
import type { ResultPoller } from "../token-server/result-poller.js";
import type { CallbackCredentials } from "../options.js";
import type { Runtime } from "../runtime.js";
import { isTransactionId } from "../token-server/token-server-answers.js";

interface Parts {
  poller: ResultPoller;
  report: Report;
  runtime: Runtime;
  /** Makes `kit.close()` wait for a task. */
  addPending: (task: Promise<void>) => void;
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
  const given = auth(request);
  // One comparison for both: it hashes, and forged callbacks must cost little.
  if (given && (await timingSafeEqual(joined(given), joined(expected)))) return;
  throw invalidRequest("The callback takes HTTP Basic authentication.", {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="callback", charset="UTF-8"' },
  });
}

const joined = ({ username, password }: CallbackCredentials): string => `${username}:${password}`;

/**
 * `POST /callback`, from the Token Server: a transaction may have ended. A callback proves nothing, so the kit asks for
 * the result, once the 204 is on its way. A second callback leads to one more call: after the one that is under way, if
 * there is one (`callbackReceived` in result-schedule.ts).
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
    const from = loggedAddress(call);
    const answered = new Promise<void>((resolve) => parts.runtime.after(0, resolve));
    parts.addPending(answered.then(() => followCallback(transactionId, from, call.beganAt, parts)));
  }
  return emptyResponse();
}

async function followCallback(
  transactionId: string,
  from: { address?: string },
  receivedAt: number,
  { poller, report, runtime }: Parts,
): Promise<void> {
  try {
    const attempt = await poller.callback(transactionId);
    report({
      type: "callback_received",
      level: "info",
      transaction: transactionId,
      ...(attempt && { attempt: attempt.id }),
      ...from,
      durationMs: runtime.now() - receivedAt,
    });
  } catch (error) {
    // The callback is dropped. The result calls around the code's end, or of a browser that comes back, get the result.
    report({ type: "internal_error", level: "error", doing: "following a callback", error });
  }
}
