import { applyFault, wait } from "../faults.js";
import { jsonResponse, readBody } from "../http-bodies.js";
import { type ActiveFaults, type MessageLanguage, type TokenServerConfig } from "../token-server-options.js";
import { authenticateClient } from "./api-clients.js";
import { parseCallbackUri } from "./callback-sender.js";
import {
  composeMessage,
  countCharacters,
  defaultTemplate,
  maxMessageCharacters,
} from "./confirmation-message.js";
import { otpOf, type NewTransaction, type Transaction, type Transactions } from "./transactions.js";
import { vendorErrorResponse, type VendorError } from "./vendor-errors.js";

const startPath = "/oauth/api/v4/authenticate/user";
const resultPath = /^\/oauth\/api\/v4\/authenticate\/transaction\/([^/]+)$/;
const maxFormBytes = 16_384;

/**
 * The calls of sites: the OTP part of the vendor's Mobile authentication API, version 4. Answers every request whose
 * path begins with `/oauth/`.
 */
export function createOAuthApi(
  config: TokenServerConfig,
  transactions: Transactions,
  currentFaults: () => ActiveFaults,
): (request: Request, pathname: string) => Promise<Response> {
  return async (request, pathname) => {
    const faults = currentFaults();
    const shape = faults.errorShape;
    const fail = (error: VendorError) => vendorErrorResponse(error, shape);
    if (faults.delayMilliseconds > 0) await wait(faults.delayMilliseconds);
    if (pathname === startPath) {
      return applyFault(faults.start, () => answerStart(request, fail), shape);
    }
    const [, id] = resultPath.exec(pathname) ?? [];
    return id === undefined
      ? fail({ code: 4000 })
      : applyFault(faults.result, () => answerResult(request, id, faults.unanswered, fail), shape);
  };

  async function answerStart(request: Request, fail: Fail): Promise<Response> {
    const form = await readForm(request, fail);
    if (form instanceof Response) return form;
    const authentication = authenticateClient(config.clients, request.headers.get("authorization"), form);
    if ("error" in authentication) return authentication.error;
    if (!config.enabled) return fail({ code: 1000 });
    if (!form) return fail({ code: 1003, description: "The body cannot be read." });
    const parsed = parseStart(form, config, authentication.client.id);
    if ("code" in parsed) return fail(parsed);
    const transaction = transactions.start(parsed);
    if (!transaction) return fail({ code: 1002 });
    return jsonResponse(200, {
      transaction_id: transaction.id,
      auth_method: "otp",
      time_to_live: parsed.timeToLiveMilliseconds,
      otp: otpOf(transaction),
    });
  }

  function answerResult(
    request: Request,
    id: string,
    unanswered: ActiveFaults["unanswered"],
    fail: Fail,
  ): Response {
    if (request.method !== "GET") return wrongMethod("GET", fail);
    const authentication = authenticateClient(
      config.clients,
      request.headers.get("authorization"),
      undefined,
    );
    if ("error" in authentication) return authentication.error;
    if (!config.enabled) return fail({ code: 1000 });
    const transaction = transactions.find(id);
    if (transaction?.clientId !== authentication.client.id) return fail({ code: 3004 });
    const result = resultOf(transaction, unanswered);
    return result ? jsonResponse(200, result) : fail({ code: 3004 });
  }
}

type Fail = (error: VendorError) => Response;

const wrongMethod = (allow: string, fail: Fail): Response =>
  fail({ code: 1003, status: 405, description: `The method must be ${allow}.`, headers: { allow } });

/** Reads the form of a start; undefined if the body cannot be read. */
async function readForm(request: Request, fail: Fail): Promise<URLSearchParams | Response | undefined> {
  if (request.method !== "POST") return wrongMethod("POST", fail);
  if (!isForm(request)) {
    return fail({
      code: 1003,
      status: 415,
      description: "The body must be application/x-www-form-urlencoded.",
    });
  }
  const body = await readBody(request, maxFormBytes);
  if (body.kind === "too_large") {
    return fail({ code: 1003, status: 413, description: `The body is larger than ${maxFormBytes} bytes.` });
  }
  return body.kind === "text" ? new URLSearchParams(body.text) : undefined;
}

const isForm = (request: Request): boolean =>
  /^application\/x-www-form-urlencoded *(;|$)/i.test(request.headers.get("content-type") ?? "");

/** Parses the parameters of a start, in the vendor's order. */
function parseStart(
  form: URLSearchParams,
  config: TokenServerConfig,
  clientId: string,
): NewTransaction | VendorError {
  const invalid = (description: string): VendorError => ({ code: 1003, description });
  const names = [...form.keys()];
  if (new Set(names).size < names.length) return invalid("A parameter appears more than once.");
  const parameter = (name: string) => form.get(name) || undefined;

  const typeName = parameter("type");
  if (typeName === undefined) return invalid("type is missing.");
  const type = config.types.get(typeName);
  if (!type) return { code: 3005 };

  if (form.has("user_id")) return invalid("user_id is not allowed for OTP: the phone identifies the user.");

  const callbackUri = parameter("callback_uri");
  if (callbackUri === undefined) return invalid("callback_uri is missing.");
  const callbackUrl = parseCallbackUri(callbackUri);
  if (!callbackUrl) return invalid("callback_uri must be an absolute http or https address.");
  if (!config.allowsCallbackUri(callbackUrl, callbackUri))
    return invalid("callback_uri is not on the whitelist.");

  const message =
    parameter("message")?.trim() || inLanguage(type.defaultMessages, parameter("language_code"));
  if (message === undefined) return invalid("message is missing, and the type has no default message.");
  const secureMessage = parameter("secure_message")?.trim() || undefined;
  for (const [name, text = ""] of Object.entries({ message, secure_message: secureMessage })) {
    if (countCharacters(text) > maxMessageCharacters)
      return { code: 1005, description: `${name} must have at most ${maxMessageCharacters} characters.` };
  }

  return {
    typeName,
    timeToLiveMilliseconds: Math.round(type.ttlSeconds * 1000),
    clientId,
    callbackUri,
    message: composeMessage({
      // The vendor documents `secure_message`. What a phone shows without it is not documented.
      message: secureMessage ?? message,
      template: inLanguage(config.templates, parameter("language_code")) ?? defaultTemplate,
      userAgent: parameter("user_agent"),
      ipAddress: parameter("ip_address"),
      locate: config.locate,
    }),
  };
}

/** The text in the caller's language, else the English one, as the vendor does it. */
function inLanguage(
  texts: Partial<Record<MessageLanguage, string>>,
  languageCode = "en",
): string | undefined {
  const language = languageCode.toLowerCase().split(/[-_]/)[0] as MessageLanguage;
  return (Object.hasOwn(texts, language) ? texts[language] : undefined) ?? texts.en;
}

/** The result for the site; `undefined` for a transaction without an answer that is reported as not found. */
function resultOf(transaction: Transaction, unanswered: ActiveFaults["unanswered"]): object | undefined {
  const { state } = transaction;
  const common = {
    callback_uri: transaction.callbackUri,
    transaction_id: transaction.id,
    timestamp: transaction.startedAt,
    authentication_method: "otp",
  };
  switch (state.kind) {
    case "waiting":
    case "scanned":
      return unanswered === "not_found" ? undefined : { ...common, is_authenticated: false };
    case "accepted":
      return { ...common, user_id: state.userId, is_authenticated: true };
    case "failed":
      return {
        ...common,
        ...(state.userId !== undefined && { user_id: state.userId }),
        is_authenticated: false,
        not_authenticated_reason: { reason: state.reason, description: reasonDescriptions[state.reason] },
      };
    default:
      return state satisfies never;
  }
}

const reasonDescriptions = {
  failed_to_send: "The authentication request could not be sent",
  invalid_request: "The authentication request was invalid",
  not_accepted: "The user rejected the authentication request",
  invalid_answer: "The answer was invalid",
};
