import { html, nothing, type TemplateResult } from "lit";
import { mainButton, messageView, noticeFor, noticeView } from "./notice.js";
import { numberView } from "./number-view.js";
import { ring } from "./qr-code/ring.js";
import { isScanned, isWaiting, questionOf } from "../flow/state.js";
import { hasCode, type Handlers, type ViewModel } from "./view-model.js";

/** In the place of a code: the three marks in the corners of each QR code. */
const finderMarks = html`<svg class="marks" viewBox="0 0 50 50" preserveAspectRatio="none" aria-hidden="true">
  <rect x="5" y="5" width="6" height="6" rx="1" />
  <rect class="eye" x="6.5" y="6.5" width="3" height="3" rx=".6" />
  <rect x="39" y="5" width="6" height="6" rx="1" />
  <rect class="eye" x="40.5" y="6.5" width="3" height="3" rx=".6" />
  <rect x="5" y="39" width="6" height="6" rx="1" />
  <rect class="eye" x="6.5" y="40.5" width="3" height="3" rx=".6" />
</svg>`;

/** The square: the code, its place, or what has happened to it. Always of the same size. */
export function stage(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, app } = model;
  const question = questionOf(state);
  // On a phone the question is above all of this, which is inert.
  if (question && app !== "first") return numberView(model, question, handlers);
  const notice = noticeFor(model, handlers);
  if (!isScanned(state) && hasCode(model.clock))
    return html`<div class="stage" part="stage">
      <div class="plate"></div>
      <canvas part="qr" role="img" aria-label=${words.codeName} @click=${handlers.enlarge}></canvas>
      ${ring(model)}
    </div>`;
  if (notice && state.phase !== "expired")
    return html`<div class="stage sunken notice" part="stage">${noticeView(notice)}</div>`;
  return html`<div class="stage sunken ${isWaiting(state) ? "waiting" : ""}" part="stage">
    ${finderMarks}
    ${
      app === "first"
        ? nothing
        : notice
          ? html`<div class="words">${messageView(notice.text, notice.second)}${notice.button}</div>`
          : state.phase === "idle"
            ? mainButton(words.showCode, handlers.start)
            : nothing
    }
  </div>`;
}
