import type { StartOutcome } from "../../../src/server/token-server/token-server-client.js";
import type { DoctorSettings } from "../doctor-settings.js";
import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { codeIn, type Reply, type TokenServerFacts } from "./token-server-calls.js";
import { clientCertificateFix, wantsClientCertificate } from "../connection-checks.js";
import { proxyFor } from "../proxy.js";
import { modulesFor, mostModules } from "../qr-code.js";
import { compressionOf, wrongIn, words } from "./reply-words.js";

const types = "Configuration → Mobile authentication → Mobile authentication types";
const clients = "Configuration → System → API clients";
const features = "Configuration → System → Features";

/** The checks that begin with the Token Server's answers, in their order. */
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

type Settings = Pick<
  DoctorSettings,
  "type" | "client-id" | "max-message-length" | "token-server-url" | "backend"
>;

const wording = ({ backend }: Settings) => wordingOf[backend].setting;

/** What is asked of the settings that a code shows to be right. */
interface Verdict {
  faults: Line[];
  /** Checks that cannot be wrong, whatever the fault is. */
  passed: readonly CheckId[];
}

/** The lines of what the Token Server answered. */
export function tokenServerLines(facts: TokenServerFacts, settings: Settings, callbackUri: string): Line[] {
  const { faults, passed } = verdict(facts, settings, callbackUri);
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

function verdict(facts: TokenServerFacts, settings: Settings, callbackUri: string): Verdict {
  const { anonymous, starts, plain, withUser, code } = facts;
  const isUnavailable = codeOf(anonymous) === "1002";
  const isTokenServer = starts.some(
    ({ reply }) => codeIn(reply) !== undefined || (!isUnavailable && isOfTheApi(reply, settings)),
  );
  const replies = [anonymous, ...starts.map(({ reply }) => reply), ...(plain ? [plain] : [])];
  const compression = replies.map(compressionOf).find((encoding) => encoding !== undefined);
  if (compression !== undefined) return { faults: [compressionFault(compression)], passed: [] };
  // A gateway may answer for itself what comes without a client.
  const notATokenServer = isTokenServer ? undefined : tokenServerFault(anonymous, settings);
  if (notATokenServer) return { faults: [notATokenServer], passed: [] };
  const refused = starts.find(({ reply }) => codeIn(reply) === undefined);
  const ofMessage = refused && plain && messageFault(refused, plain, settings);
  if (code) return { faults: ofMessage ? [ofMessage] : [], passed: tokenServerChecks };
  const reply = plain ?? refused?.reply;
  if (reply === undefined) return { faults: [], passed: ["token-server"] };
  const faults = [...(ofMessage ? [ofMessage] : []), startFault(reply, withUser, settings, callbackUri)];
  // Without a client it was refused, and with this one it is not.
  const isKnownClient = status(anonymous) === 401 && isFrom(reply, 200, 500) && status(reply) !== 401;
  const last = faults.at(-1)?.check;
  const at = tokenServerChecks.findIndex((check) => check === last);
  // The start was taken, and what is wrong is in the answer.
  if (hasOtp(reply)) return { faults, passed: tokenServerChecks.slice(0, at) };
  return { faults, passed: isKnownClient ? ["token-server", "client"] : ["token-server"] };
}

/** Whether an answer has an OTP, whatever else is wrong with it. */
function hasOtp({ answer }: Reply): boolean {
  const { otp } = (answer?.status === 200 ? (answer.json ?? {}) : {}) as { otp?: unknown };
  return typeof otp === "string" && otp !== "";
}

const hasPath = (settings: Settings): boolean => new URL(settings["token-server-url"]).pathname !== "/";

/** Whether it is an error of the API. 4000: there is nothing at this path. */
function isOfTheApi(reply: Reply, settings: Settings): boolean {
  const code = codeOf(reply);
  return code !== undefined && code !== "4000" && !(code === "not_found" && hasPath(settings));
}

const status = ({ answer }: Reply): number | undefined => answer?.status;

/** The code of the vendor's error. */
const codeOf = ({ answer }: Reply): string | undefined => answer?.error?.code;

const isFrom = ({ answer }: Reply, from: number, to: number): boolean =>
  answer !== undefined && answer.status >= from && answer.status < to;

const compressionFault = (encoding: string): Line =>
  failed(
    "token-server",
    `it answers compressed (${encoding}), although the kit asks for Accept-Encoding: identity`,
    "Turn compression off for /oauth/ at the proxy or gateway in front of the Token Server.",
  );

function tokenServerFault(anonymous: Reply, settings: Settings): Line | undefined {
  const url = settings["token-server-url"];
  const path = new URL(url).pathname.replace(/\/$/, "");
  const setting = wording(settings)("token-server-url");
  const address = `Correct ${setting}: the address in Configuration → System → General → Engine base urls, without /oauth`;
  const said = words(anonymous);
  const isRefusedByNginx = /No required SSL certificate was sent/i.test(anonymous.answer?.text ?? "");
  if (wantsClientCertificate(said) || isRefusedByNginx)
    return failed("token-server", `it wants a client certificate (${said})`, clientCertificateFix);
  if (anonymous.answer?.status === 429) return tooManyCalls("token-server", anonymous);
  if (/ERR_TLS_CERT_ALTNAME_INVALID|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(said))
    return failed(
      "token-server",
      `its certificate is for another name or another time, or that of a proxy on the way (it ${said})`,
      "Its operator has to renew it: no setting of the kit makes up for that.",
    );
  if (anonymous.answer === undefined && /CERT|SIGNED|ISSUER|SIGNATURE/.test(said))
    return failed(
      "token-server",
      `its certificate is not trusted, or that of a proxy on the way (it ${said})`,
      "For a private authority, name its file in the variable NODE_EXTRA_CA_CERTS, for the kit too.",
    );
  if (/\(ERR_PROXY_/.test(said))
    return failed(
      "token-server",
      `the proxy (HTTPS_PROXY) does not let a call through: it ${said}`,
      `Have ${new URL(url).host} allowed at the proxy, write its user name and password into HTTPS_PROXY if it wants them (407), correct the name or port in ${setting} if it does not know them, or add it to NO_PROXY where the way is direct.`,
    );
  const use = proxyFor(url);
  if (anonymous.answer === undefined && use.kind === "used")
    return failed(
      "token-server",
      `a call through the proxy ${use.proxy} got no answer: it ${said}`,
      `Correct the proxy's address in HTTPS_PROXY, or start it. Add ${new URL(url).host} to NO_PROXY where the way is direct.`,
    );
  if (anonymous.answer === undefined)
    return failed(
      "token-server",
      `a call got no answer: it ${words(anonymous)}`,
      `Two faults look alike: ${url} is another kind of server (${lower(address)}), or the Token Server or a proxy in front of it is overloaded or stopped.`,
    );
  const { status } = anonymous.answer;
  const code = codeOf(anonymous);
  if (code === "1002" || status >= 500)
    return failed(
      "token-server",
      `it answers ${words(anonymous)}`,
      code === undefined
        ? `Two faults look alike: a proxy answers and the Token Server behind it is stopped (wait, or tell its operator), or the address is of another server (correct ${setting}).`
        : "The Token Server is temporarily unavailable. Wait, and tell its operator if it stays.",
    );
  const isRedirect = status >= 300 && status < 400;
  if (!isOfTheApi(anonymous, settings))
    return failed(
      "token-server",
      isRedirect
        ? `it redirects (${status}) to ${anonymous.answer.headers.location ?? "nowhere"}, which the kit does not follow`
        : `it does not answer as a Token Server does (${words(anonymous)})`,
      path === ""
        ? `${address}. Where it is right, a proxy, a gateway or a login page in front of the Token Server answers in its place.`
        : `${address}. Now its path is ${path}.`,
    );
  return undefined;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function tooManyCalls(check: "token-server" | "code", reply: Reply): Line {
  const seconds = reply.answer?.headers["retry-after"];
  return failed(
    check,
    `too many calls (${words(reply)})`,
    `Wait${seconds === undefined ? " a minute" : /^\d+$/.test(seconds) ? ` ${seconds} s` : ` until ${seconds}`}, and run doctor again. Where it stays, a limit of the Token Server, or of a gateway in front of it, is too low for a site's logins.`,
  );
}

/** A start was refused. Is the message the reason? */
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
      `${where}, of ${length} characters, is too long (${words(reply)})`,
      `Shorten ${where}, and set ${setting("max-message-length")} to what this Token Server allows (155 by default). Or ask for a longer one to be allowed.`,
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
        `${where} is refused (${words(reply)}), and another text is not`,
        `Change ${where}: leave out unusual characters, such as ${unusualIn(text) ?? "emoji and control characters"}.`,
      );
}

/** The fault of a start that a plain message does not mend. */
function startFault(
  reply: Reply<StartOutcome>,
  withUser: Reply | undefined,
  settings: Settings,
  callbackUri: string,
): Line {
  const said = words(reply);
  const setting = wording(settings);
  const code = codeOf(reply);
  if (status(reply) === 401)
    return failed(
      "client",
      `refused (${said})`,
      `${clients} → Client ID and Client secret: the same two in ${setting("client-id")} and ${setting("client-secret")}, to the letter. These look alike: the id is wrong, the secret is wrong, the client authenticates in another way (it must be client secret basic or post: ${setting("client-authentication")}), or the client is not valid for the API (Valid for APIs: Mobile authentication).`,
    );
  if (status(reply) === 403 || /^(?:unauthorized_client|invalid_scope|insufficient_scope)$/.test(code ?? ""))
    return failed(
      "scope",
      `the client may not use the API (${said})`,
      `${clients} → ${settings["client-id"]} → Valid for APIs: add Mobile authentication.`,
    );
  if (status(reply) === 429) return tooManyCalls("code", reply);
  switch (code) {
    case "1000":
      return failed("feature", `off (${said})`, `${features}: check Mobile authentication, then Save.`);
    case "3005":
      return failed(
        "type-name",
        `there is no type “${settings.type}” (${said})`,
        `${types}: add one with the Name ${settings.type} and the Authentication method OTP (One Time Password), or set ${setting("type")} to the Name that is there, letter by letter.`,
      );
    case "not_found":
      return failed(
        "type-name",
        `not found, and it is not said what (${said})`,
        `Two faults look alike: there is no type “${settings.type}” (${types} → Name, and ${setting("type")}), or the feature is off (${features} → Mobile authentication).`,
      );
    case "1003":
      return isOfAnotherMethod(reply, withUser)
        ? failed(
            "type-method",
            `the type “${settings.type}” asks for a user, so it is not OTP (${said})`,
            `${types}: add a type with the Authentication method OTP (One Time Password), and set ${setting("type")} to its Name.`,
          )
        : failed(
            "callback-allowed",
            `a parameter is refused (${said})`,
            `Two faults look alike: ${callbackUri} is not allowed (Configuration → Mobile authentication → Callback config: add exactly this Callback URL, or uncheck Only allow preconfigured Callback URLs under General), or the type “${settings.type}” has another Authentication method than OTP (${types}).`,
          );
    case undefined:
    default:
      return status(reply) === 200
        ? answerWithoutCode(reply, settings)
        : failed(
            "code",
            `a start is not answered with a code (${said})`,
            code === "1002" || !isFrom(reply, 200, 500)
              ? "The Token Server, or a proxy in front of it, does not work at the moment. Wait, and show its operator this line."
              : showTheVendor,
          );
  }
}

/**
 * A type of another method needs a user: the error says so, or there is another answer, or none of a parameter, once there is one.
 * 1001 is an unknown user, 1006 one who is not enrolled.
 */
function isOfAnotherMethod(reply: Reply, withUser: Reply | undefined): boolean {
  const description = reply.answer?.error?.description ?? "";
  if (/user/i.test(description) && !/callback/i.test(description)) return true;
  if (withUser?.answer === undefined || withUser.answer.status >= 500) return false;
  return withUser.answer.status === 200 || codeOf(withUser) !== codeOf(reply);
}

/** 200, and not the answer that the vendor documents. */
function answerWithoutCode(reply: Reply<StartOutcome>, { type }: Settings): Line {
  const wrong = wrongIn(reply);
  const { auth_method: method } = (reply.answer?.json ?? {}) as { auth_method?: unknown };
  const says = `a start is answered without a code that the kit takes: ${words(reply)}`;
  switch (wrong?.member) {
    case "otp":
      if (typeof method === "string" && method !== "otp")
        return failed(
          "type-method",
          `${says}, and its auth_method is “${method}”`,
          `${types} → ${type} → Authentication method: OTP (One Time Password), or another type that has it.`,
        );
      return failed(
        "type-method",
        says,
        `Two faults look alike: the type “${type}” has another Authentication method than OTP (${types}), or a proxy in front of the Token Server answers in its place.`,
      );
    case "time_to_live":
      return failed("lifetime", says, `${types} → Request expires in. ${showTheVendor}`);
    case undefined:
      return failed(
        "code",
        says,
        "Something in front of the Token Server answers in its place: a proxy, a gateway or a login page.",
      );
    default:
      return failed("code", says, showTheVendor);
  }
}

const showTheVendor =
  "The vendor does not document this answer. Show its support this report (--report FILE).";

function codeLine({ code }: TokenServerFacts): Line {
  const length = code?.otp.length;
  const modules = code ? modulesFor(code.otp) : 0;
  if (modules === undefined)
    return failed("code", `its OTP has ${length} characters, which no QR code holds`, showTheVendor);
  if (modules > mostModules)
    return failed(
      "code",
      `its OTP of ${length} characters is a QR code of ${modules} modules a side, and phones read ${mostModules} at the size that the widget has`,
      showTheVendor,
    );
  return ok("code", "the Token Server gives one");
}

function messageLine({ starts }: TokenServerFacts, settings: Settings): Line {
  const texts = starts.flatMap(({ text }) => text ?? []);
  const unusual = texts.map(unusualIn).find((each) => each !== undefined);
  if (unusual !== undefined)
    return unknown("message", `accepted, but it has ${unusual}: look at what the phone shows`);
  const longest = Math.max(...texts.map((text) => [...text].length));
  return texts.length === 0
    ? ok("message", "the Default message of the type")
    : ok("message", `accepted: ${longest} of ${settings["max-message-length"]} characters`);
}

/** What a phone may not show, or show in another order: control characters, and marks of the direction of writing. */
function unusualIn(text: string): string | undefined {
  const [found] = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u.exec(text) ?? [];
  if (found === undefined) return undefined;
  return `the character U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Less is not enough to take a phone, open the app and log in to it. */
const shortestSeconds = 20;
/** As milliseconds no life for a code, as seconds an hour at most. */
const mostAsSeconds = 3600;
/** A page that relays a code has this long. */
const longSeconds = 300;

function lifetimeLine({ code }: TokenServerFacts): Line {
  if (!code) return notChecked(["lifetime"], fixFirst("code"))[0]!;
  const seconds = code.ttlMs / 1000;
  if (code.ttlMs <= mostAsSeconds)
    return failed(
      "lifetime",
      `time_to_live is ${code.ttlMs}, so a code lives ${seconds} s: probably ${code.ttlMs} seconds are meant, and the vendor documents milliseconds`,
      showTheVendor,
    );
  if (seconds < shortestSeconds)
    return failed(
      "lifetime",
      `${seconds} s, which is too short to scan a code`,
      `${types} → Request expires in: for example 60 seconds.`,
    );
  return ok(
    "lifetime",
    seconds > longSeconds
      ? `${seconds} s; a page that relays a code has as long, so prefer 60 s`
      : `${seconds} s`,
  );
}

function resultLine({ code, result }: TokenServerFacts): Line {
  if (!code || !result) return notChecked(["result"], fixFirst("code"))[0]!;
  if (result.outcome.kind !== "unanswered") return ok("result", "can be asked for");
  const { answer } = result;
  return failed(
    "result",
    `the call for it ${answer === undefined ? words(result) : `is answered ${words(result)}`}`,
    wrongIn(result)?.member === undefined
      ? "Two faults look alike: a proxy or gateway in front of the Token Server lets only some paths or methods through (GET /oauth/api/v4/authenticate/transaction/…), or the Token Server does not work at the moment."
      : showTheVendor,
  );
}
