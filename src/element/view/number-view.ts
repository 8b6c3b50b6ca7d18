import { html, nothing, type TemplateResult } from "lit";
import { fillCount } from "../i18n/messages.js";
import * as icons from "./icons.js";
import { discView, messageView, unseen } from "./notice.js";
import type { Field, Handlers, ViewModel } from "./view-model.js";
import { questionOf, type Question } from "../flow/state.js";

/** The question for the number that only the phone shows, in the square. A form, so that Enter sends it. */
export function numberStage(model: ViewModel, question: Question, handlers: Handlers): TemplateResult {
  return html`<form class="stage sunken ask" part="stage" novalidate @submit=${handlers.sendNumber}>
    <div class="top">
      ${discView({ disc: "quiet", icon: icons.phone })}
      <div class="words">${messageView(numberQuestion(model), numberHint(model, question.digits))}</div>
    </div>
    ${numberField(model, question, handlers)} ${errorView(model)} ${unseenErrors(model)}
    ${sendButton(model, question)}
  </form>`;
}

/** All that may be said, in any number of digits. */
export const possibleErrors = ({ words }: ViewModel): string[] => [
  ...[1, 2].map((left) => fillCount(words.wrongNumber, left, words.language)),
  fillCount(words.numberIncomplete, mostDigits, words.language),
];

/** In the line of its icon, as when it is seen. */
export const unseenError = (error: string): unknown => [icons.error, html`<span data-text=${error}></span>`];

/** Where they may stand: the cells above stay when one comes. */
const unseenErrors = (model: ViewModel): unknown =>
  possibleErrors(model).map((error) => html`<p class="error" inert>${unseenError(error)}</p>`);

/** The same room, while nothing is asked. */
export const unseenNumber = (model: ViewModel): TemplateResult =>
  html`<div class="ask">
    <div class="top">
      ${unseen("message", model.words.pairing)}${unseen("second", numberHint(model, mostDigits))}
    </div>
    ${unseenErrors(model)}
  </div>`;

/** How many digits a number can have. */
export const mostDigits = 6;

/**
 * Cells over one input: what is in them, the caret and the selection are drawn, and the input, which cannot be seen, does the
 * rest. To a screen reader it is one field.
 */
export function numberField(model: ViewModel, question: Question, { typed }: Handlers): TemplateResult {
  const { words, field } = model;
  const { digits, isSending } = question;
  const isWrong = numberError(model) !== "";
  const isAllMarked = field.hasFocus && field.from === 0 && field.to === field.digits.length && field.to > 0;
  return html`<div class="field ${digits > 4 ? "many" : ""}" dir="ltr">
    <div class="cells ${isAllMarked ? "all" : ""} ${isWrong ? "wrong" : ""}" aria-hidden="true">
      ${Array.from({ length: digits }, (_, i) => cell(field, i, digits))}
    </div>
    <input
      part="field"
      aria-label=${fillCount(words.pairingLabel, digits, words.language)}
      inputmode="numeric"
      autocomplete="off"
      aria-invalid=${isWrong ? "true" : nothing}
      aria-describedby="hint error advice"
      ?readonly=${isSending}
      @input=${typed}
      @compositionend=${typed}
      @click=${typed}
      @select=${typed}
      @selectionchange=${typed}
      @keyup=${typed}
      @focus=${typed}
      @blur=${typed}
    />
  </div>`;
}

function cell({ digits, from, to, hasFocus }: Field, i: number, length: number): TemplateResult {
  const isLast = i === length - 1;
  const isCurrent = hasFocus && from === to && (i === from || (isLast && from === length));
  const isMarked = hasFocus && i >= from && i < to;
  const caret = !isCurrent ? "" : !digits[i] ? "caret" : i < from ? "caret after" : "caret before";
  return html`<span class="cell ${isCurrent ? "current" : ""} ${caret}" part="cell"
    ><b class=${isMarked ? "marked" : ""}>${digits[i]}</b></span
  >`;
}

export const errorView = (model: ViewModel): TemplateResult => {
  const error = numberError(model);
  return html`<p class="error" id="error" part="error">${error ? [icons.error, error] : nothing}</p>`;
};

export const sendButton = ({ words }: ViewModel, { isSending }: Question): TemplateResult =>
  html`<button class="button" part="button" aria-disabled=${isSending ? "true" : nothing}>
    ${words.pairingGo}
  </button>`;

const digitsIn = (text: string): string[] => text.match(/\p{Nd}/gu) ?? [];

/**
 * Reads the field. What is no digit goes, and then what is too much, but not while an input method composes a text.
 * @param length how many digits it takes
 */
export function readField(input: HTMLInputElement, length: number, isComposing = false): Field {
  const { value, selectionStart, selectionEnd } = input;
  const countTo = (end: number | null) =>
    Math.min(digitsIn(value.slice(0, end ?? value.length)).length, length);
  const digits = digitsIn(value).slice(0, length);
  const [from, to] = [countTo(selectionStart), countTo(selectionEnd)];
  if (!isComposing && value !== digits.join("")) {
    input.value = digits.join("");
    // A digit of some scripts is two units long.
    const at = (count: number) => digits.slice(0, count).join("").length;
    input.setSelectionRange(at(from), at(to));
  }
  return { digits, from, to, hasFocus: input.matches(":focus") };
}

/** A press puts the caret into the cell under it: the digits of the input stand elsewhere. */
export function pressCell({ currentTarget, clientX }: MouseEvent): void {
  const input = currentTarget as HTMLInputElement;
  // A double press, or one that moves, has selected some.
  if (input.selectionStart !== input.selectionEnd) return;
  const cells = input.previousElementSibling!;
  const { left, width } = cells.getBoundingClientRect();
  const at = Math.max(0, ((clientX - left) / width) * cells.childElementCount);
  const { length } = digitsIn(input.value).slice(0, at).join("");
  input.setSelectionRange(length, length);
}

/** Moves the focus to the number's field, and selects what is in it. */
export function focusNumber(input: HTMLInputElement): void {
  input.focus();
  input.select();
}

type Asking = Pick<ViewModel, "words" | "app" | "otherPhone">;

/** Whether the app that shows the number is on the phone that asks for it. */
export const isOnThisPhone = ({ app, otherPhone }: Asking): boolean => app === "first" && !otherPhone;

export const numberQuestion = (model: Asking): string =>
  isOnThisPhone(model) ? model.words.pairingApp : model.words.pairing;

/** The second line of the question. */
export const numberHint = (model: Asking, digits: number): string => {
  const { pairingAppHint, pairingHint, language } = model.words;
  return fillCount(isOnThisPhone(model) ? pairingAppHint : pairingHint, digits, language);
};

/** What is wrong with the number: too few digits, or it was another one. */
export function numberError(model: Pick<ViewModel, "state" | "words" | "isIncomplete">): string {
  const question = questionOf(model.state);
  const { wrongNumber, numberIncomplete, language } = model.words;
  if (!question || question.isSending) return "";
  if (model.isIncomplete) return fillCount(numberIncomplete, question.digits, language);
  return question.wrong ? fillCount(wrongNumber, question.triesLeft, language) : "";
}
