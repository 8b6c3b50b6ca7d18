import { html, raw } from "hono/html";
import type { FirstPaint } from "onegini-otp-login/server";
import { pageTexts } from "./page-texts.js";
import { confirmation, icon, layout, type Html, type PageSetting } from "./page-layout.js";

const notices = ["password", "logged-out"] as const;
type Notice = (typeof notices)[number];

export const parseNotice = (text: string | undefined): Notice | undefined =>
  notices.find((notice) => notice === text);

interface LoginPage {
  /** What the person did before: sent the password form, or logged out. */
  notice: Notice | undefined;
  /** The source of the code: the page itself, the script in its head ("early"), or the element (`null`). */
  begun: FirstPaint | "early" | null;
}

/** The login page: the widget, with a password form beside it as a bank has one. */
export function loginPage(setting: PageSetting, { notice, begun }: LoginPage): Html {
  const texts = pageTexts[setting.language];
  return layout({
    ...setting,
    title: texts.logIn,
    style: "login-page.css",
    script: "login.js",
    early: begun === "early",
    main: html`<h1>${texts.logIn}</h1>
      ${notice === "logged-out" ? confirmation(texts.loggedOut) : ""}
      <div class="ways">
        <onegini-otp-login
          endpoint="/otp-login"
          redirect="/account"
          ${setting.hasPhone ? raw('app-link="/phone#otp={otp}&browser={browser}"') : ""}
          ${beginAttributes(begun)}
        >
          ${begun && begun !== "early" ? raw(begun.svg) : ""}
          <img slot="app-icon" src="/assets/logo.svg" width="20" height="20" alt="" />
          ${icon("scan", "scan-icon")}
          <p slot="footer">
            ${icon("shield")}
            <span>${texts.safety} <a href="/help#scanning">${texts.cannotScan}</a></span>
          </p>
          <a slot="other-way" href="#user-name">${texts.withPassword}</a>
          <p>${texts.needsNewerBrowser}</p>
        </onegini-otp-login>
        <p class="or"><span>${texts.or}</span></p>
        <a class="to-password" href="#password-login">${texts.withPassword}</a>
        <section id="password-login" aria-labelledby="password-title">
          <h2 id="password-title">${texts.withPassword}</h2>
          ${notice === "password" ? html`<p class="password-notice" role="alert">${texts.passwordNotice}</p>` : ""}
          <form action="/password" method="post">
            <label for="user-name">${texts.userName}</label>
            <input
              id="user-name"
              name="user"
              value="demo-user"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              maxlength="256"
            />
            <label for="password">${texts.password}</label>
            <input
              id="password"
              name="password"
              type="password"
              value="not-needed"
              autocomplete="current-password"
              maxlength="256"
            />
            <button>${texts.logIn}</button>
          </form>
          <a class="forgot" href="/help#password">${texts.forgot}</a>
        </section>
      </div>`,
  });
}

const beginAttributes = (begun: LoginPage["begun"]): Html | "" =>
  begun && begun !== "early"
    ? html`attempt="${begun.attempt}" otp="${begun.otp}" expires-in="${begun.expiresIn}"
      digits="${begun.digits ?? ""}"`
    : "";
