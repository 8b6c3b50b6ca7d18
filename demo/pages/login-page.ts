import { html, raw } from "hono/html";
import type { FirstPaint } from "onegini-otp-login/server";
import { words } from "./page-texts.js";
import { layout, shield, type Html, type Setting } from "./page-layout.js";

export interface LoginPage {
  passwordNotice: boolean;
  /** What brings the code: the page itself, the script in its head, or, with `null`, the element alone. */
  begun: FirstPaint | "early" | null;
}

/** The login page: the widget first, and beside it the password form that a bank would have. */
export function loginPage(setting: Setting, { passwordNotice, begun }: LoginPage): Html {
  const w = words[setting.language];
  return layout({
    ...setting,
    title: w.logIn,
    style: "login-page.css",
    script: "login.js",
    early: begun === "early",
    main: html`<h1>${w.logIn}</h1>
      <div class="ways">
        <div class="by-phone">
          <onegini-otp-login
            endpoint="/otp-login"
            redirect="/account"
            ${setting.hasPhone ? raw('app-link="/phone#otp={otp}"') : ""}
            ${broughtAlong(begun)}
          >
            ${begun && begun !== "early" ? raw(begun.svg) : ""}
            <noscript><p>${w.needsScript}</p></noscript>
          </onegini-otp-login>
          <p class="safety">${shield} ${w.safety}</p>
        </div>
        <p class="or"><span>${w.or}</span></p>
        <a class="to-password" href="#password-login">${w.withPassword}</a>
        <section id="password-login" aria-labelledby="password-title">
          <h2 id="password-title">${w.withPassword}</h2>
          ${passwordNotice ? html`<p class="password-notice" role="alert">${w.passwordNotice}</p>` : ""}
          <form action="/password" method="post">
            <label for="user-name">${w.userName}</label>
            <input
              id="user-name"
              name="user"
              value="demo-user"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              maxlength="256"
            />
            <label for="password">${w.password}</label>
            <input
              id="password"
              name="password"
              type="password"
              value="not-needed"
              autocomplete="current-password"
              maxlength="256"
            />
            <button>${w.logIn}</button>
          </form>
          <a class="forgot" href="/help#password">${w.forgot}</a>
        </section>
      </div>`,
  });
}

const broughtAlong = (begun: LoginPage["begun"]): Html | "" =>
  begun && begun !== "early"
    ? html`attempt="${begun.attempt}" otp="${begun.otp}" expires-in="${begun.expiresIn}"`
    : "";
