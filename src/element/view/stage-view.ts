import { html, nothing, type TemplateResult } from "lit";
import {
  mainButton,
  noticeFor,
  noticeView,
  otherWayView,
  unseen,
  unseenNotices,
  type Notice,
} from "./notice.js";
import { numberStage, unseenNumber } from "./number-view.js";
import { ring } from "./qr-code/ring.js";
import { backOf, isScanned, isWaiting, questionOf } from "../flow/state.js";
import { hasCode, type Handlers, type ViewModel } from "./view-model.js";

/** In the place of a code: the three marks in the corners of each QR code. */
const finderMarks = html`<svg class="marks" viewBox="0 0 50 50" aria-hidden="true">
  <rect x="5" y="5" width="6" height="6" rx="1" />
  <rect class="eye" x="6.5" y="6.5" width="3" height="3" rx=".6" />
  <rect x="39" y="5" width="6" height="6" rx="1" />
  <rect class="eye" x="40.5" y="6.5" width="3" height="3" rx=".6" />
  <rect x="5" y="39" width="6" height="6" rx="1" />
  <rect class="eye" x="6.5" y="40.5" width="3" height="3" rx=".6" />
</svg>`;

/** The square, and unseen in the same place all that may come into it: the code, its place, or what has happened to it. */
export const stage = (model: ViewModel, handlers: Handlers): TemplateResult =>
  html`${inStage(model, handlers)}
    <div class="unseen" aria-hidden="true">
      ${model.hasNumberRoom ? unseenNumber(model) : nothing}${unseenNotices(model)}
      <div class="ways">
        ${[model.words.tryAgain, model.words.newCode].map((text) => unseen("button", text))}
        ${model.otherWay === undefined ? nothing : unseen("button other", model.otherWay)}
      </div>
    </div>`;

function inStage(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, app } = model;
  const isBelow = app === "first";
  if (!isScanned(state) && !backOf(state) && hasCode(model.clock))
    return html`<div class="stage" part="stage">
      <div class="code">
        <div class="plate"></div>
        <canvas part="qr" role="img" aria-label=${words.codeName} @click=${handlers.enlarge}></canvas>
        ${ring(model)}
      </div>
    </div>`;
  const question = questionOf(state);
  // On a phone they are above all of this.
  if (question && !isBelow) return numberStage(model, question, handlers);
  const notice = isBelow ? undefined : noticeFor(model, handlers);
  if (notice)
    return html`<div class="stage sunken ${kindOf(notice)}" part="stage">
      ${
        notice.isEnd
          ? [noticeView(notice), waysOn(model, notice)]
          : html`<div class="top">${noticeView(notice)}</div>`
      }
    </div>`;
  return html`<div class="stage sunken ${isWaiting(state) ? "waiting" : ""}" part="stage">
    ${finderMarks}${state.phase === "idle" && !isBelow ? mainButton(words.showCode, handlers.start) : nothing}
  </div>`;
}

/** An end that no new code would change takes the place of the steps too. */
const kindOf = ({ isEnd, button }: Notice): string => (!isEnd ? "notice" : button ? "end" : "end whole");

const waysOn = (model: ViewModel, { button }: Notice): unknown =>
  button || model.otherWay !== undefined
    ? html`<div class="ways ${button ? "" : "only"}">${button}${otherWayView(model)}</div>`
    : nothing;
