import { html, type TemplateResult } from "lit";
import { isScanned } from "../../flow/state.js";
import type { ViewModel } from "../view-model.js";

/** The line around the code, which shows its time. */
export const ring = (model: ViewModel): TemplateResult => {
  const { state, clock, now } = model;
  const share = clock && !isScanned(state) ? clock.share * 100 : 0;
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
  // Not 0: Chromium begins a dash anew after an arc without a length. NaN in an element that is removed, or not displayed.
  const box = ring.parentElement!;
  const radius =
    (parseFloat(getComputedStyle(box).borderTopLeftRadius) * 310) / (box.clientWidth || NaN) || 0.01;
  const d = ringPath(radius);
  for (const path of ring.children) path.setAttribute("d", d);
}
