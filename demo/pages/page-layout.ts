import { html, raw } from "hono/html";
import { icons, type Icon } from "./demo-icons.js";
import { languageNames, languages, type Language } from "./site-language.js";
import { pageTexts, type PageTexts } from "./page-texts.js";

/** A piece of a page, in which every value is escaped. */
export type Html = ReturnType<typeof html>;

/** What is the same on all pages of a demo. */
export interface DemoSetting {
  /** Whether there is a demo phone. A real Token Server needs the real app. */
  hasPhone: boolean;
  /** Whether anybody can use the emulator: each page then has a warning. */
  isPublic: boolean;
}

/** What every page depends on. */
export interface PageSetting extends DemoSetting {
  /** The person's language. The pages for developers are in English all the same. */
  language: Language;
}

interface Layout extends PageSetting {
  title: string;
  main: Html;
  /** Names of the page's own style sheet and script under `/assets/`. */
  style?: string;
  script?: string;
  /** Whether a script in the page's head requests the code. */
  early?: boolean;
  /** Whether the bank's pages are there. Default true; the emulator alone has only its phone. */
  hasSite?: boolean;
  /** The pages for developers ("phone", "playground") link to each other and are in English only. */
  area?: "site" | "phone" | "playground";
}

/** A page of the site: head, notice, header, and the page's own content. */
export function layout({
  language,
  hasPhone,
  isPublic,
  title,
  main,
  style,
  script,
  early,
  hasSite = true,
  area = "site",
}: Layout): Html {
  const pageLanguage = area === "site" ? language : "en";
  const texts = pageTexts[pageLanguage];
  return html`<!doctype html>
    <html lang="${pageLanguage}">
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
        <a class="skip" href="#main">${texts.skip}</a>
        <aside class="notice${isPublic ? " public" : ""}" aria-label="Demo">
          <span>${isPublic ? texts.publicNotice : texts.demoNotice}</span>
          ${
            !hasSite
              ? ""
              : area === "phone"
                ? html`<a href="/" target="_blank" rel="noopener">${texts.openLogin}</a>`
                : hasPhone
                  ? html`<a href="/phone" target="_blank" rel="noopener">${texts.openPhone}</a>`
                  : ""
          }
        </aside>
        <header>
          <a class="brand" ${hasSite ? html`href="/" aria-label="${texts.home}"` : ""}>${logo} Demo Bank</a>
          ${hasSite ? navigation({ language, texts, area }) : ""}
        </header>
        <main id="main" tabindex="-1">${main}</main>
      </body>
    </html>`;
}

interface Navigation {
  language: Language;
  texts: PageTexts;
  area: Layout["area"];
}

function navigation({ language, texts, area }: Navigation): Html {
  return html`<nav aria-label="${texts.mainNavigation}">
      ${
        area !== "site"
          ? html`<a href="/">Login page</a> ${areaLink("phone", "Demo phone", area)}
              ${areaLink("playground", "Playground", area)}`
          : html`<a href="/account">${texts.accounts}</a> <a href="/cards">${texts.cards}</a>
              <a href="/help">${texts.help}</a>`
      }
      <button type="button" popovertarget="languages">
        ${icon("globe")} <span lang="${language}">${languageNames[language]}</span> ${icon("chevron")}
      </button>
    </nav>
    <ul id="languages" popover aria-label="${texts.language}">
      ${languages.map((code) => languageLink(code, code === language))}
    </ul>`;
}

const areaLink = (to: "phone" | "playground", name: string, area: Layout["area"]): Html =>
  html`<a href="/${to}" ${area === to ? raw('aria-current="page"') : ""}>${name}</a>`;

const languageLink = (code: Language, current: boolean): Html =>
  html`<li>
    <a href="?lang=${code}" lang="${code}" hreflang="${code}" ${current ? raw('aria-current="true"') : ""}
      >${languageNames[code]}</a
    >
  </li>`;

const logo = html`<svg class="logo" viewBox="0 0 30 30" aria-hidden="true"><path d="${icons.logo}" /></svg>`;

/** Confirms on the next page what the person has just done. */
export const confirmation = (text: string): Html =>
  html`<p class="confirmation" role="status">${icon("check")} ${text}</p>`;

/** A decorative icon: the words beside it say the same. */
export const icon = (name: Icon, slot?: string): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" ${slot ? html`slot="${slot}"` : ""}>
    <path d="${icons[name]}" />
  </svg>`;
