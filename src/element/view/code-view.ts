import { html, nothing, type TemplateResult } from "lit";
import { fill } from "../i18n/messages.js";
import * as icons from "./icons.js";
import { formatTime } from "./countdown.js";
import { stage } from "./stage-view.js";
import { hasCode, isScanned, type Handlers, type ViewModel } from "./view-model.js";

/** The time that the code has, or a hint in its place. */
export function timeText(model: ViewModel): TemplateResult | typeof nothing {
  const { state, words, clock, connection } = model;
  if (state.phase === "requesting") return html`<p class="time" part="time">${words.requesting}</p>`;
  if (!clock) return nothing;
  if (isScanned(model)) return nothing;
  if (connection !== "live")
    return html`<p class="time" part="time">${icons[connection]}${words[connection]}</p>`;
  switch (clock.kind) {
    case "next":
    case "last": {
      const message = clock.kind === "last" ? words.lastCode : words.newCodeIn;
      const time = formatTime(clock.left, words.language, message);
      return html`<p class="time" part="time" role="timer">${fill(message, time)}</p>`;
    }
    case "late":
    case "dead":
      return html`<p class="time" part="time">${words.requesting}</p>`;
    default:
      return clock satisfies never;
  }
}

/** A text without its marks for bold words. */
export const plain = (text: string): string => text.replaceAll("**", "");

/** Words between `**` are bold. */
export const rich = (text: string) =>
  text.split("**").map((part, i) => (i % 2 ? html`<strong>${part}</strong>` : part));

/** After the scan the last step is the person's next, and those before it are done. A step without words is left out. */
function stepList(model: ViewModel): TemplateResult | typeof nothing {
  const { words } = model;
  const steps = [words.step1, words.step2, words.step3].filter(Boolean);
  if (!steps.length) return nothing;
  const isNext = isScanned(model);
  return html`<ol role="list" part="steps">
    ${steps.map((step, i) => {
      const isLast = i === steps.length - 1;
      return html`<li
        class=${isNext && !isLast ? "past" : ""}
        part="step"
        aria-current=${isNext && isLast ? "step" : nothing}
        data-bold=${isLast ? plain(step) : nothing}
      >
        <span class="number" part="number" aria-hidden="true"
          >${isNext && !isLast ? icons.check : nothing}</span
        ><span>${rich(step)}</span>
      </li>`;
    })}
  </ol>`;
}

const newCodeButton = ({ words }: ViewModel, { newCode }: Handlers): TemplateResult =>
  html`<button class="link" part="new-code" type="button" @click=${newCode}>${words.newCode}</button>`;

const enlargeButton = ({ words }: ViewModel, { enlarge }: Handlers): TemplateResult =>
  html`<button
    class="link enlarge"
    part="enlarge"
    type="button"
    aria-label=${words.enlargeName}
    @click=${enlarge}
  >
    ${icons.enlarge}${words.enlarge}
  </button>`;

/** Stage, time and steps. */
export const codeView = (model: ViewModel, handlers: Handlers): TemplateResult => {
  const hasEnlarge = model.isEnlargeable && hasCode(model) && model.connection !== "offline";
  return html`${stage(model, handlers)}
    <div class="row" part="row">
      ${timeText(model)}${
        isScanned(model)
          ? newCodeButton(model, handlers)
          : hasEnlarge
            ? enlargeButton(model, handlers)
            : nothing
      }
    </div>
    ${stepList(model)}`;
};
