import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { isScanned, questionOf, type State } from "../flow/state.js";
import type { ViewModel } from "./view-model.js";

/** A text without its marks for bold words. */
const plain = (text: string): string => text.replaceAll("**", "");

/**
 * Words between `**` are bold.
 * @param icon goes before the first bold words, else before the text
 */
export const rich = (text: string, icon: unknown = nothing): unknown => {
  const parts = text.split("**");
  const at = parts.length > 1 ? 1 : 0;
  return parts.map((part, i) => [i === at ? icon : nothing, i % 2 ? html`<strong>${part}</strong>` : part]);
};

/** How many steps are open, counted from the end: after a scan the last one, after an acceptance none. Trying again has all. */
const openSteps = (state: State): number =>
  state.phase === "approved" || state.phase === "completed" ? 0 : isScanned(state) ? 1 : 3;

/**
 * What to do, in three steps. A step without words is left out.
 * @param isHidden whether only the place of the list is kept
 */
export function stepList({ state, words }: ViewModel, isHidden: boolean): TemplateResult | typeof nothing {
  // Inert: an icon is a label, never a button.
  const steps = [
    [words.step1, [html`<slot name="app-icon" inert></slot>`, rich(words.step1)]],
    [words.step2, rich(words.step2, html`<slot name="scan-icon" inert></slot>`)],
    [words.step3, rich(words.step3)],
  ] as const;
  const shown = steps.filter(([step]) => step);
  if (!shown.length) return nothing;
  const open = openSteps(state);
  return html`<ol role="list" part="steps" ?inert=${isHidden}>
    ${shown.map(([step, content], i) => {
      const isLast = i === shown.length - 1;
      const isPast = i < shown.length - open;
      // While the number is asked for, it is what the person has just done.
      const isNow = isLast && (isScanned(state) || questionOf(state));
      return html`<li
        class=${isPast && !isNow ? "past" : ""}
        part="step"
        aria-current=${isNow ? "step" : nothing}
        data-bold=${isLast ? plain(step) : nothing}
      >
        <span class="number" part="number" aria-hidden="true">${isPast ? icons.check : nothing}</span
        ><span
          >${content}${isPast && words.stepDone ? html`<span class="heard">, ${words.stepDone}</span>` : nothing}</span
        >
      </li>`;
    })}
  </ol>`;
}
