import { phases as phaseNames } from "../client/playground/playground-settings.js";
import { html, raw } from "hono/html";
import { locales } from "../playground/locales-plugin.js";
import { beginnings, networkChoices, type NetworkName } from "../playground/playground-choices.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";
import type { Language } from "./site-language.js";

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
    main: html`<h1>Playground</h1>
      <p class="lead">
        The element as it is on every page, and all that can be set or happen to it. The address keeps what
        you set.
      </p>
      <div class="bench">
        <div class="shown">
          <section id="stage" aria-label="The element">
            <noscript>The playground needs JavaScript.</noscript>
          </section>
          ${phases} ${phone} ${events}
        </div>
        <form id="controls" autocomplete="off" aria-label="Controls">
          <div class="column">${attributes} ${theme}</div>
          <div class="column">${network} ${placeIn(setting.language)}</div>
          <p class="reset"><button type="reset">Everything as it was</button></p>
        </form>
      </div>
      ${snippets}`,
  });

/** A control under its label, with an optional hint. */
const field = (id: string, label: string, control: Html, hint?: string): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    ${control} ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ""}
  </div>`;

/** A switch after its label. */
const toggle = (id: string, label: Html | string, checked: boolean, form?: string): Html =>
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

const text = (id: string, value = ""): Html =>
  html`<input
    aria-describedby="${id}-hint"
    id="${id}"
    name="${id}"
    value="${value}"
    autocapitalize="none"
    spellcheck="false"
    maxlength="500"
  />`;

const range = (id: string, min: number, max: number, step: number, value: number): Html =>
  html`<input
    id="${id}"
    name="${id}"
    type="range"
    min="${min}"
    max="${max}"
    step="${step}"
    value="${value}"
  />`;

const options = (choices: Record<string, string>): Html[] =>
  Object.entries(choices).map(([value, label]) => html`<option value="${value}">${label}</option>`);

const phases = html`<section class="panel" aria-labelledby="phases-title">
  <h2 id="phases-title">Phases</h2>
  <p class="hint">
    Each is reached by doing what leads there: asking, accepting, letting the time run out, refusing.
  </p>
  <div id="phases" role="group" aria-labelledby="phases-title">
    ${phaseNames.map((name) => html`<button type="button" value="${name}">${name}</button>`)}
  </div>
  <input type="hidden" name="phase" value="" form="controls" />
  ${toggle("hold", "Hold it: what led to the phase stays in place", true, "controls")}
  <p id="phase-said" class="hint" role="status"></p>
</section>`;

const phone = html`<section class="panel" aria-labelledby="phone-title">
  <h2 id="phone-title">Phone</h2>
  <p class="hint">
    A phone at hand. The <a href="/phone" target="_blank" rel="noopener">demo phone</a> reads the code from
    this page, too.
  </p>
  <div class="buttons">
    <button type="button" id="accept">Accept</button>
    <button type="button" id="decline">Decline</button>
  </div>
  <p id="phone-said" class="hint" role="status"></p>
</section>`;

const attributes = html`<fieldset>
  <legend>Attributes and methods</legend>
  ${field(
    "endpoint",
    "endpoint",
    text("endpoint", "/playground/otp-login"),
    "Here the network can be broken. /otp-login is the login page’s own. Read at each start.",
  )}
  ${field("redirect", "redirect", text("redirect"), "Such as /account")}
  ${toggle("stay", html`Stay here: <code>preventDefault()</code> of <code>login</code>`, true)}
  ${field("app-link", "app-link", text("app-link"), "Such as /phone#otp={otp}. Touch screens show it.")}
  ${field("qr-link", "qr-link", text("qr-link"), "Such as https://bank.example/app#otp={otp}. The code holds it.")}
  ${field(
    "renewals",
    "renewals",
    html`<input id="renewals" name="renewals" type="number" min="0" max="100" value="5" />`,
  )}
  ${toggle("manual", "manual", false)}
  ${field(
    "beginning",
    "attempt, otp, expires-in: how a new element begins",
    html`<select id="beginning" name="beginning">
      ${options(beginnings)}
    </select>`,
  )}
  ${field(
    "messages",
    "messages",
    html`<textarea
      aria-describedby="messages-hint"
      id="messages"
      name="messages"
      rows="2"
      autocapitalize="none"
      spellcheck="false"
      maxlength="4000"
    ></textarea>`,
    'JSON, such as {"step2": "Scan it in Demo Bank"}. Words between ** are bold.',
  )}
  <p id="messages-said" class="hint" role="status"></p>
  <div class="buttons">
    <button type="button" id="start">start()</button>
    <button type="button" id="cancel">cancel()</button>
    <button type="button" id="anew">New element</button>
  </div>
</fieldset>`;

/** A language by its own name, and in English. */
function languageName(code: string): string {
  const named = (language: string) =>
    new Intl.DisplayNames([language], { type: "language" }).of(code) ?? code;
  return code === "en" ? named("en") : `${named(code)} (${named("en")})`;
}

const placeIn = (language: Language): Html =>
  html`<fieldset>
    <legend>Language and place</legend>
    ${field(
      "language",
      "Language, and its direction",
      html`<select id="language" name="language">
        ${locales.map(
          (code) =>
            html`<option value="${code}" ${code === language ? raw("selected") : ""}>
              ${languageName(code)}
            </option>`,
        )}
      </select>`,
    )}
    ${field(
      "width",
      "Width",
      html`${range("width", 280, 600, 1, 420)} <output for="width" id="width-said"></output>`,
    )}
    ${field(
      "text-size",
      "Text size",
      html`${range("text-size", 75, 200, 5, 100)} <output for="text-size" id="text-size-said"></output>`,
    )}
  </fieldset>`;

/** The element's colours that a site may set, with their defaults: light, dark. */
const colours = [
  ["accent", "#1f4fd1", "#8fb0ff"],
  ["on-accent", "#ffffff", "#0c1633"],
  ["surface", "#ffffff", "#17191f"],
  ["text", "#15181e", "#f1f3f6"],
] as const;

const theme = html`<fieldset>
  <legend>Theme</legend>
  ${field(
    "scheme",
    "The page’s color-scheme",
    html`<select id="scheme" name="scheme">
      ${options({ "light dark": "As the device has it", light: "Light", dark: "Dark" })}
    </select>`,
  )}
  <div class="properties" role="group" aria-label="Properties: --onegini-otp-login-…">
    ${colours.map(
      ([name, light, dark]) =>
        html`<div class="property">
          <input id="${name}" name="${name}" type="checkbox" />
          <label for="${name}"><code>${name}</code></label>
          <input name="${name}-light" type="color" value="${light}" aria-label="${name}, light" />
          <input name="${name}-dark" type="color" value="${dark}" aria-label="${name}, dark" />
        </div>`,
    )}
    <div class="property">
      <input id="radius" name="radius" type="checkbox" />
      <label for="radius"><code>radius</code></label>
      <input name="radius-px" type="number" min="0" max="40" value="16" aria-label="radius, in pixels" />
    </div>
  </div>
  <p class="hint">
    Forced colours are the system’s, and <b class="forced-on">on</b><b class="forced-off">off</b> now: a
    contrast theme, or “emulate forced-colors” in the browser’s developer tools, switches them.
  </p>
</fieldset>`;

const networkLabels: Record<NetworkName, string> = {
  delay: "Every answer comes",
  codes: "Codes: start and renewal",
  stream: "Status stream",
  polls: "Polls",
  login: "Login",
  cookies: "Cookies",
  life: "A code lives for",
};

const network = html`<fieldset>
  <legend>Network and server</legend>
  ${Object.entries(networkChoices).map(([name, choices]) =>
    field(
      name,
      networkLabels[name as NetworkName],
      html`<select id="${name}" name="${name}">
        ${options(choices)}
      </select>`,
    ),
  )}
  <p class="hint">
    Real answers of a server that misbehaves, for all playgrounds of this browser. Offline is a switch in the
    browser’s developer tools.
  </p>
</fieldset>`;

const events = html`<div class="panel">
  <div class="head">
    <h2 id="events-title">Events</h2>
    <button type="button" id="clear" aria-label="Clear the events">Clear</button>
  </div>
  <div id="events" tabindex="0" role="region" aria-labelledby="events-title"><ol></ol></div>
</div>`;

const snippet = (id: string, title: string): Html =>
  html`<section class="panel snippet" aria-labelledby="${id}-title">
    <div class="head">
      <h2 id="${id}-title">${title}</h2>
      <button type="button" data-copies="${id}" aria-label="Copy: ${title}">Copy</button>
    </div>
    <pre><code id="${id}"></code></pre>
  </section>`;

const snippets = html`<div class="snippets">
  ${snippet("html", "HTML")} ${snippet("css", "CSS")} ${snippet("npm", "With npm")}
  <p id="copied" class="visually-hidden" role="status"></p>
</div>`;
