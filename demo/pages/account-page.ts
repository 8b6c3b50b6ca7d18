import { html } from "hono/html";
import type { Session } from "../server/sessions.js";
import { words } from "./page-texts.js";
import { layout, type Html, type Setting } from "./page-layout.js";

/** What a person who is logged in sees. */
export function accountPage(setting: Setting, { userId, since }: Session): Html {
  const { language } = setting;
  const w = words[language];
  const began = new Date(since);
  return layout({
    ...setting,
    title: w.yourAccount,
    main: html`<h1>${w.yourAccount}</h1>
      <dl>
        <div>
          <dt>${w.user}</dt>
          <dd class="user"><bdi>${userId}</bdi></dd>
        </div>
        <div>
          <dt>${w.loggedInAt}</dt>
          <dd>
            <time datetime="${began.toISOString()}"
              >${began.toLocaleTimeString(language, { timeStyle: "short" })}</time
            >
          </dd>
        </div>
      </dl>
      <form action="/logout" method="post"><button>${w.logOut}</button></form>`,
  });
}
