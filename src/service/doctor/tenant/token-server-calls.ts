import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { parseJson } from "../../../protocol/login-api.js";
import { createNodeTransport } from "../../../node/node-transport.js";
import { systemRuntime } from "../../../server/runtime.js";
import {
  parseVendorError,
  type StartedTransaction,
  type VendorError,
} from "../../../server/token-server/token-server-answers.js";
import {
  TokenServerClient,
  type ResultOutcome,
  type StartOutcome,
} from "../../../server/token-server/token-server-client.js";
import { withNumber } from "../../../server/token-server/message.js";
import type { Transport, TransportCall } from "../../../server/token-server/transport.js";
import type { DoctorSettings } from "../doctor-settings.js";
import { userAgent } from "../user-agent.js";

/** The result of a call to the Token Server. */
export interface Reply<Outcome extends StartOutcome | ResultOutcome = StartOutcome | ResultOutcome> {
  /** As the kit interprets it. */
  outcome: Outcome;
  /** The whole answer, of which the kit keeps only a part. Undefined: there was none. */
  answer: SeenAnswer | undefined;
}

interface SeenAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The vendor's error, if it is one. */
  error: VendorError | undefined;
  text: string;
  json: unknown;
}

/** The Token Server's answers. Undefined for calls that were not made. */
export interface TokenServerFacts {
  /** To a result call without client authentication. */
  anonymous: Reply;
  /** To starts with the site's own messages, one for each language. */
  starts: readonly { text: string | undefined; language: string | undefined; reply: Reply<StartOutcome> }[];
  /** To a start with the message "Test", if one with the site's own message was refused. */
  plain?: Reply<StartOutcome> | undefined;
  /** To a start with a user that does not exist, if that was refused too: a type other than OTP requires a user. */
  withUser?: Reply<StartOutcome> | undefined;
  /** The first code that was started. */
  code?: StartedTransaction | undefined;
  /** The number in that code's message, which the phone must show. Undefined without `pairing`. */
  number?: string | undefined;
  /** To the call for its result. */
  result?: Reply<ResultOutcome> | undefined;
}

/** Calls the Token Server with the kit's own client. Never rejects. */
export class TokenServerCalls {
  readonly #settings: DoctorSettings;
  readonly #callbackUri: string;
  readonly #timeoutMs: number;
  readonly #transport: Transport;
  #answer: SeenAnswer | undefined;
  readonly #client: TokenServerClient;

  constructor(settings: DoctorSettings, callbackUri: string, timeoutMs: number) {
    this.#settings = settings;
    this.#callbackUri = callbackUri;
    this.#timeoutMs = timeoutMs;
    let headers: IncomingHttpHeaders = {};
    const transport = createNodeTransport((response) => (headers = response.headers));
    this.#transport = async (call) => {
      this.#answer = undefined;
      const answer = await transport(call);
      const json = parseJson(answer.text ?? "");
      this.#answer = {
        status: answer.status,
        headers,
        error: parseVendorError(json),
        text: answer.text ?? "",
        json,
      };
      return answer;
    };
    this.#client = this.#clientOver(this.#transport, settings["client-secret"]);
  }

  /** Without client authentication, for a transaction that does not exist. */
  anonymous(): Promise<Reply<ResultOutcome>> {
    const withoutClient = (call: TransportCall) => {
      const headers: Record<string, string> = { ...call.headers };
      delete headers["authorization"];
      return this.#transport({ ...call, headers });
    };
    return this.#seen(this.#clientOver(withoutClient, [""]).result(randomUUID()));
  }

  start({ text, language }: { text?: string; language?: string }): Promise<Reply<StartOutcome>> {
    return this.#seen(start(this.#client, text, language));
  }

  /** With a user, whom the kit never sends. */
  startWithUser(text: string): Promise<Reply<StartOutcome>> {
    const withUser = (call: TransportCall) =>
      this.#transport({ ...call, body: `${call.body}&user_id=doctor-${randomUUID()}` });
    return this.#seen(start(this.#clientOver(withUser, this.#settings["client-secret"]), text));
  }

  result(transactionId: string): Promise<Reply<ResultOutcome>> {
    return this.#seen(this.#client.result(transactionId));
  }

  async #seen<Outcome extends StartOutcome | ResultOutcome>(call: Promise<Outcome>): Promise<Reply<Outcome>> {
    const outcome = await call;
    return { outcome, answer: this.#answer };
  }

  #clientOver(transport: Transport, clientSecrets: readonly string[]): TokenServerClient {
    const settings = this.#settings;
    return new TokenServerClient(
      {
        url: settings["token-server-url"],
        clientId: settings["client-id"],
        clientSecrets: () => clientSecrets,
        clientAuthentication: settings["client-authentication"],
        type: settings.type,
        callbackUri: this.#callbackUri,
        timeoutMs: this.#timeoutMs,
      },
      transport,
      systemRuntime,
    );
  }
}

/** Sends the fields that the kit sends for a browser on its own machine, to find a Token Server that refuses one of them. */
const start = (client: TokenServerClient, text: string | undefined, language = "en"): Promise<StartOutcome> =>
  client.start({ message: text, languageCode: language, ipAddress: "127.0.0.1", userAgent });

/** The code in the answer to a start, if it has one. */
export const codeIn = (reply: Reply<StartOutcome> | undefined): StartedTransaction | undefined =>
  reply?.outcome.kind === "started" ? reply.outcome.transaction : undefined;

/**
 * Calls the Token Server until it is clear which setting is wrong, or that none is.
 *
 * @param number in place of `{number}` in the site's messages
 */
export async function askTokenServer(
  calls: TokenServerCalls,
  message: DoctorSettings["message"],
  number: string | undefined,
): Promise<TokenServerFacts> {
  const anonymous = await calls.anonymous();
  if (anonymous.answer === undefined) return { anonymous, starts: [] };
  const texts: [string | undefined, string | undefined][] =
    typeof message === "object" ? Object.entries(message) : [[undefined, message]];
  const starts = [];
  for (const [language, template] of texts) {
    const text = number === undefined ? template : template && withNumber(template, number);
    const reply = await calls.start({ ...(text && { text }), ...(language && { language }) });
    starts.push({ text, language, reply });
    // Another text would fail in the same way.
    if (codeIn(reply) === undefined && !isAboutParameters(reply)) break;
  }
  const refused = starts.find(({ reply }) => codeIn(reply) === undefined);
  const plain =
    refused && isAboutParameters(refused.reply) ? await calls.start({ text: plainMessage }) : undefined;
  const withUser = plain && isAboutParameters(plain) ? await calls.startWithUser(plainMessage) : undefined;
  const [own] = starts.flatMap(({ reply }) => codeIn(reply) ?? []);
  const code = own ?? codeIn(plain);
  const result = code && (await calls.result(code.id));
  return { anonymous, starts, plain, withUser, code, number: own && number, result };
}

/** Short, and of letters that every Token Server accepts. */
const plainMessage = "Test";

/** 1003: a parameter is missing or invalid; the error does not name it. 1005: the message is too long. */
const isAboutParameters = ({ answer }: Reply): boolean =>
  answer?.error?.code === "1003" || answer?.error?.code === "1005";
