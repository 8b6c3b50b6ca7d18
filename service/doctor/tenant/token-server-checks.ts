import type { DoctorSettings } from "../doctor-settings.js";
import { failed, firstMend, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { wordingOf } from "../wording.js";
import { codeIn, resultIn, type Reply, type TokenServerFacts } from "./token-server-calls.js";

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
    code: () => ok("code", "the Token Server gives one"),
    lifetime: () => lifetimeLine(facts),
    result: () => resultLine(facts),
  };
  const [firstFault] = faults;
  return tokenServerChecks.map(
    (check) =>
      faults.find((line) => line.check === check) ??
      (passed.includes(check) ? words[check]() : unknown(check, firstMend(firstFault?.check ?? "code"))),
  );
}

function verdict(facts: TokenServerFacts, settings: Settings, callbackUri: string): Verdict {
  const { anonymous, starts, plain, withUser, code } = facts;
  const isUnavailable = anonymous.kind === "answered" && anonymous.code === "1002";
  const isTokenServer = starts.some(
    ({ reply }) => codeIn(reply) !== undefined || (!isUnavailable && isOfTheApi(reply, settings)),
  );
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
  const isKnownClient =
    status(anonymous) === 401 && reply.kind === "answered" && reply.status < 500 && reply.status !== 401;
  return { faults, passed: isKnownClient ? ["token-server", "client"] : ["token-server"] };
}

const hasPath = (settings: Settings): boolean => new URL(settings["token-server-url"]).pathname !== "/";

/** Whether it is an error of the API. 4000: there is nothing at this path. */
const isOfTheApi = (reply: Reply, settings: Settings): boolean =>
  reply.kind === "answered" &&
  reply.code !== undefined &&
  reply.code !== "4000" &&
  !(reply.code === "not_found" && hasPath(settings));

const status = (reply: Reply): number | undefined => (reply.kind === "answered" ? reply.status : undefined);

/** What it said, for a person: `404, 3005: "…"`. */
export function words(reply: Reply): string {
  if (reply.kind === "silent") return reply.reason;
  const { status, code, description } = reply;
  const said = description === undefined ? "" : `: “${description}”`;
  return code === undefined ? String(status) : `${status}, ${code}${said}`;
}

function tokenServerFault(anonymous: Reply, settings: Settings): Line | undefined {
  const url = settings["token-server-url"];
  const path = new URL(url).pathname.replace(/\/$/, "");
  const setting = wording(settings)("token-server-url");
  const address = `Correct ${setting}: the address in Configuration → System → General → Engine base urls, without /oauth`;
  if (anonymous.kind === "silent")
    return failed(
      "token-server",
      `no answer to a call (${anonymous.reason})`,
      `Two faults look alike: ${url} is another kind of server (${lower(address)}), or the Token Server or a proxy in front of it is overloaded or stopped.`,
    );
  const { status, code } = anonymous;
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
        ? `it redirects (${status}), which the kit does not follow`
        : `it does not answer as a Token Server does (${words(anonymous)})`,
      path === ""
        ? `${address}. Where it is right, a proxy, a gateway or a login page in front of the Token Server answers in its place.`
        : `${address}. Now its path is ${path}.`,
    );
  return undefined;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** A start was refused. Is the message the reason? */
function messageFault(
  { text, language, reply }: TokenServerFacts["starts"][number],
  plain: Reply,
  settings: Settings,
): Line | undefined {
  const setting = wording(settings);
  const where = language === undefined ? setting("message") : `${setting("message")}.${language}`;
  const length = [...(text ?? "")].length;
  if (reply.kind === "answered" && reply.code === "1005")
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
  reply: Reply,
  withUser: Reply | undefined,
  settings: Settings,
  callbackUri: string,
): Line {
  const said = words(reply);
  const setting = wording(settings);
  const code = reply.kind === "answered" ? reply.code : undefined;
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
      return withUser && needsUser(withUser)
        ? failed(
            "type-method",
            `the type “${settings.type}” asks for a user, so it is not OTP`,
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
        ? answerWithoutCode(settings)
        : failed(
            "code",
            `a start is not answered with a code (${said})`,
            code === "1002" || reply.kind === "silent" || reply.status >= 500
              ? "The Token Server, or a proxy in front of it, does not work at the moment. Wait, and show its operator this line."
              : "The vendor does not document this answer. Show its support this report (--report FILE).",
          );
  }
}

/** 1001: unknown user. 1006: not enrolled. Neither can be said of a type that takes no user. */
const needsUser = (reply: Reply): boolean =>
  reply.kind === "answered" && (reply.code === "1001" || reply.code === "1006");

const answerWithoutCode = ({ type }: Settings): Line =>
  failed(
    "type-method",
    "a start is answered without an OTP",
    `Two faults look alike: the type “${type}” has another Authentication method than OTP (${types}), or a proxy in front of the Token Server answers in its place.`,
  );

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
/** A page that relays a code has this long. */
const longSeconds = 300;

function lifetimeLine({ code }: TokenServerFacts): Line {
  if (code?.ttlMs === undefined)
    return failed(
      "lifetime",
      "the answer has no time_to_live that can be used",
      "The kit takes milliseconds, from 1 to a day. Show the vendor's support this report (--report FILE).",
    );
  const seconds = code.ttlMs / 1000;
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
  if (!code || !result) return notChecked(["result"], firstMend("code"))[0]!;
  const found = resultIn(result, code.transactionId);
  if (found.kind !== "unanswered") return ok("result", "can be asked for");
  return failed(
    "result",
    `the call for it is answered ${words(found.reply)}`,
    "Two faults look alike: a proxy or gateway in front of the Token Server lets only some paths or methods through (GET /oauth/api/v4/authenticate/transaction/…), or the Token Server does not work at the moment.",
  );
}
