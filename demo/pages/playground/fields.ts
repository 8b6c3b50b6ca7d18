import { html, raw } from "hono/html";
import type { Html } from "../page-layout.js";

/**
 * A control under its label, with an optional hint.
 * @param speaks whether the script writes a message below the control
 */
export const field = (id: string, label: Html | string, control: Html, hint?: string, speaks = false): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    ${control} ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ""}
    ${speaks ? html`<p class="hint said" id="${id}-said"></p>` : ""}
  </div>`;

/** A switch after its label. */
export const toggle = (id: string, label: Html | string, checked: boolean, form?: string): Html =>
  html`<div class="toggle">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${id}"
      type="checkbox"
      role="switch"
      ${checked ? raw("checked") : ""}
      ${form ? html`form="${form}"` : ""}
    />
  </div>`;

export const text = (id: string, value = ""): Html =>
  html`<input
    aria-describedby="${id}-hint"
    id="${id}"
    name="${id}"
    value="${value}"
    autocapitalize="none"
    spellcheck="false"
    maxlength="500"
  />`;

export const range = (id: string, min: number, max: number, step: number, value: number): Html =>
  html`<input
    id="${id}"
    name="${id}"
    type="range"
    min="${min}"
    max="${max}"
    step="${step}"
    value="${value}"
  />`;

export const select = (id: string, choices: Record<string, string>, chosen?: string): Html =>
  html`<select id="${id}" name="${id}">
    ${Object.entries(choices).map(
      ([value, label]) =>
        html`<option value="${value}" ${value === chosen ? raw("selected") : ""}>${label}</option>`,
    )}
  </select>`;
