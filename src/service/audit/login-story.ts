import type { AuditedType } from "./audit-line.js";
import type { ReadLine } from "./read-lines.js";

/** What one login's lines tell. */
export interface LoginStory {
  attempt: string;
  /** What became of it, in one sentence. */
  result: string;
  /** What happened, in the order of time. */
  steps: readonly { time: string; sentence: string }[];
}

/**
 * Tells a login as a person would.
 *
 * @param lines those of the login
 * @param forgotten those of calls and losses by which browsers were forgotten, at any time and of any user
 */
export function storyOf(
  attempt: string,
  lines: readonly ReadLine[],
  forgotten: readonly ReadLine[],
): LoginStory {
  const user = firstOf(lines, "userId");
  const start = firstOf(lines, "startedAt") ?? "";
  const end = lines.reduce((last, { time }) => (time > last ? time : last), "");
  const concerns = (line: ReadLine): boolean =>
    line.time >= start &&
    line.time <= end &&
    (line.text("all") === "true" || (user !== undefined && line.text("userId") === user));
  const all = [...lines, ...forgotten.filter(concerns)].sort(byTime);
  const began = lines.find((line) => line.text("startedAt") !== undefined);
  const steps = [
    ...(began ? [{ time: start, sentence: beginning(began) }] : []),
    ...all.map((line) => ({ time: line.time, sentence: sentenceOf(line, user ?? "somebody", began) })),
  ];
  return { attempt, result: resultOf(all, user), steps };
}

const byTime = (one: ReadLine, other: ReadLine): number =>
  one.time === other.time ? one.seq - other.seq : one.time < other.time ? -1 : 1;

const firstOf = (lines: readonly ReadLine[], name: Parameters<ReadLine["text"]>[0]): string | undefined =>
  lines.map((line) => line.text(name)).find((text) => text !== undefined);

function beginning({ text }: ReadLine): string {
  const agent = text("userAgent");
  return `Browser ${text("browserId")} began at ${text("address") ?? "an unknown address"}${agent === undefined ? "" : `, as ${agent}`}.`;
}

function sentenceOf(line: ReadLine, user: string, began: ReadLine | undefined): string {
  const { text } = line;
  switch (line.event as AuditedType | "operator_call" | "browsers_forgotten") {
    case "attempt_approved":
      return `${user} accepted code ${text("code")} of ${text("codes")} on a phone (transaction ${text("transaction")}).`;
    case "attempt_denied":
      return `Somebody declined code ${text("code")} of ${text("codes")} on a phone (transaction ${text("transaction")}).`;
    case "attempt_expired":
      return text("asked") === "true"
        ? "The time for the number was over."
        : "The time of the login was over.";
    case "number_asked":
      return `The browser was not known for ${user}: its page asked for the number on the phone.`;
    case "wrong_number":
      return `A wrong number was typed${elsewhere(line, began)}. ${triesLeft(text("triesLeft"))}`;
    case "pairing_failed":
      return `The login was ended: ${failure(line, user)}.`;
    case "pairing_unavailable":
      return "A server without pairing refused the login for now.";
    case "unnumbered_login":
      return text("allowed") === "true"
        ? "Its code has no number, and pairing-unnumbered let it log in."
        : "The login was ended: its code has no number.";
    case "ticket_issued": {
      const why = { known: `The browser is known for ${user}. `, new: "The right number was typed. " }[
        text("browser") ?? ""
      ];
      const again = text("repeated") === "true" ? "another ticket; the one before is void" : "a ticket";
      return `${why ?? ""}The browser got ${again}${elsewhere(line, began)}.`;
    }
    case "ticket_redeemed":
      return `The site redeemed the ticket: ${user} is logged in.`;
    case "ticket_refused":
      return `A ticket was refused: ${refusal(line, user)}.`;
    case "limited":
      return "Its browser called too often.";
    case "operator_call":
      return operatorSentence(line);
    case "browsers_forgotten":
      return "The store had lost which browsers were forgotten: no browser was known any more.";
    // These are of no login.
    case "login_paused":
    case "login_resumed":
    case "numbers_sprayed":
    default:
      return line.event;
  }
}

/** Where a call came from, if not from where the login began. */
function elsewhere({ text }: ReadLine, began: ReadLine | undefined): string {
  const differs = (name: "address" | "userAgent"): string | undefined => {
    const here = text(name);
    return here !== undefined && began && here !== began.text(name) ? here : undefined;
  };
  const [address, agent] = [differs("address"), differs("userAgent")];
  return `${address === undefined ? "" : `, now at ${address}`}${agent === undefined ? "" : `, now as ${agent}`}`;
}

const triesLeft = (left: string | undefined): string =>
  left === "1" ? "1 try was left." : `${left} tries were left.`;

const revoked = (user: string): string => `the browsers of ${user} were forgotten after the acceptance`;

/** Why a login was ended, by `reason`. */
const failures = new Map<string | undefined, (user: string) => string>([
  ["wrong_numbers", () => "three numbers were wrong"],
  ["user_limit", (user) => `there were too many wrong numbers of ${user}`],
  ["browser_limit", () => "there were too many wrong numbers in this browser"],
  ["address_limit", () => "there were too many wrong numbers at this address"],
  ["revoked", revoked],
]);

/** Why a ticket was refused, by `reason`. */
const refusals = new Map<string | undefined, (user: string, browser: string) => string>([
  ["other_browser", (_user, browser) => `another browser, ${browser}, brought it`],
  ["no_cookie", () => "it came without a browser's cookie"],
  ["used", () => "it was used before"],
  ["expired", () => "its time was over"],
  ["revoked", revoked],
  ["unnumbered", () => "a server without pairing took the login without a number"],
]);

const failure = ({ text }: ReadLine, user: string): string =>
  failures.get(text("reason"))?.(user) ?? `${text("reason")}`;

const refusal = ({ text }: ReadLine, user: string): string =>
  refusals.get(text("reason"))?.(user, `${text("browserId")}`) ?? `${text("reason")}`;

function operatorSentence({ text }: ReadLine): string {
  const who = [text("by") ?? text("operator"), `peer ${text("peer")}`].filter(Boolean).join(", ");
  const whose = text("all") === "true" ? "everybody" : text("userId");
  const status = Number(text("status"));
  const reason = text("reason");
  const what =
    status === 503
      ? `It is not certain whether the browsers of ${whose} were forgotten`
      : `The browsers of ${whose} were ${status < 400 ? "" : "not "}forgotten`;
  return `${what} (${who})${reason === undefined ? "" : `: ${reason}`}.`;
}

function resultOf(lines: readonly ReadLine[], user = "somebody"): string {
  const last = (event: AuditedType): ReadLine | undefined => lines.findLast((line) => line.event === event);
  const failed = last("pairing_failed");
  const refused = last("ticket_refused");
  if (last("ticket_redeemed")) return `${user} was logged in.`;
  if (failed) return `Nobody was logged in: ${failure(failed, user)}.`;
  if (last("unnumbered_login")?.text("allowed") === "false")
    return "Nobody was logged in: the code has no number.";
  if (last("attempt_denied")) return "Nobody was logged in: it was declined on the phone.";
  const expired = last("attempt_expired");
  if (expired)
    return `Nobody was logged in: ${expired.text("asked") === "true" ? "nobody typed the number" : "no browser claimed it"}.`;
  // What follows may stand in lines that are not here, or not yet.
  if (refused) return `These lines show no login: ${refusal(refused, user)}.`;
  if (last("ticket_issued")) return "These lines show no login: the site did not redeem the ticket.";
  if (last("number_asked")) return "These lines show no login: the right number was not typed.";
  return "These lines show no login: no browser claimed it.";
}
