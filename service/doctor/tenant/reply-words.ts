import type { WrongAnswer } from "../../../src/server/token-server/token-server-answers.js";
import type { Reply } from "./token-server-calls.js";

/** What the kit found wrong with an answer of 200. */
export const wrongIn = ({ outcome }: Reply): WrongAnswer | undefined =>
  "trouble" in outcome ? outcome.trouble.wrong : undefined;

/** What the Token Server said, for a person: `404, 3005: “…”`. */
export function words({ outcome, answer }: Reply): string {
  if (answer === undefined) return "trouble" in outcome ? outcome.trouble.reason : "was asked";
  const { status, error } = answer;
  const wrong = wrongIn({ outcome, answer });
  if (wrong && status === 200) return `${status}, ${wrongWords(wrong)}`;
  if (error === undefined) return String(status);
  const { code, description } = error;
  return `${status}, ${code}${description === undefined ? "" : `: “${description}”`}`;
}

/** For example `its user_id is a number, not a string`. */
function wrongWords({ member, expected, found }: WrongAnswer): string {
  if (member === undefined) return found === "missing" ? "and not JSON" : `and ${found}, not ${expected}`;
  return found === "missing" ? `without ${member}` : `its ${member} is ${found}, not ${expected}`;
}
