import { html } from "hono/html";
import type { Language } from "../language.js";
import { words } from "../words.js";
import { layout, shield, type Html } from "./layout.js";

/** The login page: the widget first, and beside it the password form that a bank would have. */
export function loginPage(language: Language, passwordNotice: boolean): Html {
  const w = words[language];
  return layout({
    language,
    title: w.logIn,
    style: "login-page.css",
    script: "login.js",
    main: html`<h1>${w.logIn}</h1>
      <div class="ways">
        <div class="by-phone">
          <onegini-otp-login endpoint="/otp-login" redirect="/account" app-link="/phone#otp={otp}">
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
