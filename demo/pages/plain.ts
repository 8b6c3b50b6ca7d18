import { html } from "hono/html";
import type { Language } from "../language.js";
import { words, type Words } from "../words.js";
import { layout, type Html } from "./layout.js";

/** A page that says one thing and leads to the login page. */
const plainPage = (language: Language, title: keyof Words, hint: keyof Words, link: keyof Words): Html => {
  const w = words[language];
  return layout({
    language,
    title: w[title],
    main: html`<h1>${w[title]}</h1>
      <p class="lead">${w[hint]}</p>
      <a class="button" href="/">${w[link]}</a>`,
  });
};

export const notLoggedInPage = (language: Language): Html =>
  plainPage(language, "notLoggedIn", "notLoggedInHint", "logIn");

export const notFoundPage = (language: Language): Html =>
  plainPage(language, "notFound", "notFoundHint", "toLogin");

export const notAllowedPage = (language: Language): Html =>
  plainPage(language, "notHere", "notHereHint", "toLogin");

/** Cards and Help: in English only, as they are about the demo and not part of it. */
export const cardsPage = (): Html =>
  layout({
    language: "en",
    title: "Cards",
    main: html`<h1>Cards</h1>
      <p class="lead">A demo bank without money has no cards either.</p>
      <a class="button" href="/">To the login page</a>`,
  });

export const helpPage = (): Html =>
  layout({
    language: "en",
    title: "Help",
    main: html`<h1>Help</h1>
      <section>
        <h2>Log in with the phone</h2>
        <ol>
          <li>Open the <a href="/">login page</a>. It shows a QR code.</li>
          <li>
            Open the <a href="/phone" target="_blank" rel="noopener">demo phone</a> in another tab or window,
            press <b>Scan QR code</b> and choose <b>Page</b>. Your camera or a photo of the code do as well.
          </li>
          <li>Check what the phone shows, and accept. The login page goes on to the account by itself.</li>
        </ol>
      </section>
      <section id="password">
        <h2>Log in with a password</h2>
        <p>
          The form is there to show how the two stand side by side. This demo has no passwords and checks
          none.
        </p>
      </section>`,
  });
