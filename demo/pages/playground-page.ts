import { html, raw } from "hono/html";
import { phaseGroups } from "../client/playground/playground-settings.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";
import { attributesTab } from "./playground/attributes-tab.js";
import { toggle } from "./playground/fields.js";
import { lookTab } from "./playground/look-tab.js";
import { networkTab } from "./playground/network-tab.js";

/**
 * The playground: one element, with everything that can be set or happen to it. The form's controls are the whole state
 * of the page; the script in `client/playground/` adds the element and applies them to it. The element begins in the
 * person's language.
 */
export const playgroundPage = (setting: PageSetting): Html =>
  layout({
    ...setting,
    title: "Playground",
    area: "playground",
    style: "playground-page.css",
    script: "playground.js",
    main: html`<div class="title">
        <h1>Playground</h1>
        <p class="lead">All that can be set or happen to the element. The address keeps what you set.</p>
      </div>
      <div class="bench">
        <div class="shown">
          <section id="stage" aria-label="The element">
            <noscript>The playground needs JavaScript.</noscript>
            <div id="place"></div>
          </section>
          ${driving}
        </div>
        <form id="controls" autocomplete="off" aria-label="Controls">
          ${tabs({
            Phases: html``,
            Look: lookTab,
            Attributes: attributesTab(setting.language),
            Network: networkTab,
            Code: codeTab,
          })}
          <p class="reset"><button type="reset">Everything as it was</button></p>
        </form>
      </div>`,
  });

/** Tabs with their panels. The script moves what drives the element into the first one, in a narrow window. */
const tabs = (panels: Record<string, Html>): Html => {
  const names = Object.keys(panels);
  return html`<div role="tablist" id="tabs" aria-label="Controls">
      ${names.map(
        (name) =>
          html`<button
            type="button"
            role="tab"
            id="tab-${name}"
            aria-controls="panel-${name}"
            aria-selected="${String(name === "Look")}"
            tabindex="${name === "Look" ? 0 : -1}"
          >
            ${name}
          </button>`,
      )}
    </div>
    ${Object.entries(panels).map(
      ([name, panel]) =>
        html`<div
          role="tabpanel"
          id="panel-${name}"
          aria-labelledby="tab-${name}"
          ${name === "Look" ? "" : raw("hidden")}
        >
          ${panel}
        </div>`,
    )}`;
};

const widths = { 280: "280", 360: "360", 680: "680", dialog: "Dialog" };

/** What is at hand below the element, whichever tab is shown, where there is room for it. */
const driving = html`<div id="driving">
  <div class="row">
    <div id="widths" class="buttons" role="group" aria-label="Width and layout">
      ${Object.entries(widths).map(
        ([value, label]) =>
          html`<button
            type="button"
            value="${value}"
            ${value === "dialog" ? raw('aria-haspopup="dialog"') : raw('aria-pressed="false"')}
          >
            ${label}
          </button>`,
      )}
      <button type="button" id="as-phone" aria-pressed="false">App first</button>
      <input type="checkbox" name="app-first" form="controls" hidden />
    </div>
    ${toggle("hold", "Hold the phase", true, "controls")}
    <div class="buttons" role="group" aria-label="Phone">
      <button type="button" id="accept">Accept</button>
      <button type="button" id="decline">Decline</button>
    </div>
  </div>
  <div id="phases" role="group" aria-label="Phases">
    ${Object.entries(phaseGroups).map(
      ([group, names]) =>
        html`<div class="buttons" role="group" aria-label="${group}">
          <span class="hint" aria-hidden="true">${group}</span>
          ${names.map((name) => html`<button type="button" value="${name}">${name.replaceAll("_", " ")}</button>`)}
        </div>`,
    )}
    <input type="hidden" name="phase" value="" form="controls" />
  </div>
  <p class="row">
    <span id="phase-said" class="hint" role="status"></span>
    <span id="phone-said" class="hint" role="status"></span>
  </p>
</div>`;

const snippet = (id: string, title: string): Html =>
  html`<section class="panel snippet" aria-labelledby="${id}-title">
    <div class="head">
      <h2 id="${id}-title">${title}</h2>
      <button type="button" data-copies="${id}" aria-label="Copy: ${title}">Copy</button>
    </div>
    <pre><code id="${id}"></code></pre>
  </section>`;

const codeTab = html`${snippet("html", "HTML")} ${snippet("css", "CSS")} ${snippet("npm", "With npm")}
  <p id="copied" class="visually-hidden" role="status"></p>`;
