import type { DoctorSettings } from "../doctor-settings.js";
import { failed, fixFirst, notChecked, ok, unknown, type Line } from "../lines.js";
import { modulesFor, mostModules } from "../qr-code.js";
import { wrongIn, words } from "./reply-words.js";
import type { StartOutcome } from "../../../server/token-server/token-server-client.js";
import type { Reply, TokenServerFacts } from "./token-server-calls.js";

/** Where the vendor's console has the types. */
export const types = "Configuration → Mobile authentication → Mobile authentication types";

export const showTheVendor =
  "The vendor does not document this answer. Send the report (--report FILE) to the vendor's support.";

/** The line for a 200 that is not the answer that the vendor documents. */
export function answerWithoutCode(reply: Reply<StartOutcome>, { type }: DoctorSettings): Line {
  const wrong = wrongIn(reply);
  const { auth_method: method } = (reply.answer?.json ?? {}) as { auth_method?: unknown };
  const says = `starting a login returns no code that the kit accepts: ${words(reply)}`;
  switch (wrong?.member) {
    case "otp":
      if (typeof method === "string" && method !== "otp")
        return failed(
          "type-method",
          `${says}, and its auth_method is “${method}”`,
          `${types} → ${type} → Authentication method: choose OTP (One Time Password), or use another type that has it.`,
        );
      return failed(
        "type-method",
        says,
        `Two possible causes: the Authentication method of the type “${type}” is not OTP (${types}), or a proxy in front of the Token Server answers instead.`,
      );
    case "time_to_live":
      return failed("lifetime", says, `${types} → Request expires in. ${showTheVendor}`);
    case undefined:
      return failed(
        "code",
        says,
        "A proxy, a gateway or a login page in front of the Token Server answers instead.",
      );
    default:
      return failed("code", says, showTheVendor);
  }
}

export function codeLine({ code }: TokenServerFacts): Line {
  const length = code?.otp.length;
  const modules = code ? modulesFor(code.otp) : 0;
  if (modules === undefined)
    return failed("code", `its OTP has ${length} characters, too many for a QR code`, showTheVendor);
  if (modules > mostModules)
    return failed(
      "code",
      `its OTP of ${length} characters makes a QR code of ${modules} modules per side; at the widget's size phones can read ${mostModules}`,
      showTheVendor,
    );
  return ok("code", "the Token Server returns one");
}

export function messageLine({ starts }: TokenServerFacts, settings: DoctorSettings): Line {
  const texts = starts.flatMap(({ text }) => text ?? []);
  const unusual = texts.map(unusualIn).find((each) => each !== undefined);
  if (unusual !== undefined)
    return unknown("message", `accepted, but it has ${unusual}: check how the phone shows it`);
  const longest = Math.max(...texts.map((text) => [...text].length));
  return texts.length === 0
    ? ok("message", "the Default message of the type")
    : ok("message", `accepted: ${longest} of ${settings["max-message-length"]} characters`);
}

/** Control characters, which a phone may not show, and direction marks, which may reorder the text. */
export function unusualIn(text: string): string | undefined {
  const [found] = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u.exec(text) ?? [];
  if (found === undefined) return undefined;
  return `the character U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The least time in which a person can take the phone, open the app and log in to it. */
const shortestSeconds = 20;
/** A `time_to_live` up to this was probably meant as seconds. */
const mostAsSeconds = 3600;
/** Above this a relayed code stays valid for too long. */
const longSeconds = 300;

export function lifetimeLine({ code }: TokenServerFacts): Line {
  if (!code) return notChecked(["lifetime"], fixFirst("code"))[0]!;
  const seconds = code.ttlMs / 1000;
  if (code.ttlMs <= mostAsSeconds)
    return failed(
      "lifetime",
      `time_to_live is ${code.ttlMs}, so a code lives ${seconds} s. Probably ${code.ttlMs} seconds are meant, but the vendor documents milliseconds`,
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
    seconds > longSeconds ? `${seconds} s; a relayed code is valid as long, so prefer 60 s` : `${seconds} s`,
  );
}

export function resultLine({ code, result }: TokenServerFacts): Line {
  if (!code || !result) return notChecked(["result"], fixFirst("code"))[0]!;
  if (result.outcome.kind !== "unanswered") return ok("result", "can be requested");
  const { answer } = result;
  return failed(
    "result",
    `the result call ${answer === undefined ? words(result) : `was answered ${words(result)}`}`,
    wrongIn(result)?.member === undefined
      ? "Two possible causes: a proxy or gateway in front of the Token Server lets only some paths or methods through (GET /oauth/api/v4/authenticate/transaction/…), or the Token Server does not work at the moment."
      : showTheVendor,
  );
}
