import { html, nothing, type TemplateResult } from "lit";
import type { State } from "../flow/state.js";
import * as icons from "./icons.js";
import type { ViewModel } from "./view-model.js";

/** A text without its marks for bold words. */
export const plain = (text: string): string => text.replaceAll("**", "");

/**
 * Words between `**` are bold.
 * @param icon goes before the first bold words, else before the text
 */
export const rich = (text: string, icon: unknown = nothing): unknown => {
  const parts = text.split("**");
  const at = parts.length > 1 ? 1 : 0;
  return parts.map((part, i) => [i === at ? icon : nothing, i % 2 ? html`<strong>${part}</strong>` : part]);
};

/** Which steps are done: none, all but the last, or all. After a scan the last one is the person's next. */
function progressOf(state: State): "none" | "scanned" | "declined" | "all" {
  switch (state.phase) {
    case "pending":
      return state.scanned ? "scanned" : "none";
    case "denied":
      return "declined";
    case "approved":
    case "completed":
      return "all";
    case "failed":
      return state.failure.during === "login" ? "all" : "none";
    case "idle":
    case "requesting":
    case "expired":
      return "none";
    default:
      return state satisfies never;
  }
}

/** What to do, in three steps. A step without words is left out. */
export function stepList({ state, words }: ViewModel): TemplateResult | typeof nothing {
  // Inert: an icon is a label, never a button.
  const steps = [
    [words.step1, html`<slot name="app-icon" inert></slot>`],
    [words.step2, html`<slot name="scan-icon" inert></slot>`],
    [words.step3, nothing],
  ] as const;
  const shown = steps.filter(([step]) => step);
  if (!shown.length) return nothing;
  const progress = progressOf(state);
  return html`<ol role="list" part="steps">
    ${shown.map(([step, icon], i) => {
      const isLast = i === shown.length - 1;
      const isPast = progress === "all" || (progress !== "none" && !isLast);
      return html`<li
        class=${isPast ? "past" : ""}
        part="step"
        aria-current=${progress === "scanned" && isLast ? "step" : nothing}
        data-bold=${isLast ? plain(step) : nothing}
      >
        <span class="number" part="number" aria-hidden="true">${isPast ? icons.check : nothing}</span
        ><span>${step === words.step1 ? [icon, rich(step)] : rich(step, icon)}</span>
      </li>`;
    })}
  </ol>`;
}
