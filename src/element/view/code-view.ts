import { html, nothing, svg, type TemplateResult } from "lit";
import { fill } from "../i18n/messages.js";
import * as icons from "./icons.js";
import { formatTime } from "./countdown.js";
import { hasCode, isScanned, type Handlers, type ViewModel } from "./view-model.js";

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

const ring = (model: ViewModel): TemplateResult => {
  const { state, clock, now } = model;
  const share = clock && "share" in clock && !isScanned(model) ? clock.share * 100 : 0;
  const isFresh = state.phase === "pending" && now - state.code.since < 900;
  return html`<svg
    class="ring ${isFresh ? "fresh" : ""}"
    part="ring"
    viewBox="0 0 310 310"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path />
    <path class="left" pathLength="100" stroke-dasharray="${share} 101" />
  </svg>`;
};

/** Starts at the top centre and goes to the left, so that the ring empties clockwise. */
const ringPath = (radius: number): string => {
  const [start, end] = [1 + radius, 309 - radius];
  const arc = `A${radius} ${radius} 0 0 0`;
  return `M155 1H${start}${arc} 1 ${start}V${end}${arc} ${start} 309H${end}${arc} 309 ${end}V${start}${arc} ${end} 1Z`;
};

/**
 * Gives the ring the corners of the stage, which a site may set: a path cannot take them from CSS. To be called after each
 * render.
 */
export function fitRing(root: ShadowRoot): void {
  const ring = root.querySelector(".ring");
  if (!ring) return;
  // Not 0: Chromium begins a dash anew after an arc without a length. NaN if the element was removed before its update.
  const radius = parseFloat(getComputedStyle(ring.parentElement!).borderTopLeftRadius) || 0.01;
  const d = ringPath(Math.min(radius, 154));
  for (const path of ring.children) if (path.getAttribute("d") !== d) path.setAttribute("d", d);
}

/** After a scan the row has no room for a hint beside its button: the hint takes the second line. */
export const scannedHint = ({ words, connection }: ViewModel): unknown =>
  connection === "live" ? words.scannedHint : [icons[connection], words[connection]];

/** The code, or its place: always of the same size. */
function stage(model: ViewModel, { start, enlarge }: Handlers): TemplateResult {
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
