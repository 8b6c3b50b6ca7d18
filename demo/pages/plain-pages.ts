import { html } from "hono/html";
import { words, type Words } from "./page-texts.js";
import { layout, type Html, type Setting } from "./page-layout.js";

/** A page that says one thing and leads to the login page. */
const plainPage = (setting: Setting, title: keyof Words, hint: keyof Words, link: keyof Words): Html => {
  const w = words[setting.language];
  return layout({
    ...setting,
    title: w[title],
    main: html`<h1>${w[title]}</h1>
      <p class="lead">${w[hint]}</p>
      <a class="button" href="/">${w[link]}</a>`,
  });
};

export const notLoggedInPage = (setting: Setting): Html =>
  plainPage(setting, "notLoggedIn", "notLoggedInHint", "logIn");

/** After a logout that reached the browser but not the sessions. */
export const notEndedPage = (setting: Setting): Html =>
  plainPage(setting, "loggedOutHere", "loggedOutHereHint", "toLogin");

export const notFoundPage = (setting: Setting): Html =>
  plainPage(setting, "notFound", "notFoundHint", "toLogin");

export const notAllowedPage = (setting: Setting): Html =>
  plainPage(setting, "notHere", "notHereHint", "toLogin");

/** Cards and Help: in English only, as they are about the demo and not part of it. */
export const cardsPage = (hasPhone: boolean): Html =>
  layout({
    language: "en",
    hasPhone,
    title: "Cards",
    main: html`<h1>Cards</h1>
      <p class="lead">A demo bank without money has no cards either.</p>
      <a class="button" href="/">To the login page</a>`,
  });

const scanWithDemoPhone = html`Open the <a href="/phone" target="_blank" rel="noopener">demo phone</a> in
  another tab or window, press <b>Scan QR code</b> and choose <b>Page</b>. Your camera or a photo of the code
  do as well.`;

/** Where there is a real Token Server, which knows nothing of a phone made of a web page. */
export const noPhonePage = (): Html =>
  layout({
    language: "en",
    hasPhone: false,
    title: "No demo phone here",
    main: html`<h1>There is no demo phone here</h1>
      <p class="lead">
        This demo speaks to a real Token Server. Scan the code with the app that belongs to it.
      </p>
      <a class="button" href="/">To the login page</a>`,
  });

/** It breaks the network to an emulator, not to a real Token Server. */
export const noPlaygroundPage = (): Html =>
  layout({
    language: "en",
    hasPhone: false,
    title: "No playground here",
    main: html`<h1>There is no playground here</h1>
      <p class="lead">
        This demo speaks to a real Token Server. Without TOKEN_SERVER_URL it brings its own, and the
        playground.
      </p>
      <a class="button" href="/">To the login page</a>`,
  });

export const helpPage = (hasPhone: boolean): Html =>
  layout({
    language: "en",
    hasPhone,
    title: "Help",
    main: html`<h1>Help</h1>
      <section>
        <h2>Log in with the phone</h2>
        <ol>
          <li>Open the <a href="/">login page</a>. It shows a QR code.</li>
          <li>${hasPhone ? scanWithDemoPhone : "Scan it with the app on your phone."}</li>
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
        hasPhone
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
