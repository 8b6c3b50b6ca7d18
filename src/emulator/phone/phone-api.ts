import { decodeSegment, readBody } from "../request-body.js";
import { jsonResponse } from "../oauth/vendor-errors.js";
import { parseOtp } from "./otp.js";
import { MobileAuthError, statusOf } from "./mobile-auth-error.js";
import { type Transaction, type Transactions } from "../oauth/transactions.js";

/**
 * The Token Server's side for phones. The vendor keeps its own closed, so these calls are the emulator's. Answers
 * any request whose path begins with `/phone/`; errors are `{code, message}` with a code of the vendor's SDK.
 */
export interface PhoneApi {
  answer: (request: Request, pathname: string) => Promise<Response>;
}

const userPath = /^\/phone\/users\/([^/]+)(\/scan)?$/;
const answerPath = /^\/phone\/transactions\/([^/]+)\/answer$/;
const maxJsonBytes = 4_096;
const maxUserCharacters = 256;

export function createPhoneApi(
  transactions: Transactions,
  onEnded: (transaction: Transaction) => void,
): PhoneApi {
  /** True: enrolled. False: disenrolled. Not there: never enrolled. */
  const enrollments = new Map<string, boolean>();

  async function route(request: Request, pathname: string): Promise<Response> {
    const [, user, scan] = userPath.exec(pathname) ?? [];
    const [, id] = answerPath.exec(pathname) ?? [];
    if (user !== undefined && !scan) {
      const userId = parseUser(user);
      const { enrolled } = await readJson(request, "PUT");
      if (typeof enrolled !== "boolean") throw new Refusal(400, "enrolled must be true or false.");
      enrollments.set(userId, enrolled);
      return new Response(null, { status: 204 });
    }
    if (user !== undefined) {
      const userId = parseUser(user);
      const { id, message } = scanFor(userId, (await readJson(request, "POST"))["otp"]);
      return jsonResponse(200, { transaction_id: id, message });
    }
    if (id !== undefined) {
      const { accept } = await readJson(request, "POST");
      if (typeof accept !== "boolean") throw new Refusal(400, "accept must be true or false.");
      take(id, accept);
      return new Response(null, { status: 204 });
    }
    throw new Refusal(404, "There is nothing here.");
  }

  /** Fetches a transaction for one phone; the order of the checks is the emulator's promise. */
  function scanFor(userId: string, otp: unknown): Transaction {
    const content = parseOtp(otp);
    if (!content) throw new MobileAuthError(10015);
    const enrolled = enrollments.get(userId);
    if (!enrolled) throw new MobileAuthError(enrolled === undefined ? 9021 : 9020);
    const transaction = transactions.find(content.transactionId);
    if (!transaction || transaction.secret !== content.secret) throw new MobileAuthError(10013);
    if (transaction.state.kind !== "waiting") throw new MobileAuthError(9029);
    if (transactions.isOver(transaction)) throw new MobileAuthError(10013);
    transaction.state = { kind: "scanned", userId };
    return transaction;
  }

  function take(id: string, accept: boolean): void {
    const transaction = transactions.find(id);
    if (!transaction || transaction.state.kind !== "scanned" || transactions.isOver(transaction)) {
      throw new MobileAuthError(10013);
    }
    const { userId } = transaction.state;
    transaction.state = accept
      ? { kind: "accepted", userId }
      : { kind: "failed", reason: "not_accepted", userId };
    onEnded(transaction);
  }

  return {
    async answer(request, pathname) {
      try {
        return await route(request, pathname);
      } catch (error) {
        if (error instanceof MobileAuthError) {
          return jsonResponse(statusOf(error.code), { code: error.code, message: error.message });
        }
        if (error instanceof Refusal) {
          return jsonResponse(error.status, { code: 10018, message: error.message }, error.headers);
        }
        throw error;
      }
    },
  };
}

/** A call that is wrong in itself: the vendor's "cannot be handled" is the nearest code. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

function parseUser(segment: string): string {
  const user = decodeSegment(segment);
  if (user === undefined || user.length > maxUserCharacters || /[\p{Cc}\p{Cs}]/u.test(user)) {
    throw new Refusal(
      400,
      `The user must be percent-encoded text without control characters, at most ${maxUserCharacters} characters.`,
    );
  }
  return user;
}

/** The body as a JSON object, whatever its `Content-Type`; an empty body or one that is no JSON has no members. */
async function readJson(request: Request, method: string): Promise<Record<string, unknown>> {
  if (request.method !== method) {
    throw new Refusal(405, `The method must be ${method}.`, { allow: method });
  }
  const body = await readBody(request, maxJsonBytes);
  if (body.kind === "too_large") throw new Refusal(413, `The body is larger than ${body.maxBytes} bytes.`);
  try {
    const value: unknown = body.kind === "text" ? JSON.parse(body.text) : undefined;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
