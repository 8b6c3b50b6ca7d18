import { html, nothing, type TemplateResult } from "lit";
import { fill } from "../i18n/messages.js";
import { formatTime, minutesFromMs } from "./countdown.js";
import * as icons from "./icons.js";
import { connectionHint, noticeFor, slowLine, textButton, unseen } from "./notice.js";
import { stage } from "./stage-view.js";
import { stepList } from "./steps-view.js";
import { questionOf } from "../flow/state.js";
import { followsAfterMs, hasCode, type Handlers, type ViewModel } from "./view-model.js";

const timeLine = (content: unknown, role: unknown = nothing): TemplateResult =>
  html`<p class="time" part="time" role=${role}>${content}</p>`;

/** The time that the code has, or a hint in its place. */
export function timeText(model: ViewModel): TemplateResult | typeof nothing {
  const { state, words, now, since, clock, waiting } = model;
  if (state.phase === "requesting")
    return timeLine(html`<span><span>${words.requesting}</span>${slowLine(model)}</span>`);
  const question = questionOf(state);
  if (!clock && !question) return nothing;
  const hint = connectionHint(model);
  if (hint) return timeLine(hint);
  if (question && waiting !== "short") return timeLine(slowLine(model));
  const left = question ? question.endsAt - now : (clock?.left ?? 0);
  if (left <= 0) return timeLine(words.requesting);
  // The first `Intl` of a page takes as long as the rest of the code's frame.
  if (clock && left > minutesFromMs && now < since.phase + followsAfterMs) return timeLine(nothing);
  const message = question ? words.worksFor : clock?.kind === "last" ? words.lastCode : words.newCodeIn;
  return timeLine(fill(message, formatTime(left, words.language, message)), "timer");
}

const enlargeButton = ({ words }: ViewModel, { enlarge }: Handlers): TemplateResult =>
  html`<button
    class="link enlarge"
    part="enlarge"
    type="button"
    aria-label=${words.enlargeName}
    @click=${enlarge}
  >
    ${icons.enlarge}<span>${words.enlarge}</span>
  </button>`;

/** The line under the square: the time, and what the person can do. Empty at an end, whose way on is in the square. */
function row(model: ViewModel, handlers: Handlers): unknown {
  if (questionOf(model.state)) return [timeText(model), textButton(model.words.startOver, handlers.start)];
  const notice = noticeFor(model, handlers);
  if (notice) return notice.links;
  return [
    timeText(model),
    model.isEnlargeable && hasCode(model.clock)
      ? enlargeButton(model, handlers)
      : model.state.phase === "requesting" && model.waiting === "long"
        ? textButton(model.words.tryAgain, handlers.start)
        : nothing,
  ];
}

/** What may come into the line, unseen: it is always as high as the highest. */
export function unseenRows({ words }: ViewModel, errors: readonly unknown[] = []): unknown {
  const row = (text: unknown, link: unknown = unseen("link", words.startOver), kind = "time") =>
    html`<div class="row" part="row" inert>
      <div class=${kind}>${text}</div>
      ${link}
    </div>`;
  const enlarge = html`<p class="link">${icons.enlarge}<span data-text=${words.enlarge}></span></p>`;
  return [
    row(
      html`<div>${unseen("", words.requesting)}${unseen("slow", words.slow)}</div>`,
      unseen("link", words.tryAgain),
    ),
    row(unseen("", words.slow)),
    [
      [icons.offline, unseen("", words.offline)],
      [icons.reconnecting, unseen("", words.reconnecting)],
    ].map((hint) => [row(hint), row(hint, enlarge)]),
    errors.map((error) => row(error, undefined, "error")),
  ];
}

/** Square, line and steps. They stay in every phase; only what is in the square changes. */
export function codeView(model: ViewModel, handlers: Handlers): TemplateResult {
  const notice = noticeFor(model, handlers);
  return html`${stage(model, handlers)}
    <div class="row" part="row">${row(model, handlers)}</div>
    ${unseenRows(model)} ${stepList(model, !!notice?.isEnd && !notice.button)}`;
}
