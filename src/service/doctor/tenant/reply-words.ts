import type { WrongAnswer } from "../../../server/token-server/token-server-answers.js";
import type { Reply } from "./token-server-calls.js";

/** What the kit found wrong with an answer of 200. */
export const wrongIn = ({ outcome }: Reply): WrongAnswer | undefined =>
  "trouble" in outcome ? outcome.trouble.wrong : undefined;

/** A reply of the Token Server in words: `404, 3005: “…”`. */
export function words(reply: Reply): string {
  const { outcome, answer } = reply;
  if (answer === undefined) return "trouble" in outcome ? outcome.trouble.reason : "was called";
  const { status, error } = answer;
  const [encoding, wrong, retryAfter] = [compressionOf(reply), wrongIn(reply), answer.headers["retry-after"]];
  if (encoding !== undefined) return `${status}, compressed with ${encoding}`;
  if (wrong) return `${status}, ${wrongWords(wrong)}`;
  const said = error && `, ${error.code}${error.description === undefined ? "" : `: “${error.description}”`}`;
  return `${status}${said ?? ""}${retryAfter === undefined ? "" : `, Retry-After: ${retryAfter}`}`;
}

/** The compression of an answer that the kit therefore cannot read. The kit asks for `identity`. */
export function compressionOf({ answer }: Reply): string | undefined {
  const encoding = answer?.headers["content-encoding"];
  return answer?.json === undefined && encoding !== undefined && encoding !== "identity"
    ? encoding
    : undefined;
}

/** For example `its user_id is a number, not a string`. */
function wrongWords({ member, expected, found }: WrongAnswer): string {
  if (member === undefined) return found === "missing" ? "and not JSON" : `and ${found}, not ${expected}`;
  return found === "missing" ? `without ${member}` : `its ${member} is ${found}, not ${expected}`;
}
