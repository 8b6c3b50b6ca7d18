import { html, nothing, type TemplateResult } from "lit";
import { failureKey, fill, type FailureKey } from "../i18n/messages.js";
import type { Words } from "../i18n/languages.js";
import { formatClock, formatTime } from "./countdown.js";
import * as icons from "./icons.js";
import { backOf, isScanned, type Failure } from "../flow/state.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** What takes the code's place: an icon in a disc, a message, and what the person can do. */
export interface Notice {
  icon: TemplateResult;
  /** A grey icon, a tick in a turning arc, or a tick whose arc has closed and filled the disc. */
  disc: "quiet" | "turning" | "done";
  text: string;
  /** The second line. */
  second?: unknown;
  /** The attempt has ended without a login: what is on the card is one group in the middle, with the way on in it. */
  isEnd?: true;
  /** The way on. An end without it is one that no new code would change. */
  button?: TemplateResult | undefined;
  /** Text buttons. */
  links?: unknown;
}

/** @param longest the longest words that the button may get, whose width it has from the start */
export const mainButton = (label: string, run: unknown, isEarly = false, longest?: string): TemplateResult =>
  html`<button
    class="button main"
    part="button"
    type="button"
    data-text=${longest ?? nothing}
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
      return undefined;
    case "requesting":
      return returnNotice(model, handlers);
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
        : returnNotice(model, handlers);
    case "approved":
      return {
        disc: "turning",
        icon: icons.check,
        text: words.accepted,
        second: slowLine(model) ?? html`<span class="later">${words.acceptedHint}</span>`,
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
        isEnd: true,
        button: mainButton(words.tryAgain, handlers.start),
      };
    case "expired":
      return {
        disc: "quiet",
        icon: icons.clock,
        text: words.expired,
        second: hintOf(model, "expired"),
        isEnd: true,
        button: mainButton(model.app === "first" ? words.tryAgain : words.newCode, handlers.start),
      };
    case "failed":
      return failureNotice(state.failure, model, handlers);
    default:
      return state satisfies never;
  }
}

/** The app has come back to this page. */
function returnNotice({ state, words }: ViewModel, { start }: Handlers): Notice | undefined {
  const notice = { disc: "quiet", icon: icons.phone } as const;
  const back = backOf(state);
  if (back === undefined) return undefined;
  return back === "here"
    ? { ...notice, text: words.returned, second: words.acceptedHint }
    : { ...notice, text: words.otherTab, isEnd: true, button: mainButton(words.logInHere, start) };
}

/** These speak of a code, which nobody waits for where the app comes first. */
const hintsOfCodes: readonly string[] = ["expired", "pairingFailed", "ended"];

/** The second line of a message. */
export const hintOf = (
  { app, words }: Pick<ViewModel, "app" | "words">,
  key: FailureKey | "denied" | "expired",
): string => (app === "first" && hintsOfCodes.includes(key) ? "" : words[`${key}Hint`]);

const failureIcons: Partial<Record<FailureKey, TemplateResult>> = {
  tooMany: icons.clock,
  paused: icons.pause,
  notHere: icons.noPhone,
};

/** A new attempt would end in the same way. */
const cannotRetry = (key: FailureKey, wait: number): boolean =>
  key === "notHere" || key === "loginRefused" || key === "paused" || (key === "numberLimit" && wait > 0);

function failureNotice(failure: Failure, model: ViewModel, { start }: Handlers): Notice {
  const { words, now } = model;
  const key = failureKey(failure);
  const [text, second] = failureWords(failure, model);
  const wait = (failure.retryAt ?? 0) - now;
  const waitFor = (ms: number) => fill(words.tryAgainIn, formatTime(ms, words.language, words.tryAgainIn));
  return {
    disc: "quiet",
    icon: failureIcons[key] ?? icons.exclamation,
    text,
    second,
    isEnd: true,
    button: cannotRetry(key, wait)
      ? undefined
      : key === "tooMany"
        ? mainButton(wait > 0 ? waitFor(wait) : words.tryAgain, start, wait > 0, waitFor(longestWaitMs))
        : mainButton(key === "otherBrowser" ? words.startHere : words.tryAgain, start),
  };
}

/** As long as a limit of an hour can make it, in two digits of minutes. */
const longestWaitMs = 3_600_000;
/** A time of day says nothing of the day. */
const clockWithinMs = 86_400_000;

/** What is said of a failure: the message and its hint. */
export function failureWords(
  failure: Failure,
  model: Pick<ViewModel, "words" | "now" | "app">,
): [string, string] {
  const { words, now } = model;
  const key = failureKey(failure);
  const { resumesAt = 0, retryAt = 0 } = failure;
  const hint =
    key === "paused" && resumesAt > now && resumesAt < now + clockWithinMs
      ? fill(words.pausedUntilHint, formatClock(resumesAt, words.language))
      : hintOf(model, key);
  if (key !== "numberLimit") return [words[key], hint];
  // Minutes at least: nobody waits for the seconds of an hour.
  const wait = formatTime(Math.max(retryAt - now, 120_000), words.language, hint);
  return [words[key], retryAt > now ? fill(hint, wait) : ""];
}

const arc = html`<svg class="arc" viewBox="0 0 72 72" aria-hidden="true">
  <circle cx="36" cy="36" r="35" />
  <circle class="left" cx="36" cy="36" r="35" pathLength="100" stroke-dasharray="28 72" />
</svg>`;

/** A message and its second line, if it has one. */
export const messageView = (message: string, second: unknown): TemplateResult =>
  html`<p class="message" part="message">${message}</p>
    ${second ? html`<p class="second" part="hint" id="hint">${second}</p>` : nothing}`;

export const discView = ({ disc, icon }: Pick<Notice, "disc" | "icon">): TemplateResult =>
  html`<div class="disc ${disc}" part="disc">${icon}${disc === "quiet" ? nothing : arc}</div>`;

/** Each has its own place among the children: a browser counts a text that is replaced in the same element as a layout shift. */
const places = ["quiet", "turning", "done"] as const;

/** The disc and the words. The disc's element stays from the scan to the end, so that nothing moves. */
export const noticeView = (notice: Notice): TemplateResult =>
  html`${discView(notice)}
    <div class="words">
      ${places.map((place) => (place === notice.disc ? messageView(notice.text, notice.second) : nothing))}
    </div>`;

/** The site's other way to log in, if it has one. It is the main one where no new code helps. */
export const otherWayView = ({ otherWay }: ViewModel): unknown =>
  otherWay === undefined ? nothing : html`<slot name="other-way"></slot>`;

/** One text that keeps a place. It is no text of the page, so nobody finds it there. */
export const unseen = (kind: string, text: string): TemplateResult =>
  html`<p class=${kind} data-text=${text}></p>`;

/**
 * The words of all notices, unseen and one over the other: their place is as high as the highest, so that the card keeps its
 * height in every phase, language, font and size of text.
 * @param question the second line of the question on a phone
 */
export function unseenNotices({ words }: ViewModel, question: unknown = nothing): unknown {
  // As wide as any time. `Intl` would cost the first code more than its frame.
  const pair = (message: string, second: string) =>
    html`<div class="pair">
      ${unseen("message", message)}${unseen("second", fill(second, "00:00\u00a0PM"))}
    </div>`;
  return [
    ...Object.entries(words).map(([key, second]: [string, string]) =>
      // Nothing comes before the words for another browser.
      key.endsWith("Hint") && key !== "otherBrowserHint"
        ? pair(words[key.slice(0, -4) as keyof Words] ?? "", second)
        : nothing,
    ),
    ...[words.offline, words.slow, words.pausedUntilHint].map((second) => pair(words.paused, second)),
    html`<div class="pair">
      ${unseen("message", words.pairingApp)}
      <div class="second">${question}</div>
    </div>`,
  ];
}
