import { html, svg, type TemplateResult } from "lit";
import { icons, type Icon } from "../../pages/demo-icons.js";

/** An icon, for the eyes only: words beside it say the same. */
export const icon = (name: Icon): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${icons[name]} />`}</svg>`;
