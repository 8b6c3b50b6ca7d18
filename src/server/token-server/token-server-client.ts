import { parseJson } from "../../protocol/login-api.js";
import type { LoginKitEvent } from "../kit-events.js";
import { timedOut, withTimeout, type Runtime } from "../runtime.js";
import { authenticateClient, redactor, type ClientCredentials } from "./client-credentials.js";
import {
  parseResult,
  parseStarted,
  parseVendorError,
  type StartedTransaction,
  type TransactionResult,
  type VendorError,
  type WrongAnswer,
} from "./token-server-answers.js";
import type { Transport } from "./transport.js";

/** The Token Server's address, and the site's settings there. */
export interface TokenServerSettings extends Omit<ClientCredentials, "clientSecret"> {
  /** One, or two if one is about to be replaced. They may change from call to call. */
  clientSecrets: () => readonly string[];
  /** Without a slash at the end; the vendor's paths are appended. */
  url: string;
  /** The name of the mobile authentication type. */
  type: string;
  callbackUri: string;
  timeoutMs: number;
  /** How many digits the numbers in messages have, which no error may repeat; undefined without numbers. */
  numberDigits?: number | undefined;
}

/** What the phone shows about a login. */
export interface LoginDetails {
  message: string | undefined;
  languageCode: string | undefined;
  ipAddress: string | undefined;
  userAgent: string | undefined;
}

/** Why a call brought no usable answer. */
export interface Trouble {
  /** In the kit's own words, never the Token Server's. */
  reason: string;
  /** The HTTP status, if there was an answer. */
  status?: number;
  /** The vendor's error, if there was one. */
  error?: VendorError;
  /** What is wrong with the answer, if it is 200 and not as documented. */
  wrong?: WrongAnswer;
}

export type StartOutcome =
  | { kind: "started"; transaction: StartedTransaction }
  /** A 4xx: the site or its administrator has to fix something. */
  | { kind: "rejected"; trouble: Trouble }
  /** Unreachable, too slow, a 5xx or an invalid answer: it may work later. */
  | { kind: "unavailable"; trouble: Trouble };

export type ResultOutcome = TransactionResult | { kind: "unanswered"; trouble: Trouble };

type Answer =
  /** `json` is undefined if the body is no JSON. */
  { kind: "answered"; status: number; json: unknown } | { kind: "unavailable"; reason: string };

/** `redact` removes the secrets that the call was made with, `redactWords` also what may be a number of a message. */
type Reply = Answer & { redact: (text: string) => string; redactWords: (text: string) => string };

interface TokenServerRequest {
  path: string;
  /** Of a POST. Without one it is a GET. */
  form: URLSearchParams | undefined;
  /** Whether a call that is refused is made again with another secret. */
  hasOtherSecret: boolean;
}

/** Far more than a Token Server answers. */
const maxAnswerBytes = 65_536;

/** The vendor's codes of a 404 for a transaction that is unknown, or not yet decided. It documents both. */
const unknownTransaction: readonly (string | undefined)[] = ["3004", "not_found"];

const formType = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" } as const;

/** Calls the Token Server: the two calls that an OTP login needs. Never rejects. */
export class TokenServerClient {
  readonly #settings: TokenServerSettings;
  readonly #runtime: Runtime;
  readonly #transport: Transport;
  /** The secret that the Token Server accepted last. */
  #accepted: string | undefined;

  constructor(settings: TokenServerSettings, transport: Transport, runtime: Runtime) {
    this.#settings = settings;
    this.#transport = transport;
    this.#runtime = runtime;
  }

  /** Starts a transaction: `POST /oauth/api/v4/authenticate/user`. */
  async start({ message, languageCode, ipAddress, userAgent }: LoginDetails): Promise<StartOutcome> {
    const { type, callbackUri } = this.#settings;
    const form = new URLSearchParams({ type, callback_uri: callbackUri });
    const optional = {
      message,
      // The vendor's template for the phone's text takes its `[message]` from here, its example for OTP from `message`.
      secure_message: message,
      language_code: languageCode,
      ip_address: ipAddress,
      user_agent: userAgent,
    };
    for (const [name, value] of Object.entries(optional)) if (value) form.set(name, value);

    const reply = await this.#call("/oauth/api/v4/authenticate/user", form);
    const parsed = isOk(reply) ? parseStarted(reply.json) : undefined;
    if (parsed?.kind === "parsed") return { kind: "started", transaction: parsed.answer };
    const trouble = troubleOf(reply, parsed?.wrong);
    return reply.kind === "answered" && reply.status >= 400 && reply.status < 500
      ? { kind: "rejected", trouble }
      : { kind: "unavailable", trouble };
  }

  /** Gets the result of a transaction: `GET /oauth/api/v4/authenticate/transaction/{id}`. */
  async result(transactionId: string): Promise<ResultOutcome> {
    const reply = await this.#call(
      `/oauth/api/v4/authenticate/transaction/${encodeURIComponent(transactionId)}`,
    );
    const parsed = isOk(reply) ? parseResult(reply.json, transactionId) : undefined;
    if (parsed?.kind === "parsed") {
      const { answer } = parsed;
      if (answer.kind !== "closed") return answer;
      // The Token Server's words about a failed transaction go into the site's log.
      const { reason, description } = answer;
      const { redactWords } = reply;
      return { ...answer, reason: redactWords(reason), description: description && redactWords(description) };
    }
    const trouble = troubleOf(reply, parsed?.wrong);
    return trouble.status === 404 && unknownTransaction.includes(trouble.error?.code)
      ? { kind: "waiting" }
      : { kind: "unanswered", trouble };
  }

  /** Calls, and once more if there is a second secret and the first one was refused. */
  async #call(path: string, form?: URLSearchParams): Promise<Reply> {
    const { clientId, clientSecrets } = this.#settings;
    let secrets: readonly string[];
    try {
      secrets = clientSecrets();
    } catch (error) {
      return {
        kind: "unavailable",
        reason: `was not asked: ${(error as Error).message}`,
        ...withoutRedaction,
      };
    }
    const redact = (text: string): string => redactor(clientId, secrets)(text);
    const redactWords = (text: string): string => redact(withoutNumbers(text, this.#settings.numberDigits));
    let answer: Answer = { kind: "unavailable", reason: "was not asked" };
    const ordered = this.#acceptedFirst(secrets);
    for (const [index, secret] of ordered.entries()) {
      const hasOtherSecret = index < ordered.length - 1;
      answer = await this.#callWith(secret, { path, form, hasOtherSecret }, redact);
      if (answer.kind === "unavailable") return { ...answer, redact, redactWords };
      if (answer.status !== 401) {
        this.#accepted = secret;
        break;
      }
    }
    return { ...answer, redact, redactWords };
  }

  /** So that a call is repeated only once after the Token Server has changed to the other secret. */
  #acceptedFirst(secrets: readonly string[]): readonly string[] {
    const accepted = this.#accepted;
    if (accepted === undefined || secrets[0] === accepted || !secrets.includes(accepted)) return secrets;
    return [accepted, ...secrets.filter((secret) => secret !== accepted)];
  }

  async #callWith(
    clientSecret: string,
    { path, form, hasOtherSecret }: TokenServerRequest,
    redact: Reply["redact"],
  ): Promise<Answer> {
    const { url, timeoutMs, clientId, clientAuthentication } = this.#settings;
    const credentials = { clientId, clientSecret, clientAuthentication };
    const headers = { accept: "application/json", ...authenticateClient(credentials, form) };
    const request = form
      ? ({ method: "POST", headers: { ...headers, ...formType }, body: form.toString() } as const)
      : ({ method: "GET", headers } as const);
    const abort = new AbortController();
    const { signal } = abort;
    try {
      const call = this.#transport({
        url: url + path,
        ...request,
        ...(hasOtherSecret && { hasOtherSecret }),
        maxBytes: maxAnswerBytes,
        signal,
      });
      const answer = await withTimeout(call, timeoutMs, this.#runtime);
      if (answer === timedOut) {
        abort.abort();
        return { kind: "unavailable", reason: `gave no answer in ${timeoutMs / 1000} s` };
      }
      const { status, text } = answer;
      if (text === undefined) return { kind: "unavailable", reason: "sent an answer that is too large" };
      return { kind: "answered", status, json: parseJson(text) };
    } catch (error) {
      const reason = `could not be reached at ${url} (${describe(error, redact)})`;
      return { kind: "unavailable", reason };
    }
  }
}

const isOk = (reply: Reply): reply is Extract<Reply, { kind: "answered" }> =>
  reply.kind === "answered" && reply.status === 200;

function troubleOf(reply: Reply, wrong: WrongAnswer | undefined): Trouble {
  if (reply.kind === "unavailable") return { reason: reply.reason };
  const { status, redact, redactWords } = reply;
  const error = parseVendorError(reply.json);
  if (wrong) return { reason: "answered 200 with an invalid body", status, wrong };
  if (!error) return { reason: `answered ${status}`, status };
  const { code, description } = error;
  return {
    reason: `answered ${status}`,
    status,
    error: {
      // A code, unless it is a sentence, which may repeat the message.
      code: /^[\w.-]+$/.test(code) ? redact(code) : redactWords(code),
      description: description && redactWords(description),
    },
  };
}

const withoutRedaction = { redact: (text: string) => text, redactWords: (text: string) => text };

/** An error may repeat the message, and with it the number. Whatever has as many digits in a row may be one. */
const withoutNumbers = (text: string, digits: number | undefined): string =>
  digits === undefined ? text : text.replace(new RegExp(`\\d{${digits},}`, "g"), "[number]");

/** The cause says more than "fetch failed", e.g. ECONNREFUSED. A code is no free text: no short secret is searched for in it. */
function describe(error: unknown, redact: Reply["redact"]): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return redact(String(cause));
  if (!("code" in cause)) return redact(cause.message);
  const code = String(cause.code);
  return /^[A-Z][A-Z\d_]*$/.test(code) ? code : redact(code);
}

/** A trouble as events and `kit.check` tell it. */
export const troubleDetails = ({ reason, status, error }: Trouble) => ({
  reason,
  ...(status !== undefined && { status }),
  ...(error && { code: error.code }),
  ...(error?.description !== undefined && { description: error.description }),
});

/** The event that reports a call without a usable answer. */
export function troubleEvent(
  call: "start" | "result",
  trouble: Trouble,
  durationMs: number,
): Extract<LoginKitEvent, { type: "token_server_trouble" }> {
  const { status } = trouble;
  // A 4xx stays until somebody fixes it; anything else may pass.
  const level = status !== undefined && status >= 400 && status < 500 ? "error" : "warn";
  return { type: "token_server_trouble", level, call, ...troubleDetails(trouble), durationMs };
}
