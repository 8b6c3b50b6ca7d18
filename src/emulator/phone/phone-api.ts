import { jsonResponse, readBody } from "../http-bodies.js";
import { parseOtp, type Transaction, type Transactions } from "../oauth/transactions.js";
import { MobileAuthError, statusOf } from "./mobile-auth-error.js";

const userPath = /^\/phone\/users\/([^/]+)(\/scan)?$/;
const answerPath = /^\/phone\/transactions\/([^/]+)\/answer$/;
const maxJsonBytes = 4_096;
const maxUserCharacters = 256;

/**
 * The calls of phones. The vendor does not publish the real ones, so these are the emulator's own. Answers every request whose
 * path begins with `/phone/`. Errors are `{code, message}` with a code of the vendor's SDK.
 */
export function createPhoneApi(
  transactions: Transactions,
  onEnded: (transaction: Transaction) => void,
): (request: Request, pathname: string) => Promise<Response> {
  /** True: enrolled. False: disenrolled. Absent: never enrolled. */
  const enrollments = new Map<string, boolean>();

  async function route(request: Request, pathname: string): Promise<Response> {
    const [, user, scanning] = userPath.exec(pathname) ?? [];
    const [, id] = answerPath.exec(pathname) ?? [];
    if (user !== undefined && !scanning) {
      const userId = parseUser(user);
      const { enrolled } = await readJson(request, "PUT");
      if (typeof enrolled !== "boolean") throw new PhoneApiError(400, "enrolled must be true or false.");
      enrollments.set(userId, enrolled);
      return new Response(null, { status: 204 });
    }
    if (user !== undefined) {
      const userId = parseUser(user);
      const { otp } = await readJson(request, "POST");
      const transaction = scan(userId, otp);
      return jsonResponse(200, { transaction_id: transaction.id, message: transaction.message });
    }
    if (id !== undefined) {
      const { accept } = await readJson(request, "POST");
      if (typeof accept !== "boolean") throw new PhoneApiError(400, "accept must be true or false.");
      answer(id, accept);
      return new Response(null, { status: 204 });
    }
    throw new PhoneApiError(404, "Nothing is at this address.");
  }

  /** Fetches a transaction for one phone. Callers rely on the order of the checks. */
  function scan(userId: string, otp: unknown): Transaction {
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

  function answer(id: string, accept: boolean): void {
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

  return (request, pathname) => route(request, pathname).catch(errorResponse);
}

function errorResponse(error: unknown): Response {
  if (error instanceof MobileAuthError) {
    return jsonResponse(statusOf(error.code), { code: error.code, message: error.message });
  }
  if (error instanceof PhoneApiError) {
    return jsonResponse(error.status, { code: 10018, message: error.message }, error.headers);
  }
  throw error;
}

/** A malformed call. It is answered with 10018, because "cannot be handled" is the nearest of the vendor's codes. */
class PhoneApiError extends Error {
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
    throw new PhoneApiError(
      400,
      `The user must be percent-encoded text without control characters, at most ${maxUserCharacters} characters.`,
    );
  }
  return user;
}

/** Decodes one segment of a path; `undefined` if its percent-encoding is broken. */
function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * Reads a JSON object; `{}` for an empty body and for other JSON. Only `application/json` is accepted, which a page of another
 * site cannot send without the server's consent (CORS).
 */
async function readJson(request: Request, method: string): Promise<Record<string, unknown>> {
  if (request.method !== method) {
    throw new PhoneApiError(405, `The method must be ${method}.`, { allow: method });
  }
  const type = request.headers.get("content-type");
  if (!/^application\/json *(;|$)/i.test(type ?? "") && (type !== null || request.body !== null)) {
    throw new PhoneApiError(415, "The body must be application/json.");
  }
  const body = await readBody(request, maxJsonBytes);
  if (body.kind === "too_large") {
    throw new PhoneApiError(413, `The body is larger than ${maxJsonBytes} bytes.`);
  }
  try {
    const value: unknown = body.kind === "text" ? JSON.parse(body.text) : undefined;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
