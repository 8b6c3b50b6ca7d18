import { html, nothing, type TemplateResult } from "lit";
import { fillCount } from "../i18n/messages.js";
import * as icons from "./icons.js";
import { messageView } from "./notice.js";
import type { Handlers, ViewModel } from "./view-model.js";
import { questionOf, type Question } from "../flow/state.js";

/**
 * The question for the number that only the phone shows. A form, so that Enter sends it, also from an input method, and the
 * browser says what is missing.
 * @param time what is shown in the place of an error while there is none
 */
export function numberView(
  model: ViewModel,
  { digits, isSending }: Question,
  { sendNumber }: Handlers,
  time: unknown = nothing,
): TemplateResult {
  const { words, app } = model;
  const error = numberError(model);
  const isAppFirst = app === "first";
  const hint = numberHint(model, digits);
  const submit = (event: Event) => {
    event.preventDefault();
    // Only the digits, in any script.
    sendNumber(
      (event.currentTarget as HTMLFormElement).querySelector("input")!.value.replace(/\P{Nd}/gu, ""),
    );
  };
  return html`<form class=${isAppFirst ? "" : "stage sunken ask"} part="stage" @submit=${submit}>
    ${isAppFirst ? nothing : html`<div class="disc" part="disc">${icons.phone}</div>`}
    <div class="words">${messageView(isAppFirst ? words.pairingApp : words.pairing, hint)}</div>
    <div class="entry">
      <input
        part="field"
        aria-label=${fillCount(words.pairingLabel, digits, words.language)}
        title=${hint}
        required
        pattern=${`(\\P{Nd}*\\p{Nd}){${digits}}\\P{Nd}*`}
        inputmode="numeric"
        autocomplete="off"
        aria-invalid=${error ? "true" : nothing}
        aria-describedby=${error ? "error" : nothing}
        ?readonly=${isSending}
      />
      <div class="error">
        ${error ? html`<p class="time" id="error" part="error">${icons.exclamation}${error}</p>` : time}
      </div>
      <button class="button" part="button" aria-disabled=${isSending ? "true" : nothing}>
        ${words.pairingGo}
      </button>
    </div>
  </form>`;
}

/** Moves the focus to the number's field, and selects what is in it. */
export function focusNumber(root: ShadowRoot): void {
  const field = root.querySelector("input");
  field?.focus();
  field?.select();
}

/** The second line of the question. */
export const numberHint = ({ words, app }: Pick<ViewModel, "words" | "app">, digits: number): string =>
  fillCount(app === "first" ? words.pairingAppHint : words.pairingHint, digits, words.language);

/** What is wrong with the number that the person has sent. */
export function numberError(model: Pick<ViewModel, "state" | "words">): string {
  const question = questionOf(model.state);
  const { wrongNumber, language } = model.words;
  return question?.wrong && !question.isSending ? fillCount(wrongNumber, question.triesLeft, language) : "";
}
