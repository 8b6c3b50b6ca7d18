import { html, nothing, type TemplateResult } from "lit";
import { failureKey, fill } from "../i18n/messages.js";
import { formatTime } from "./countdown.js";
import * as icons from "./icons.js";
import { isScanned, type Failure } from "../flow/state.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** What takes the code's place: an icon in a disc, a message, and what the person can do. */
interface Notice {
  icon: TemplateResult;
  /** A grey icon, a tick in a turning arc, or a tick whose arc has closed and filled the disc. */
  disc: "quiet" | "turning" | "done";
  text: string;
  /** The second line. */
  second?: unknown;
  button?: TemplateResult | undefined;
  /** Text buttons. */
  links?: unknown;
}

export const mainButton = (label: string, run: unknown, isEarly = false, kind = ""): TemplateResult =>
  html`<button
    class="button ${kind}"
    part="button"
    type="button"
    aria-disabled=${isEarly ? "true" : nothing}
    @click=${isEarly ? nothing : run}
  >
    ${label}
  </button>`;

export const textButton = (label: unknown, run: unknown): TemplateResult =>
  html`<button class="link" part="new-code" type="button" @click=${run}>${label}</button>`;

/** "This is taking longer than usual.", once it does. */
export const slowLine = ({ words, waiting }: ViewModel): unknown =>
  waiting === "short" ? undefined : html`<span class="slow">${words.slow}</span>`;

/** What is wrong with the connection, if anything. */
export const connectionHint = ({ connection, words }: ViewModel): unknown =>
  connection === "live"
    ? undefined
    : [connection === "offline" ? icons.offline : icons.reconnecting, words[connection]];

export function noticeFor(model: ViewModel, handlers: Handlers): Notice | undefined {
  const { state, words, waiting } = model;
  switch (state.phase) {
    case "idle":
    case "requesting":
      return undefined;
    case "pending":
      return isScanned(state)
        ? {
            disc: "quiet",
            icon: icons.phone,
            text: words.scanned,
            // The row has no room for a hint beside its button.
            second: connectionHint(model) ?? words.scannedHint,
            links: textButton(words.scanAgain, handlers.newCode),
          }
        : undefined;
    case "approved":
      return {
        disc: "turning",
        icon: icons.check,
        text: words.approved,
        second: slowLine(model),
        links:
          waiting === "long"
            ? [
                textButton(words.keepWaiting, handlers.keepWaiting),
                textButton(words.startOver, handlers.start),
              ]
            : nothing,
      };
    case "completed":
      return {
        disc: "done",
        icon: icons.check,
        text: words.completed,
        second: model.isRedirecting && words.redirecting,
      };
    case "denied":
      return {
        disc: "quiet",
        icon: icons.declined,
        text: words.denied,
        second: words.deniedHint,
        button: mainButton(words.tryAgain, handlers.start),
      };
    case "expired":
      return {
        disc: "quiet",
        icon: icons.clock,
        text: words.expired,
        second: words.expiredHint,
        button: mainButton(words.newCode, handlers.start),
      };
    case "failed":
      return failureNotice(state.failure, model, handlers);
    default:
      return state satisfies never;
  }
}

function failureNotice(failure: Failure, { words, now }: ViewModel, { start }: Handlers): Notice {
  const key = failureKey(failure);
  const isTooMany = key === "tooMany";
  const wait = isTooMany && failure.retryAt ? failure.retryAt - now : 0;
  const label =
    wait > 0 ? fill(words.tryAgainIn, formatTime(wait, words.language, words.tryAgainIn)) : words.tryAgain;
  const canRetry = key !== "notHere" && key !== "loginRefused" && key !== "paused";
  return {
    disc: "quiet",
    icon: isTooMany || key === "paused" ? icons.clock : icons.exclamation,
    text: words[key],
    second: words[`${key}Hint`],
    button: canRetry ? mainButton(label, start, wait > 0) : undefined,
  };
}

const arc = html`<svg class="arc" viewBox="0 0 72 72" aria-hidden="true">
  <circle cx="36" cy="36" r="35" />
  <circle class="left" cx="36" cy="36" r="35" pathLength="100" stroke-dasharray="28 72" />
</svg>`;

/** A message and its second line, if it has one. */
export const messageView = (message: string, second: unknown): TemplateResult =>
  html`<p class="message" part="message">${message}</p>
    ${second ? html`<p class="second" part="hint">${second}</p>` : nothing}`;

/** Each has its own place among the children: a browser counts a text that is replaced in the same element as a layout shift. */
const places = ["quiet", "turning", "done"] as const;

/** The disc and the words. The disc's element stays from the scan to the end, so that nothing moves. */
export const noticeView = ({ disc, icon, text, second }: Notice): TemplateResult =>
  html`<div class="disc ${disc}" part="disc">${icon}${disc === "quiet" ? nothing : arc}</div>
    <div class="words">
      ${places.map((place) => (place === disc ? messageView(text, second) : nothing))}
    </div>`;
