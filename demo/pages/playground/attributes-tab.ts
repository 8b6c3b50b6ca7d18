import { html } from "hono/html";
import { locales } from "../../playground/locales-plugin.js";
import { beginnings } from "../../playground/playground-choices.js";
import type { Html } from "../page-layout.js";
import type { Language } from "../site-language.js";
import { field, select, text, toggle } from "./fields.js";

/** A language by its own name, and in English. */
function languageName(code: string): string {
  const named = (language: string) =>
    new Intl.DisplayNames([language], { type: "language" }).of(code) ?? code;
  return code === "en" ? named("en") : `${named(code)} (${named("en")})`;
}

export const attributesTab = (language: Language): Html =>
  html`<fieldset>
    <legend>Attributes and methods</legend>
    ${field(
      "endpoint",
      "endpoint",
      text("endpoint", "/playground/otp-login"),
      "Here the network can be broken. /otp-login is the login page’s own. Read at each start.",
    )}
    ${field("redirect", "redirect", text("redirect"), "Such as /account")}
    ${toggle("stay", "Stay on this page after a login", true)}
    ${field("app-link", "app-link", text("app-link"), "Such as /phone#otp={otp}. Touch screens show it.")}
    ${field(
      "qr-link",
      "qr-link",
      text("qr-link"),
      "Such as https://bank.example/app#otp={otp}. The code holds it.",
    )}
    ${field(
      "renewals",
      "renewals",
      html`<input id="renewals" name="renewals" type="number" min="0" max="100" value="5" />`,
    )}
    ${toggle("manual", "manual", false)}
    ${field(
      "beginning",
      "attempt, otp, expires-in, digits: how a new element begins",
      select("beginning", beginnings),
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
    ${field(
      "language",
      "lang and dir: language, and its direction",
      select("language", Object.fromEntries(locales.map((code) => [code, languageName(code)])), language),
    )}
    <div class="buttons">
      <button type="button" id="start">start()</button>
      <button type="button" id="cancel">cancel()</button>
      <button type="button" id="anew">New element</button>
    </div>
  </fieldset>`;
