import { html } from "hono/html";
import { compareAddresses } from "onegini-otp-login/server";
import type { Session } from "../server/sessions.js";
import { deviceName } from "./device-name.js";
import { pageTexts } from "./page-texts.js";
import { confirmation, icon, layout, type Html, type PageSetting } from "./page-layout.js";
import type { Language } from "./site-language.js";

interface Account {
  /** The session of the browser that shows the page. */
  session: Session;
  /** The user's other sessions. */
  others: readonly Session[];
  /** Whether the user has just ended one of them. */
  hasEnded: boolean;
}

/** The page of a logged-in user. */
export function accountPage(setting: PageSetting, { session, others, hasEnded }: Account): Html {
  const { language } = setting;
  const texts = pageTexts[language];
  return layout({
    ...setting,
    title: texts.yourAccount,
    main: html`<h1>${texts.yourAccount}</h1>
      ${hasEnded ? confirmation(texts.loginEnded) : loggedInWithPhone(session, language)}
      <dl>
        <div>
          <dt>${texts.currentAccount}</dt>
          <dd>NL00 DEMO 0123 4567 89</dd>
        </div>
        <div>
          <dt>${texts.balance}</dt>
          <dd class="amount">${balance.toLocaleString(language, { style: "currency", currency: "EUR" })}</dd>
        </div>
        <div>
          <dt>${texts.user}</dt>
          <dd class="user"><bdi>${session.userId}</bdi></dd>
        </div>
      </dl>
      <form action="/logout" method="post"><button>${texts.logOut}</button></form>
      <section class="logins" aria-labelledby="logins">
        <h2 id="logins">${texts.logins}</h2>
        <p class="lead">${texts.loginsHint}</p>
        <ul>
          ${loginRow(session, language, "this-browser")}
          ${others.map((other) => loginRow(other, language, "other"))}
        </ul>
      </section>`,
  });
}

/** Everybody has the same, because there is no money. */
const balance = 2468.1;

/** How long a login has just happened. */
const justNowMs = 60_000;

function loggedInWithPhone({ since }: Session, language: Language): Html {
  const { loggedInWithPhone: sentence, justNow, atTime } = pageTexts[language];
  const time =
    Date.now() - since < justNowMs ? justNow : atTime.replace("{time}", clockTime(since, language));
  return html`<p class="confirmation">${icon("check")} ${sentence.replace("{time}", time)}</p>`;
}

const clockTime = (time: number, language: Language): string =>
  new Date(time).toLocaleTimeString(language, { timeStyle: "short" });

/** A login with its device and place. Another browser's has the button that ends it; this one's has "Log out". */
async function loginRow(
  { since, attempt, login }: Session,
  language: Language,
  whose: "this-browser" | "other",
): Promise<Html> {
  const texts = pageTexts[language];
  const { network } = await compareAddresses(login.address, login.scanned?.address);
  const began = new Date(since);
  const id = `login-${attempt}`;
  return html`<li>
    <div id="${id}">
      <strong>${deviceName(login.userAgent, language)}</strong>
      ${whose === "this-browser" ? html`<em>${texts.thisBrowser}</em>` : ""}
      <p>
        ${texts.loggedInAt}
        <time datetime="${began.toISOString()}">${clockTime(since, language)}</time>
      </p>
      <p>
        ${login.address === undefined ? texts.unknownAddress : html`${texts.ipAddress} <bdi>${login.address}</bdi>`}
      </p>
      ${network === "unknown" ? "" : html`<p>${network === "same" ? texts.sameNetwork : texts.otherNetwork}</p>`}
    </div>
    ${
      whose === "this-browser"
        ? ""
        : html`<form action="/account/end" method="post">
            <input type="hidden" name="attempt" value="${attempt}" />
            <button aria-describedby="${id}">${texts.thatWasntMe}</button>
          </form>`
    }
  </li>`;
}
