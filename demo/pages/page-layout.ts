import { html, raw } from "hono/html";
import { icons } from "./demo-icons.js";
import { languageNames, languages, type Language } from "./site-language.js";
import { words } from "./page-texts.js";

/** What `html` gives and takes: a piece of a page, everything in it escaped. */
export type Html = ReturnType<typeof html>;

/** Whom a page is for, and where. */
export interface Setting {
  language: Language;
  /** Whether this demo has a demo phone: with a real Token Server it takes the real app. */
  hasPhone: boolean;
}

export interface Layout extends Setting {
  title: string;
  main: Html;
  /** Names of the page's own style sheet and script under `/assets/`. */
  style?: string;
  script?: string;
  /** Whether the code is asked for from the page's head. */
  early?: boolean;
  /** The pages for developers lead to each other and to the login page, and are in English only. */
  area?: "site" | "phone" | "playground";
}

/** One page of the site: head, notice, header, and what is the page's own. */
export function layout({
  language,
  hasPhone,
  title,
  main,
  style,
  script,
  early,
  area = "site",
}: Layout): Html {
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
        ${early ? html`<script src="/assets/early.js"></script>` : ""}
        ${script ? html`<script type="module" src="/assets/${script}"></script>` : ""}
      </head>
      <body class="${area}">
        <aside class="notice" aria-label="Demo">
          <span>${w.demoNotice}</span>
          ${
            area === "phone"
              ? html`<a href="/" target="_blank" rel="noopener">${w.openLogin}</a>`
              : hasPhone
                ? html`<a href="/phone" target="_blank" rel="noopener">${w.openPhone}</a>`
                : ""
          }
        </aside>
        <header>
          <a class="brand" href="/" aria-label="${w.home}">${logo} Demo Bank</a>
          <nav aria-label="${w.mainNavigation}">
            ${
              area !== "site"
                ? html`<a href="/">Login page</a> ${areaLink("phone", "Demo phone", area)}
                    ${areaLink("playground", "Playground", area)}`
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

const areaLink = (to: "phone" | "playground", name: string, area: Layout["area"]): Html =>
  html`<a href="/${to}" ${area === to ? raw('aria-current="page"') : ""}>${name}</a>`;

function languageLink(code: Language, current: boolean, area: Layout["area"]): Html {
  const href = `${area === "site" ? "" : "/"}?lang=${code}`;
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
