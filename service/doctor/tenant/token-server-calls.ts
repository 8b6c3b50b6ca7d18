import { randomUUID } from "node:crypto";
import { nodeTransport } from "onegini-otp-login/node";
import type { Transport } from "onegini-otp-login/server";
import * as v from "valibot";
import type { DoctorSettings } from "../doctor-settings.js";
import { codeOf } from "../error-code.js";
import { userAgent } from "../user-agent.js";

/** What a call brought. */
export type Reply =
  /** `code`: that of the vendor's error, if it is one. */
  | {
      kind: "answered";
      status: number;
      json: unknown;
      code: string | undefined;
      description: string | undefined;
    }
  | { kind: "silent"; reason: string };

/** A code: a transaction that was started. */
export interface Code {
  transactionId: string;
  otp: string;
  /** Milliseconds. Undefined if the answer has none that the kit takes. */
  ttlMs: number | undefined;
}

/** What the Token Server answered. What was not asked is undefined. */
export interface TokenServerFacts {
  /** To a result call without client authentication. */
  anonymous: Reply;
  /** To starts with the site's own messages, one for each language. */
  starts: readonly { text: string | undefined; language: string | undefined; reply: Reply }[];
  /** To a start with the message "Test", where a start of the site's own was refused. */
  plain?: Reply | undefined;
  /** To a start with a user that does not exist, where that was refused too: a type that is not OTP needs a user. */
  withUser?: Reply | undefined;
  /** The first code that was started. */
  code?: Code | undefined;
  /** To the call for its result. */
  result?: Reply | undefined;
}

const ErrorCode = v.union([v.pipe(v.string(), v.nonEmpty()), v.number()]);
const VendorError = v.union([
  v.object({ error: ErrorCode, error_description: v.optional(v.string()) }),
  v.object({ error_code: ErrorCode, description: v.optional(v.string()) }),
]);
const maxTtlMs = 86_400_000;
const Started = v.object({
  transaction_id: v.pipe(v.string(), v.regex(/^\w[\w.:~-]{0,127}$/)),
  otp: v.pipe(v.string(), v.nonEmpty()),
  time_to_live: v.optional(
    v.fallback(v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(maxTtlMs))), undefined),
  ),
});
const Result = v.object({
  transaction_id: v.string(),
  is_authenticated: v.boolean(),
  user_id: v.nullish(v.string()),
  not_authenticated_reason: v.nullish(v.object({ reason: v.string(), description: v.optional(v.string()) })),
});

/** The vendor has two spellings. */
function vendorErrorIn(json: unknown): { code: string | undefined; description: string | undefined } {
  const { success, output } = v.safeParse(VendorError, json);
  if (!success) return { code: undefined, description: undefined };
  return "error" in output
    ? { code: String(output.error), description: output.error_description }
    : { code: String(output.error_code), description: output.description };
}

/** The code in an answer to a start, if there is one. */
export function codeIn(reply: Reply | undefined): Code | undefined {
  if (reply?.kind !== "answered" || reply.status !== 200) return undefined;
  const { success, output } = v.safeParse(Started, reply.json);
  return success
    ? { transactionId: output.transaction_id, otp: output.otp, ttlMs: output.time_to_live }
    : undefined;
}

export type Result =
  | { kind: "waiting" }
  | { kind: "approved"; userId: string }
  | { kind: "denied" }
  | { kind: "closed"; reason: string }
  | { kind: "unanswered"; reply: Reply };

/** What an answer to a result call says, read as the kit reads it. */
export function resultIn(reply: Reply, transactionId: string): Result {
  if (reply.kind === "answered") {
    if (reply.status === 404 && (reply.code === "3004" || reply.code === "not_found"))
      return { kind: "waiting" };
    const { success, output } = v.safeParse(Result, reply.json);
    if (reply.status === 200 && success && output.transaction_id === transactionId) {
      if (output.is_authenticated && output.user_id) return { kind: "approved", userId: output.user_id };
      const reason = output.not_authenticated_reason?.reason;
      if (!output.is_authenticated && reason === undefined) return { kind: "waiting" };
      if (reason === "not_accepted") return { kind: "denied" };
      if (reason !== undefined) return { kind: "closed", reason };
    }
  }
  return { kind: "unanswered", reply };
}

/** Calls the Token Server as the kit does, over the kit's own transport. Never rejects. */
export class TokenServerCalls {
  readonly #settings: DoctorSettings;
  readonly #callbackUri: string;
  readonly #transport: Transport;
  readonly #timeoutMs: number;

  constructor(
    settings: DoctorSettings,
    callbackUri: string,
    timeoutMs: number,
    transport: Transport = nodeTransport,
  ) {
    this.#settings = settings;
    this.#callbackUri = callbackUri;
    this.#timeoutMs = timeoutMs;
    this.#transport = transport;
  }

  /** Without client authentication, for a transaction that does not exist. */
  anonymous(): Promise<Reply> {
    return this.#call(`/transaction/${randomUUID()}`, {});
  }

  /** Sends the same fields as the kit, so that a Token Server that refuses one of them is found here. */
  start({ text, language, userId }: { text?: string; language?: string; userId?: string }): Promise<Reply> {
    const form = new URLSearchParams({ type: this.#settings.type, callback_uri: this.#callbackUri });
    const optional = {
      message: text,
      secure_message: text,
      language_code: language ?? "en",
      // As the kit sends it for a browser on its own machine.
      ip_address: "127.0.0.1",
      user_agent: userAgent,
      user_id: userId,
    };
    for (const [name, value] of Object.entries(optional)) if (value) form.set(name, value);
    return this.#authenticated("/user", form);
  }

  result(transactionId: string): Promise<Reply> {
    return this.#authenticated(`/transaction/${transactionId}`);
  }

  /** Where there are two secrets, the call is repeated with the second one if the first one is refused, as the kit does it. */
  async #authenticated(path: string, form?: URLSearchParams): Promise<Reply> {
    const [first = "", ...others] = this.#settings["client-secret"];
    let reply = await this.#call(path, this.#authentication(first, form), form);
    for (const secret of others)
      if (reply.kind === "answered" && reply.status === 401)
        reply = await this.#call(path, this.#authentication(secret, form), form);
    return reply;
  }

  /** With `body`, id and secret go into a form. A call without one always has the header. */
  #authentication(secret: string, form?: URLSearchParams): Record<string, string> {
    const { "client-id": id, "client-authentication": kind } = this.#settings;
    if (kind === "body" && form) {
      form.set("client_id", id);
      form.set("client_secret", secret);
      return {};
    }
    return { authorization: clientAuthorization(id, secret) };
  }

  async #call(path: string, headers: Record<string, string>, form?: URLSearchParams): Promise<Reply> {
    const { "token-server-url": url } = this.#settings;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      const { status, text } = await this.#transport({
        url: `${url.replace(/\/+$/, "")}/oauth/api/v4/authenticate${path}`,
        method: form ? "POST" : "GET",
        headers: {
          accept: "application/json",
          ...headers,
          ...(form && { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" }),
        },
        ...(form && { body: form.toString() }),
        maxBytes: 65_536,
        signal,
      });
      const json = parseJson(text);
      return { kind: "answered", status, json, ...vendorErrorIn(json) };
    } catch (error) {
      const reason = signal.aborted ? `no answer in ${this.#timeoutMs / 1000} s` : codeOf(error);
      return { kind: "silent", reason };
    }
  }
}

/** RFC 6749 §2.3.1: id and secret are form-urlencoded before they are joined. */
export const clientAuthorization = (id: string, secret: string): string =>
  `Basic ${btoa(`${formEncode(id)}:${formEncode(secret)}`)}`;

const formEncode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

function parseJson(text = ""): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks the Token Server until it is known which setting is wrong, or that none is. */
export async function askTokenServer(
  calls: TokenServerCalls,
  message: DoctorSettings["message"],
): Promise<TokenServerFacts> {
  const anonymous = await calls.anonymous();
  if (anonymous.kind === "silent") return { anonymous, starts: [] };
  const texts: [string | undefined, string | undefined][] =
    typeof message === "object" ? Object.entries(message) : [[undefined, message]];
  const starts = [];
  for (const [language, text] of texts) {
    const reply = await calls.start({ ...(text && { text }), ...(language && { language }) });
    starts.push({ text, language, reply });
    // Whatever it is, it is the same for the next text.
    if (codeIn(reply) === undefined && !isAboutParameters(reply)) break;
  }
  const refused = starts.find(({ reply }) => codeIn(reply) === undefined);
  const plain =
    refused && isAboutParameters(refused.reply) ? await calls.start({ text: plainMessage }) : undefined;
  const withUser =
    plain && isAboutParameters(plain)
      ? await calls.start({ text: plainMessage, userId: `doctor-${randomUUID()}` })
      : undefined;
  const code = [...starts.map(({ reply }) => reply), plain].flatMap((reply) => codeIn(reply) ?? [])[0];
  const result = code && (await calls.result(code.transactionId));
  return { anonymous, starts, plain, withUser, code, result };
}

/** Short, and of letters that every Token Server takes. */
const plainMessage = "Test";

/** 1003: a parameter is missing or invalid, and it is not said which. 1005: the message is too long. */
export const isAboutParameters = (reply: Reply): boolean =>
  reply.kind === "answered" && (reply.code === "1003" || reply.code === "1005");
