import { html, raw } from "hono/html";
import { icons } from "../icons.js";
import { languageNames, languages, type Language } from "../language.js";
import { words } from "../words.js";

/** What `html` gives and takes: a piece of a page, everything in it escaped. */
export type Html = ReturnType<typeof html>;

export interface Layout {
  language: Language;
  title: string;
  main: Html;
  /** Names of the page's own style sheet and script under `/assets/`. */
  style?: string;
  script?: string;
  /** The phone's pages lead to the login page and are in English only. */
  area?: "site" | "phone";
}

/** One page of the site: head, notice, header, and what is the page's own. */
export function layout({ language, title, main, style, script, area = "site" }: Layout): Html {
  const w = words[language];
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Demo Bank</title>
        <link rel="icon" href="/assets/logo.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/site.css" />
        ${style ? html`<link rel="stylesheet" href="/assets/${style}" />` : ""}
        ${script ? html`<script type="module" src="/assets/${script}"></script>` : ""}
      </head>
      <body class="${area}">
        <aside class="notice" aria-label="Demo">
          <span>${w.demoNotice}</span>
          ${
            area === "phone"
              ? html`<a href="/" target="_blank" rel="noopener">${w.openLogin}</a>`
              : html`<a href="/phone" target="_blank" rel="noopener">${w.openPhone}</a>`
          }
        </aside>
        <header>
          <a class="brand" href="/" aria-label="${w.home}">${logo} Demo Bank</a>
          <nav aria-label="${w.mainNavigation}">
            ${
              area === "phone"
                ? html`<a href="/">Login page</a> <a href="/phone" aria-current="page">Demo phone</a>`
                : html`<a href="/account">${w.accounts}</a> <a href="/cards">${w.cards}</a>
                    <a href="/help">${w.help}</a>`
            }
            <button type="button" popovertarget="languages">${languageNames[language]}</button>
          </nav>
          <ul id="languages" popover aria-label="${w.language}">
            ${languages.map((code) => languageLink(code, code === language, area))}
          </ul>
        </header>
        <main>${main}</main>
      </body>
    </html>`;
}

function languageLink(code: Language, current: boolean, area: Layout["area"]): Html {
  const href = `${area === "phone" ? "/" : ""}?lang=${code}`;
  return html`<li>
    <a href="${href}" lang="${code}" hreflang="${code}" ${current ? raw('aria-current="true"') : ""}
      >${languageNames[code]}</a
    >
  </li>`;
}

const logo = html`<svg class="logo" viewBox="0 0 30 30" aria-hidden="true"><path d="${icons.logo}" /></svg>`;

export const shield = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
  <path d="${icons.shield}" />
</svg>`;
