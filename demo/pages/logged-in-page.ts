import { html } from "hono/html";
import type { Session } from "../server/sessions.js";
import { pageTexts } from "./page-texts.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";

/** What the login page's address shows to somebody who is logged in. */
export function loggedInPage(setting: PageSetting, { userId }: Session): Html {
  const texts = pageTexts[setting.language];
  return layout({
    ...setting,
    title: texts.loggedIn,
    script: "logged-in.js",
    main: html`<h1>${texts.loggedIn}</h1>
      <p class="lead">${texts.user}: <bdi>${userId}</bdi></p>
      <div class="actions">
        <a class="button main" href="/account">${texts.continue}</a>
        <form action="/logout" method="post"><button>${texts.logOut}</button></form>
      </div>`,
  });
}
