import { html } from "hono/html";
import { pageTexts, type PageTexts } from "./page-texts.js";
import { layout, type DemoSetting, type Html, type PageSetting } from "./page-layout.js";

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

/** Cards and Help are about the demo and in English only. */
export const cardsPage = (demo: DemoSetting): Html =>
  layout({
    ...demo,
    language: "en",
    title: "Cards",
    main: html`<h1>Cards</h1>
      <p class="lead">A demo bank without money has no cards either.</p>
      <a class="button" href="/">To the login page</a>`,
  });

const scanWithDemoPhone = html`Open the <a href="/phone" target="_blank" rel="noopener">demo phone</a> in
  another tab or window, press <b>Scan QR code</b> and choose <b>Page</b>. Your camera or a photo of the code
  do as well.`;

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

export const helpPage = (demo: DemoSetting): Html =>
  layout({
    ...demo,
    language: "en",
    title: "Help",
    main: html`<h1>Help</h1>
      <section>
        <h2>Log in with the phone</h2>
        <ol>
          <li>Open the <a href="/">login page</a>. It shows a QR code.</li>
          <li>${demo.hasPhone ? scanWithDemoPhone : "Scan it with the app on your phone."}</li>
          <li>Check what the phone shows, and accept. The login page goes on to the account by itself.</li>
        </ol>
      </section>
      <section id="password">
        <h2>Log in with a password</h2>
        <p>
          The form is there to show how the two stand side by side. This demo has no passwords and checks
          none.
        </p>
      </section>
      ${
        demo.hasPhone
          ? html`<section>
              <h2>See all of it</h2>
              <p>
                The <a href="/playground">playground</a> has the element with every attribute, phase, language
                and theme at hand, its events, and a network that breaks on demand.
              </p>
            </section>`
          : ""
      }`,
  });
