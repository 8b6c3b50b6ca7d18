import { html, nothing, svg, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { ring } from "./ring.js";
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

/** After a scan the row has no room for a hint beside its button: the hint takes the second line. */
export const scannedHint = ({ words, connection }: ViewModel): unknown =>
  connection === "live" ? words.scannedHint : [icons[connection], words[connection]];

/** The code, or its place: always of the same size. */
export function stage(model: ViewModel, { start, enlarge }: Handlers): TemplateResult {
  const { state, words, app } = model;
  if (isScanned(model))
    return html`<div class="stage scanned" part="stage">
      ${finderMarks}${ring(model)}
      <div class="words">
        <div class="disc" part="disc">${icons.phone}</div>
        <p class="message" part="message">${words.scanned}</p>
        <p class="second" part="hint">${scannedHint(model)}</p>
      </div>
    </div>`;
  if (hasCode(model))
    return html`<div class="stage" part="stage">
      <div class="plate"></div>
      <canvas part="qr" role="img" aria-label=${words.codeName} @click=${enlarge}></canvas>
      ${ring(model)}
    </div>`;
  const button = (label: string) =>
    html`<button class="button" part="button" type="button" @click=${start}>${label}</button>`;
  const isWaiting = state.phase === "requesting" || state.phase === "pending";
  return html`<div class="stage empty ${isWaiting ? "waiting" : ""}" part="stage">
    ${finderMarks}
    ${
      app === "first"
        ? nothing
        : state.phase === "idle"
          ? button(words.showCode)
          : state.phase === "expired"
            ? html`<div class="words">
                <p class="message" part="message">${words.expired}</p>
                <p class="second" part="hint">${words.expiredHint}</p>
                ${button(words.newCode)}
              </div>`
            : nothing
    }
  </div>`;
}
