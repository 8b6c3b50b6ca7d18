import { html } from "hono/html";
import { pageTexts, type PageTexts } from "./page-texts.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";

/** A page with one message and a link to the login page. */
const plainPage = (
  setting: PageSetting,
  title: keyof PageTexts,
  hint: keyof PageTexts,
  link: keyof PageTexts,
): Html => {
  const texts = pageTexts[setting.language];
  return layout({
    ...setting,
    title: texts[title],
    main: html`<h1>${texts[title]}</h1>
      <p class="lead">${texts[hint]}</p>
      <a class="button" href="/">${texts[link]}</a>`,
  });
};

export const notLoggedInPage = (setting: PageSetting): Html =>
  plainPage(setting, "notLoggedIn", "notLoggedInHint", "logIn");

/** After a logout that removed the cookie but could not end the session. */
export const notEndedPage = (setting: PageSetting): Html =>
  plainPage(setting, "loggedOutHere", "loggedOutHereHint", "toLogin");

export const notFoundPage = (setting: PageSetting): Html =>
  plainPage(setting, "notFound", "notFoundHint", "toLogin");

export const notAllowedPage = (setting: PageSetting): Html =>
  plainPage(setting, "notHere", "notHereHint", "toLogin");

export const cardsPage = (setting: PageSetting): Html => plainPage(setting, "cards", "noCards", "toLogin");

/** For a real Token Server, which the demo phone cannot use. */
export const noPhonePage = (): Html =>
  layout({
    language: "en",
    hasPhone: false,
    isPublic: false,
    title: "No demo phone here",
    main: html`<h1>There is no demo phone here</h1>
      <p class="lead">
        This demo speaks to a real Token Server. Scan the code with the app that belongs to it.
      </p>
      <a class="button" href="/">To the login page</a>`,
  });

/** The playground needs the demo's own emulator. */
export const noPlaygroundPage = (): Html =>
  layout({
    language: "en",
    hasPhone: false,
    isPublic: false,
    title: "No playground here",
    main: html`<h1>There is no playground here</h1>
      <p class="lead">
        This demo speaks to a real Token Server. Without TOKEN_SERVER_URL it brings its own, and the
        playground.
      </p>
      <a class="button" href="/">To the login page</a>`,
  });
