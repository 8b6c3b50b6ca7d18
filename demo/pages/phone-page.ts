import { html, raw } from "hono/html";
import { layout, type Html } from "./page-layout.js";
import type { Language } from "./site-language.js";

interface PhonePage {
  language: Language;
  isPublic: boolean;
  /** Whether the bank is at the same address. This phone cannot report its scans to another site's backend. */
  hasSite: boolean;
}

/** The demo phone: settings and log. The script in `client/phone/` draws the screen. */
export const phonePage = ({ language, isPublic, hasSite }: PhonePage): Html =>
  layout({
    language,
    hasPhone: true,
    isPublic,
    hasSite,
    title: "Demo phone",
    area: "phone",
    style: "phone-page.css",
    script: "phone.js",
    main: html`<div class="intro">
        <h1>Demo phone</h1>
        <p class="lead">
          A stand-in for the bank’s app. It scans the code on the login page and answers as the real app
          would.
        </p>
      </div>
      <section
        id="phone"
        aria-label="Phone"
        data-language="${language}"
        ${hasSite ? raw('data-home="/"') : ""}
      >
        <noscript>The phone needs JavaScript.</noscript>
      </section>
      <p id="spoken" class="visually-hidden" role="status"></p>
      <div class="desk">
        ${settingsForm(hasSite)}
        <div class="heard">
          <h2 id="heard-title">What the app heard</h2>
          <div id="heard" tabindex="0" role="region" aria-labelledby="heard-title">Nothing yet</div>
        </div>
      </div>`,
  });

const settingsForm = (hasSite: boolean): Html =>
  html`<form id="settings" aria-label="Settings">
    <div class="setting">
      <label for="user"><b>User</b> <span>Who is using the phone</span></label>
      <select id="user" autocomplete="off">
        <option>demo-user</option>
        <option>new-user</option>
        <option value="">Another…</option>
      </select>
      <input
        id="other-user"
        aria-label="Name of the other user"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength="256"
        hidden
      />
    </div>
    <div class="setting">
      <label for="platform"><b>Platform</b> <span>Looks, codes and events differ</span></label>
      <select id="platform" autocomplete="off">
        <option value="android">Android</option>
        <option value="ios">iOS</option>
      </select>
    </div>
    <div class="setting">
      <label for="unlocked"
        ><b>Unlocked</b> <span>Off: the app has no user (<span id="locked-code">9010</span>)</span></label
      >
      <input id="unlocked" type="checkbox" role="switch" autocomplete="off" checked />
    </div>
    <div class="setting">
      <label for="enrolled"
        ><b>Set up for QR login</b>
        <span>Off: the phone isn’t enrolled (<span id="not-enrolled-code">9021</span>)</span></label
      >
      <input id="enrolled" type="checkbox" role="switch" autocomplete="off" checked />
    </div>
    <div class="setting" ${hasSite ? "" : raw("hidden")}>
      <label for="tells-scanned"
        ><b>Tells the page</b> <span>On: the page says “Check your phone” after a scan</span></label
      >
      <input
        id="tells-scanned"
        type="checkbox"
        role="switch"
        autocomplete="off"
        ${hasSite ? raw("checked") : ""}
      />
    </div>
    <p id="settings-problem" role="alert"></p>
  </form>`;
