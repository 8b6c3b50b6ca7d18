import type { StartOutcome } from "../../../server/token-server/token-server-client.js";
import type { DoctorSettings as Settings } from "../doctor-settings.js";
import { failed, fixFirst, ok, unknown, type CheckId, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { codeIn, type Reply, type TokenServerFacts } from "./token-server-calls.js";
import { clientCertificateFix, isOfPlainHttp, wantsClientCertificate } from "../connection-checks.js";
import { proxyFor } from "../../../node/env-proxy.js";
import {
  answerWithoutCode,
  codeLine,
  lifetimeLine,
  messageLine,
  resultLine,
  showTheVendor,
  types,
  unusualIn,
} from "./code-checks.js";
import { compressionOf, words } from "./reply-words.js";

const clients = "Configuration → System → API clients";
const features = "Configuration → System → Features";

/** The checks based on the Token Server's answers, in order. */
export const tokenServerChecks = [
  "token-server",
  "client",
  "scope",
  "feature",
  "type-name",
  "type-method",
  "message",
  "callback-allowed",
  "code",
  "lifetime",
  "result",
] as const satisfies readonly CheckId[];

const wording = ({ backend }: Settings) => wordingOf[backend].setting;

/** The conclusions from the Token Server's answers. */
interface Conclusion {
  faults: Line[];
  /** Checks that passed, whatever the fault is. */
  passed: readonly CheckId[];
}

/** The lines about the Token Server's answers. */
export function tokenServerLines(facts: TokenServerFacts, settings: Settings, callbackUri: string): Line[] {
  const { faults, passed } = conclude(facts, settings, callbackUri);
  const words: Record<(typeof tokenServerChecks)[number], () => Line> = {
    "token-server": () => ok("token-server", "the Mobile authentication API answers, version 4"),
    client: () => ok("client", settings["client-id"]),
    scope: () => ok("scope", "Mobile authentication"),
    feature: () => ok("feature", "on"),
    "type-name": () => ok("type-name", settings.type),
    "type-method": () => ok("type-method", "OTP (One Time Password)"),
    message: () => messageLine(facts, settings),
    "callback-allowed": () => ok("callback-allowed", callbackUri),
    code: () => codeLine(facts),
    lifetime: () => lifetimeLine(facts),
    result: () => resultLine(facts),
  };
  const [firstFault] = faults;
  return tokenServerChecks.map(
    (check) =>
      faults.find((line) => line.check === check) ??
      (passed.includes(check) ? words[check]() : unknown(check, fixFirst(firstFault?.check ?? "code"))),
  );
}

function conclude(facts: TokenServerFacts, settings: Settings, callbackUri: string): Conclusion {
  const { anonymous, starts, plain, withUser, code } = facts;
  const isUnavailable = codeOf(anonymous) === "1002";
  const isTokenServer = starts.some(
    ({ reply }) => codeIn(reply) !== undefined || (!isUnavailable && isOfTheApi(reply, settings)),
  );
  const replies = [anonymous, ...starts.map(({ reply }) => reply), ...(plain ? [plain] : [])];
  const compression = replies.map(compressionOf).find((encoding) => encoding !== undefined);
  if (compression !== undefined) return { faults: [compressionFault(compression)], passed: [] };
  // A gateway may answer calls without client authentication itself.
  const notATokenServer = isTokenServer ? undefined : tokenServerFault(anonymous, settings);
  if (notATokenServer) return { faults: [notATokenServer], passed: [] };
  const refused = starts.find(({ reply }) => codeIn(reply) === undefined);
  const ofMessage = refused && plain && messageFault(refused, plain, settings);
  if (code) return { faults: ofMessage ? [ofMessage] : [], passed: tokenServerChecks };
  const reply = plain ?? refused?.reply;
  if (reply === undefined) return { faults: [], passed: ["token-server"] };
  const faults = [...(ofMessage ? [ofMessage] : []), startFault(reply, withUser, settings, callbackUri)];
  // The call was refused without client authentication, and accepted with it.
  const isKnownClient = status(anonymous) === 401 && isFrom(reply, 200, 500) && status(reply) !== 401;
  const last = faults.at(-1)?.check;
  const at = tokenServerChecks.findIndex((check) => check === last);
  // The start was accepted; the fault is in the answer.
  if (hasOtp(reply)) return { faults, passed: tokenServerChecks.slice(0, at) };
  return { faults, passed: isKnownClient ? ["token-server", "client"] : ["token-server"] };
}

/** Whether an answer has an OTP, even if other members are wrong. */
function hasOtp({ answer }: Reply): boolean {
  const { otp } = (answer?.status === 200 ? (answer.json ?? {}) : {}) as { otp?: unknown };
  return typeof otp === "string" && otp !== "";
}

const hasPath = (settings: Settings): boolean => new URL(settings["token-server-url"]).pathname !== "/";

/** Whether an answer is an error of the API. 4000 means that nothing is at this path. */
function isOfTheApi(reply: Reply, settings: Settings): boolean {
  const code = codeOf(reply);
  return code !== undefined && code !== "4000" && !(code === "not_found" && hasPath(settings));
}

const status = ({ answer }: Reply): number | undefined => answer?.status;

/** The code of the vendor's error. */
const codeOf = ({ answer }: Reply): string | undefined => answer?.error?.code;

const isFrom = ({ answer }: Reply, from: number, to: number): boolean =>
  answer !== undefined && answer.status >= from && answer.status < to;

/** What is wrong before the Token Server answers as one. */
const fault = (says: string, fix: string): Line => failed("token-server", says, fix);

const compressionFault = (encoding: string): Line =>
  fault(
    `its answers are compressed (${encoding}), although the kit sends Accept-Encoding: identity`,
    "Turn compression off for /oauth/ at the proxy or gateway in front of the Token Server.",
  );

function tokenServerFault(anonymous: Reply, settings: Settings): Line | undefined {
  const path = new URL(settings["token-server-url"]).pathname;
  const setting = wording(settings)("token-server-url");
  const address = addressFix(settings);
  const said = words(anonymous);
  const isRefusedByNginx = /No required SSL certificate was sent/i.test(anonymous.answer?.text ?? "");
  if (wantsClientCertificate(said) || isRefusedByNginx)
    return fault(`it requires a client certificate (${said})`, clientCertificateFix);
  if (anonymous.answer?.status === 429) return tooManyCalls("token-server", anonymous);
  const unreachable = connectionFault(anonymous, settings);
  if (unreachable || anonymous.answer === undefined) return unreachable;
  const { status } = anonymous.answer;
  const code = codeOf(anonymous);
  if (code === "1002" || status >= 500)
    return fault(
      `it answers ${words(anonymous)}`,
      code === undefined
        ? `Two possible causes: a proxy answers and the Token Server behind it is stopped (wait, or tell its operator), or this is the address of another server (correct ${setting}).`
        : "The Token Server is temporarily unavailable. Wait; if it persists, tell its operator.",
    );
  const isRedirect = status >= 300 && status < 400;
  if (!isOfTheApi(anonymous, settings))
    return fault(
      isRedirect
        ? `it redirects (${status}) to ${anonymous.answer.headers.location ?? "nowhere"}, which the kit does not follow`
        : `its answer is not that of a Token Server (${words(anonymous)})`,
      path === "/"
        ? `${address}. If it is right, a proxy, a gateway or a login page in front of the Token Server answers instead.`
        : `${address}. Its path is now ${path}.`,
    );
  return undefined;
}

const addressFix = (settings: Settings): string =>
  `Correct ${wording(settings)("token-server-url")}: the address in Configuration → System → General → Engine base urls, without /oauth`;

/** The line where no call reaches a server that answers. */
function connectionFault(anonymous: Reply, settings: Settings): Line | undefined {
  const url = settings["token-server-url"];
  const setting = wording(settings)("token-server-url");
  const said = words(anonymous);
  if (/ERR_TLS_CERT_ALTNAME_INVALID|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(said))
    return fault(
      `its certificate is for another name or out of date, or it is a proxy's certificate (it ${said})`,
      "Its operator has to renew it. No setting of the kit can replace that.",
    );
  if (anonymous.answer === undefined && /CERT|SIGNED|ISSUER|SIGNATURE/.test(said))
    return fault(
      `its certificate, or that of a proxy in between, is not trusted (it ${said})`,
      "For a private authority, name its file in the variable NODE_EXTRA_CA_CERTS, for the kit too.",
    );
  if (/\(ERR_PROXY_/.test(said))
    return fault(
      `the proxy (HTTPS_PROXY) does not let a call through: it ${said}`,
      `Have ${new URL(url).host} allowed at the proxy. If the proxy requires a user name and password (407), add them to HTTPS_PROXY. If it cannot resolve or reach the host, correct the name or port in ${setting}. If the Token Server can be reached directly, add it to NO_PROXY.`,
    );
  const use = proxyFor(url);
  // Without a proxy the connection's own checks name it.
  if (use.kind === "used" && anonymous.answer === undefined && isOfPlainHttp(said))
    return fault(
      `a call through the proxy ${use.proxy} meets no TLS, as at a port of plain http: it ${said}`,
      `Two possible causes: the port in ${setting} is for plain http (https is usually at 443), or HTTPS_PROXY begins with https, and the proxy's port is for plain http (write http).`,
    );
  if (anonymous.answer === undefined && use.kind === "used")
    return fault(
      `a call through the proxy ${use.proxy} got no answer: it ${said}`,
      `Correct the proxy's address in HTTPS_PROXY, or start it. If ${new URL(url).host} can be reached directly, add it to NO_PROXY.`,
    );
  if (anonymous.answer === undefined)
    return fault(
      `a call got no answer: it ${words(anonymous)}`,
      `Two possible causes: ${url} is another kind of server (${lower(addressFix(settings))}), or the Token Server or a proxy in front of it is overloaded or stopped.`,
    );
  return undefined;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function tooManyCalls(check: "token-server" | "code", reply: Reply): Line {
  const seconds = reply.answer?.headers["retry-after"];
  return failed(
    check,
    `too many calls (${words(reply)})`,
    `Wait${seconds === undefined ? " a minute" : /^\d+$/.test(seconds) ? ` ${seconds} s` : ` until ${seconds}`}, and run doctor again. If it persists, a limit of the Token Server, or of a gateway in front of it, is too low for a site's logins.`,
  );
}

/** The line for a refused start, if the message is the reason. */
function messageFault(
  { text, language, reply }: TokenServerFacts["starts"][number],
  plain: Reply<StartOutcome>,
  settings: Settings,
): Line | undefined {
  const setting = wording(settings);
  const where = language === undefined ? setting("message") : `${setting("message")}.${language}`;
  const length = [...(text ?? "")].length;
  if (codeOf(reply) === "1005")
    return failed(
      "message",
      `${where} has ${length} characters, which is too long (${words(reply)})`,
      `Shorten ${where}, and set ${setting("max-message-length")} to what this Token Server allows (155 by default). Or ask its operator to allow longer messages.`,
    );
  if (codeIn(plain) === undefined) return undefined;
  return text === undefined
    ? failed(
        "message",
        `there is none (${words(reply)})`,
        `Set ${setting("message")}, or ${types} → ${settings.type} → Default messages.`,
      )
    : failed(
        "message",
        `${where} is refused (${words(reply)}); another text is accepted`,
        `Change ${where}: remove unusual characters, such as ${unusualIn(text) ?? "emoji and control characters"}.`,
      );
}

/** The line for a start that is refused also with a plain message. */
function startFault(
  reply: Reply<StartOutcome>,
  withUser: Reply | undefined,
  settings: Settings,
  callbackUri: string,
): Line {
  const said = words(reply);
  const setting = wording(settings);
  const code = codeOf(reply);
  const ofClient = clientFault(reply, settings);
  if (ofClient) return ofClient;
  switch (code) {
    case "1000":
      return failed("feature", `off (${said})`, `${features}: check Mobile authentication, then Save.`);
    case "3005":
      return failed(
        "type-name",
        `there is no type “${settings.type}” (${said})`,
        `${types}: add one with the Name ${settings.type} and the Authentication method OTP (One Time Password), or set ${setting("type")} to exactly the Name that is there.`,
      );
    case "not_found":
      return failed(
        "type-name",
        `“not found”, without saying what (${said})`,
        `Two possible causes: there is no type “${settings.type}” (${types} → Name, and ${setting("type")}), or the feature is off (${features} → Mobile authentication).`,
      );
    case "1003":
      return isOfAnotherMethod(reply, withUser)
        ? failed(
            "type-method",
            `the type “${settings.type}” requires a user, so it is not OTP (${said})`,
            `${types}: add a type with the Authentication method OTP (One Time Password), and set ${setting("type")} to its Name.`,
          )
        : failed(
            "callback-allowed",
            `a parameter is refused (${said})`,
            `Two possible causes: ${callbackUri} is not allowed (Configuration → Mobile authentication → Callback config: add exactly this Callback URL, or uncheck Only allow preconfigured Callback URLs under General), or the Authentication method of the type “${settings.type}” is not OTP (${types}).`,
          );
    case undefined:
    default:
      return status(reply) === 200
        ? answerWithoutCode(reply, settings)
        : failed(
            "code",
            `starting a login returns no code (${said})`,
            code === "1002" || !isFrom(reply, 200, 500)
              ? "The Token Server, or a proxy in front of it, does not work at the moment. Wait, and send this line to its operator."
              : showTheVendor,
          );
  }
}

/** The line for a client that may not call, or not so often. */
function clientFault(reply: Reply<StartOutcome>, settings: Settings): Line | undefined {
  const said = words(reply);
  const setting = wording(settings);
  if (status(reply) === 401)
    return failed(
      "client",
      `refused (${said})`,
      `${clients} → Client ID and Client secret: copy both exactly to ${setting("client-id")} and ${setting("client-secret")}. Possible causes: the id is wrong, the secret is wrong, the client authenticates in another way (it must be client secret basic or post: ${setting("client-authentication")}), or the client is not valid for the API (Valid for APIs: Mobile authentication).`,
    );
  if (
    status(reply) === 403 ||
    /^(?:unauthorized_client|invalid_scope|insufficient_scope)$/.test(codeOf(reply) ?? "")
  )
    return failed(
      "scope",
      `the client may not use the API (${said})`,
      `${clients} → ${settings["client-id"]} → Valid for APIs: add Mobile authentication.`,
    );
  return status(reply) === 429 ? tooManyCalls("code", reply) : undefined;
}

/**
 * Whether the type has another method than OTP, which requires a user. Then the error names the user, or a start with a user
 * is answered differently: 1001 for an unknown user, 1006 for one who is not enrolled.
 */
function isOfAnotherMethod(reply: Reply, withUser: Reply | undefined): boolean {
  const description = reply.answer?.error?.description ?? "";
  if (/user/i.test(description) && !/callback/i.test(description)) return true;
  if (withUser?.answer === undefined || withUser.answer.status >= 500) return false;
  return withUser.answer.status === 200 || codeOf(withUser) !== codeOf(reply);
}
