import { html } from "hono/html";
import type { Session } from "../server/sessions.js";
import { pageTexts } from "./page-texts.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";

/** The page of a logged-in user. */
export function accountPage(setting: PageSetting, { userId, since }: Session): Html {
  const { language } = setting;
  const texts = pageTexts[language];
  const began = new Date(since);
  return layout({
    ...setting,
    title: texts.yourAccount,
    main: html`<h1>${texts.yourAccount}</h1>
      <dl>
        <div>
          <dt>${texts.user}</dt>
          <dd class="user"><bdi>${userId}</bdi></dd>
        </div>
        <div>
          <dt>${texts.loggedInAt}</dt>
          <dd>
            <time datetime="${began.toISOString()}"
              >${began.toLocaleTimeString(language, { timeStyle: "short" })}</time
            >
          </dd>
        </div>
      </dl>
      <form action="/logout" method="post"><button>${texts.logOut}</button></form>`,
  });
}
