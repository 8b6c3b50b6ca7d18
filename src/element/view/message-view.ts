import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { formatTime } from "./countdown.js";
import { scannedHint } from "./stage-view.js";
import type { Handlers, ViewModel } from "./view-model.js";
import { failureKey, fill } from "../i18n/messages.js";

interface Message {
  /** The disc: a tick in a turning arc, a tick whose arc has closed, or a grey icon. */
  disc: "turning" | "done" | "quiet";
  icon: TemplateResult;
  text: string;
  second?: unknown;
  /** The label of the button, if trying again can help. */
  button?: string;
  /** The label of a quiet button, for a new code. */
  link?: string;
  /** The button can only be used later. Its label says when. */
  isEarly?: boolean;
}

function messageFor(model: ViewModel): Message | undefined {
  const { state, words, now, isRedirecting } = model;
  switch (state.phase) {
    case "approved":
      return { disc: "turning", icon: icons.check, text: words.approved };
    case "completed":
      return {
        disc: "done",
        icon: icons.check,
        text: words.completed,
        ...(isRedirecting && { second: words.redirecting }),
      };
    case "denied":
      return {
        disc: "quiet",
        icon: icons.cross,
        text: words.denied,
        second: words.deniedHint,
        button: words.tryAgain,
      };
    case "expired":
      return {
        disc: "quiet",
        icon: icons.clock,
        text: words.expired,
        second: words.expiredHint,
        button: words.newCode,
      };
    case "failed": {
      const key = failureKey(state.failure);
      const isTooMany = key === "tooMany";
      const wait = isTooMany && state.failure.retryAt ? state.failure.retryAt - now : 0;
      const isEarly = wait > 0;
      return {
        disc: "quiet",
        icon: isTooMany ? icons.clock : icons.exclamation,
        text: words[key],
        second: words[`${key}Hint`],
        ...(key !== "notHere" &&
          key !== "loginRefused" && {
            button: isEarly
              ? fill(words.tryAgainIn, formatTime(wait, words.language, words.tryAgainIn))
              : words.tryAgain,
            isEarly,
          }),
      };
    }
    case "pending":
      return state.scanned
        ? {
            disc: "quiet",
            icon: icons.phone,
            text: words.scanned,
            second: scannedHint(model),
            link: words.newCode,
          }
        : undefined;
    case "idle":
    case "requesting":
      return undefined;
    default:
      return state satisfies never;
  }
}

const arc = html`<svg class="arc" viewBox="0 0 72 72" aria-hidden="true">
  <circle cx="36" cy="36" r="35" />
  <circle class="left" cx="36" cy="36" r="35" pathLength="100" stroke-dasharray="28 72" />
</svg>`;

/** Disc, message, second line and button; nothing in the phases that show the code. */
export function messageView(model: ViewModel, { start, newCode }: Handlers): TemplateResult | typeof nothing {
  const message = messageFor(model);
  if (!message) return nothing;
  const { disc, icon, text, second, button, link, isEarly = false } = message;
  return html`<div class="disc ${disc}" part="disc">${icon}${disc === "quiet" ? nothing : arc}</div>
    ${
      // Two templates: a browser would count a text that is replaced in the same element as a layout shift.
      disc === "done"
        ? html`<p class="message last" part="message">${text}</p>`
        : html`<p class="message" part="message">${text}</p>`
    }
    ${second ? html`<p class="second" part="hint">${second}</p>` : nothing}
    ${
      button
        ? html`<button
            class="button"
            part="button"
            type="button"
            aria-disabled=${isEarly ? "true" : nothing}
            @click=${isEarly ? nothing : start}
          >
            ${button}
          </button>`
        : nothing
    }
    ${link ? html`<button class="link" part="new-code" type="button" @click=${newCode}>${link}</button>` : nothing}`;
}
