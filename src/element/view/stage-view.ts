import { html, nothing, svg, type TemplateResult } from "lit";
import { mainButton, noticeFor, noticeView } from "./notice.js";
import { numberView } from "./number-view.js";
import { ring } from "./qr-code/ring.js";
import { questionOf } from "../flow/state.js";
import { hasCode, isScanned, type Handlers, type ViewModel } from "./view-model.js";

/** In the place of a code: the three marks in the corners of each QR code. */
const finderMarks = html`<svg class="marks" viewBox="0 0 50 50" preserveAspectRatio="none" aria-hidden="true">
  ${[
    [5, 5],
    [39, 5],
    [5, 39],
  ].map(
    ([x, y]) =>
      svg`<rect x=${x!} y=${y!} width="6" height="6" rx="1" /><rect class="eye" x=${x! + 1.5} y=${y! + 1.5} width="3" height="3" rx=".6" />`,
  )}
</svg>`;

/** The square: the code, its place, or what has happened to it. Always of the same size. */
export function stage(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, app } = model;
  const question = questionOf(model);
  // On a phone the question is above all of this, which is inert.
  if (question && app !== "first") return numberView(model, question, handlers);
  const notice = noticeFor(model, handlers);
  if (!isScanned(model) && hasCode(model))
    return html`<div class="stage" part="stage">
      <div class="plate"></div>
      <canvas part="qr" role="img" aria-label=${words.codeName} @click=${handlers.enlarge}></canvas>
      ${ring(model)}
    </div>`;
  if (notice && state.phase !== "expired")
    return html`<div class="stage sunken notice" part="stage">${noticeView(notice)}</div>`;
  const isWaiting = state.phase === "requesting" || state.phase === "pending";
  return html`<div class="stage sunken ${isWaiting ? "waiting" : ""}" part="stage">
    ${finderMarks}
    ${
      app === "first"
        ? nothing
        : notice
          ? html`<div class="words">
              <p class="message" part="message">${notice.text}</p>
              <p class="second" part="hint">${notice.second}</p>
              ${notice.button}
            </div>`
          : state.phase === "idle"
            ? mainButton(words.showCode, handlers.start)
            : nothing
    }
  </div>`;
}
