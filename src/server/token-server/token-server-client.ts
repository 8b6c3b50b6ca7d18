import type { Runtime } from "../runtime.js";
import { authenticateClient, type ClientCredentials } from "./client-authentication.js";
import { callJson, type Reply } from "./json-call.js";
import { redactor } from "./redaction.js";
import {
  parseResult,
  parseStarted,
  parseVendorError,
  type StartedTransaction,
  type TransactionResult,
  type VendorError,
} from "./token-server-answers.js";
import type { Transport } from "./transport.js";

/** Where the Token Server is and who asks. */
export interface TokenServerSettings extends ClientCredentials {
  /** Its address, without a slash at the end; the vendor's paths are appended. */
  url: string;
  /** The name that the administrator gave the mobile authentication type. */
  type: string;
  callbackUri: string;
  timeoutMs: number;
}

/** What the phone is to show about a login, as far as it is known. */
export interface LoginDetails {
  message: string | undefined;
  languageCode: string | undefined;
  ipAddress: string | undefined;
  userAgent: string | undefined;
}

/** A call that brought no usable answer: what came instead. */
export interface Trouble {
  /** What is wrong, in words; never from the Token Server. */
  reason: string;
  /** The HTTP status, if there was an answer. */
  status?: number;
  /** The vendor's error, if there was one. */
  error?: VendorError;
}

export type StartOutcome =
  | { kind: "started"; transaction: StartedTransaction }
  /** A 4xx: something that the site or its administrator has to mend. */
  | { kind: "refused"; trouble: Trouble }
  /** Unreachable, too slow, a 5xx or nonsense: it may work later. */
  | { kind: "unavailable"; trouble: Trouble };

export type ResultOutcome = TransactionResult | { kind: "unanswered"; trouble: Trouble };

/** The vendor's code for a transaction that is unknown, or not yet decided. */
const unknownTransaction = "3004";

/** A client of the Token Server: the two calls that an OTP login takes. Never rejects. */
export class TokenServerClient {
  readonly #settings: TokenServerSettings;
  readonly #runtime: Runtime;
  readonly #redact: (text: string) => string;
  readonly #transport: Transport;

  constructor(settings: TokenServerSettings, transport: Transport, runtime: Runtime) {
    this.#settings = settings;
    this.#transport = transport;
    this.#runtime = runtime;
    this.#redact = redactor(settings);
  }

  /** Starts a transaction: `POST /oauth/api/v4/authenticate/user`. */
  async start({ message, languageCode, ipAddress, userAgent }: LoginDetails): Promise<StartOutcome> {
    const { type, callbackUri } = this.#settings;
    const form = new URLSearchParams({ type, callback_uri: callbackUri });
    const optional = {
      message,
      language_code: languageCode,
      ip_address: ipAddress,
      user_agent: userAgent,
    };
    for (const [name, value] of Object.entries(optional)) if (value) form.set(name, value);

    const reply = await this.#call("/oauth/api/v4/authenticate/user", form);
    const transaction = reply.kind === "answered" && reply.status === 200 && parseStarted(reply.json);
    if (transaction) return { kind: "started", transaction };
    const trouble = this.#trouble(reply);
    return reply.kind === "answered" && reply.status >= 400 && reply.status < 500
      ? { kind: "refused", trouble }
      : { kind: "unavailable", trouble };
  }

  /** Asks how a transaction went: `GET /oauth/api/v4/authenticate/transaction/{id}`. */
  async result(transactionId: string): Promise<ResultOutcome> {
    const reply = await this.#call(
      `/oauth/api/v4/authenticate/transaction/${encodeURIComponent(transactionId)}`,
    );
    const result =
      reply.kind === "answered" && reply.status === 200 && parseResult(reply.json, transactionId);
    if (result) return this.#withoutSecrets(result);
    const trouble = this.#trouble(reply);
    return trouble.status === 404 && trouble.error?.code === unknownTransaction
      ? { kind: "waiting" }
      : { kind: "unanswered", trouble };
  }

  #call(path: string, form?: URLSearchParams): Promise<Reply> {
    const headers = { accept: "application/json", ...authenticateClient(this.#settings, form) };
    const url = this.#settings.url + path;
    return callJson(
      form
        ? { url, method: "POST", headers: { ...headers, ...formType }, body: form.toString() }
        : { url, method: "GET", headers },
      this.#settings.timeoutMs,
      { runtime: this.#runtime, transport: this.#transport },
    );
  }

  #trouble(reply: Reply): Trouble {
    if (reply.kind === "unavailable") return { reason: reply.reason };
    const { status } = reply;
    const error = parseVendorError(reply.json);
    if (status === 200) return { reason: "answered something that is no answer to the question", status };
    if (!error) return { reason: `answered ${status}`, status };
    const { code, description } = error;
    return {
      reason: `answered ${status}`,
      status,
      error: { code: this.#redact(code), description: this.#redactIfAny(description) },
    };
  }

  /** Why a transaction failed is told to the site's log, in the Token Server's words. */
  #withoutSecrets(result: TransactionResult): TransactionResult {
    if (result.kind !== "closed") return result;
    const { reason, description } = result;
    return { ...result, reason: this.#redact(reason), description: this.#redactIfAny(description) };
  }

  #redactIfAny(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#redact(text);
  }
}

const formType = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" } as const;
