import type { Question } from "../flow/state.js";
import { fillCount } from "../i18n/messages.js";
import type { ViewModel } from "./view-model.js";

/** The question for the number on the phone, while it is asked. */
export const questionOf = ({ state }: Pick<ViewModel, "state">): Question | undefined =>
  state.phase === "approved" ? state.question : undefined;

/** The second line of the question. */
export const numberHint = ({ words, app }: Pick<ViewModel, "words" | "app">, digits: number): string =>
  fillCount(app === "first" ? words.pairingAppHint : words.pairingHint, digits, words.language);

/** What is wrong with the number that the person has sent. */
export function numberError(model: Pick<ViewModel, "state" | "words">): string {
  const question = questionOf(model);
  const { wrongNumber, language } = model.words;
  return question?.wrong && !question.isSending ? fillCount(wrongNumber, question.triesLeft, language) : "";
}
