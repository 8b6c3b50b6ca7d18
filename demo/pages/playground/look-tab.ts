import { html } from "hono/html";
import {
  parts,
  presets,
  properties,
  slots,
  type DocumentedProperty,
} from "../../playground/element-documents.js";
import type { Html } from "../page-layout.js";
import { field, range, select } from "./fields.js";

/** A theme to begin with. Its button carries the style sheet, whose values the script puts into the controls. */
const preset = (name: string, css: string): Html =>
  html`<button type="button" data-css="${css}" aria-pressed="false">
    ${name[0]?.toUpperCase()}${name.slice(1)}
  </button>`;

/** A custom property of the element. The colour pickers, without names, only fill in its text. */
const property = ({ name, description, kind, default: byDefault }: DocumentedProperty): Html => {
  const id = `property-${name}`;
  const picker = (scheme: string): Html =>
    html`<input
      type="color"
      data-picks="${name}"
      data-scheme="${scheme}"
      aria-label="${name}, ${scheme}"
      title="${scheme}"
    />`;
  return html`<div class="property ${kind}">
    <label for="${id}"><code>${name}</code></label>
    <input
      id="${id}"
      name="${id}"
      data-property="${name}"
      data-kind="${kind}"
      data-default="${byDefault ?? ""}"
      placeholder="${byDefault ?? (kind === "color" ? "as the text" : "by the width")}"
      aria-describedby="${id}-hint ${id}-said"
      autocapitalize="none"
      spellcheck="false"
      maxlength="200"
    />
    ${kind === "color" ? [picker("light"), picker("dark")] : ""}
    <p class="hint" id="${id}-hint">${description}</p>
    <p class="hint said" id="${id}-said"></p>
  </div>`;
};

/** What a site writes about a part or into a slot. */
const words = (id: string, kind: "part" | "slot", name: string, description: string): Html =>
  field(
    id,
    html`<code>${name}</code>`,
    html`<input
      id="${id}"
      name="${id}"
      data-${kind}="${name}"
      aria-describedby="${id}-hint${kind === "part" ? ` ${id}-said` : ""}"
      autocapitalize="none"
      spellcheck="false"
      maxlength="500"
    />`,
    description,
    kind === "part",
  );

export const lookTab = html`<fieldset>
    <legend>Presets</legend>
    <div class="buttons" id="presets" role="group" aria-label="Presets">
      ${preset("default", "")} ${presets.map(({ name, css }) => preset(name, css))}
    </div>
  </fieldset>
  <fieldset>
    <legend>Light or dark</legend>
    ${field(
      "scheme",
      "The page’s color-scheme",
      select("scheme", { "light dark": "As the device has it", light: "Light", dark: "Dark" }),
      "A page that sets none is light.",
    )}
    ${field(
      "own-scheme",
      "The element’s own color-scheme",
      select("own-scheme", { "": "As the page has it", light: "Light", dark: "Dark" }),
    )}
    <p class="hint">
      Forced colours are the system’s, and <b class="forced-on">on</b><b class="forced-off">off</b> now: a
      contrast theme, or “emulate forced-colors” in the browser’s developer tools, switches them.
    </p>
  </fieldset>
  <fieldset>
    <legend>Properties: <code>--onegini-otp-login-…</code></legend>
    ${properties.map(property)}
    <p class="hint">
      The figures are WCAG 2’s contrast of the colours that the card has now. Text needs 4.5.
    </p>
  </fieldset>
  <fieldset>
    <legend>Size</legend>
    ${field(
      "width",
      "Width",
      html`${range("width", 280, 720, 1, 420)} <output for="width" id="width-said"></output>`,
    )}
    ${field(
      "text-size",
      "Text size",
      html`${range("text-size", 75, 200, 5, 100)} <output for="text-size" id="text-size-said"></output>`,
    )}
  </fieldset>
  <fieldset>
    <legend>Slots</legend>
    ${slots.map(({ name, description }) => words(`slot-${name}`, "slot", name, description))}
    <p class="hint">Words, or the address of a picture, such as /assets/logo.svg.</p>
  </fieldset>
  <details id="parts">
    <summary>Parts: <code>::part(…)</code></summary>
    <p class="hint">
      CSS declarations, such as font-size: 1rem or display: none. Of variables only the element’s own
      properties.
    </p>
    ${parts.map(({ name, description }) => words(`part-${name}`, "part", name, description))}
  </details>`;
