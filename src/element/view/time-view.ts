import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { formatTime } from "./countdown.js";
import type { ViewModel } from "./view-model.js";
import { fill } from "../i18n/words.js";

/** The time that a code has, or a hint in its place. */
export function timeText({ state, words, clock, hint }: ViewModel): TemplateResult | typeof nothing {
  if (state.phase === "requesting") return html`<p class="time">${words.requesting}</p>`;
  if (!clock) return nothing;
  if (hint !== "live") return html`<p class="time">${icons[hint]}${words[hint]}</p>`;
  switch (clock.kind) {
    case "next":
    case "last": {
      const time = formatTime(clock.left, words.language);
      const message = clock.kind === "last" ? words.lastCode : words.newCodeIn;
      return html`<p class="time" role="timer">${fill(message, time)}</p>`;
    }
    case "late":
    case "dead":
      return html`<p class="time">${words.requesting}</p>`;
    default:
      return clock satisfies never;
  }
}
