import { html, type TemplateResult } from "lit";

const icon = (path: string): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;

const phonePath = "M9 3h6a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm2 15";

export const check = icon("m4.5 12.5 5 5L19.5 7");
export const cross = icon("m7 7 10 10M17 7 7 17");
export const declined = icon(`${phonePath}m-1-9 4 4m0-4-4 4`);
export const exclamation = icon("M12 4v10.5m0 5v.01");
/** Before an error: the only one with a circle, because it stands beside small words. */
export const error = icon("M12 3a9 9 0 1 0 .01 0M12 7.5V13m0 3.5v.01");
export const pause = icon("M9 6v12m6-12v12");
export const noPhone = icon("m4 4 16 16M8.6 3H15a2 2 0 0 1 2 2v6.4m0 4.6v3a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V7");
export const shield = icon("M12 3l7 2.5v6q0 6-7 9.5-7-3.5-7-9.5v-6z");
export const clock = icon("M12 3.5a8.5 8.5 0 1 0 .01 0M12 7.5V12l2.5 2");
export const enlarge = icon("M14 10 20 4m-5 0h5v5M10 14l-6 6m5 0H4v-5");
export const reconnecting = icon("M20.5 12a8.5 8.5 0 1 1-2.5-6l2.5 2.5m0-5v5h-5");
export const offline = icon(
  "M3 3l18 18M12 19.5v.01M8.5 16a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 5-2.6m4.5.3A10 10 0 0 1 19 12.5M2 9a15 15 0 0 1 4-2.6M10 5.2A15 15 0 0 1 22 9",
);
export const phone = icon(`${phonePath}h2`);
export const down = icon("m6 9 6 6 6-6");
export const up = icon("m6 15 6-6 6 6");
