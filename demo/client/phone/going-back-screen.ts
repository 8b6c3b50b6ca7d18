import { html, nothing, svg, type TemplateResult } from "lit";
import type { Language } from "../../pages/site-language.js";
import { answerTexts } from "./answer-texts.js";
import { readMessage } from "./message.js";
import { icon, numberView, requestView, type Actions, type Screen } from "./screen-parts.js";
import { browserName } from "./way-back.js";

type GoingBack = Extract<Screen, { name: "going-back" }>;

/** After Accept, if a link has opened the app: its way back to the browser. */
export function goingBackBody({ transaction, browser, way }: GoingBack, language: Language): TemplateResult {
  const texts = answerTexts[language];
  const title = html`<span class="disc success">${icon("check")}</span>${texts.accepted}`;
  const request = requestView(title, texts.question, readMessage(transaction.message, language).otherText);
  switch (way) {
    case "background":
    case "address":
      return html`${request}
        <div class="going-back">
          <span class="disc">${arc(way === "background")} ${icon("phone")}</span>
          <p>${texts.goingBack}</p>
        </div>
        ${numberQuestion(transaction.message, language)}`;
    case "number-first":
      return html`${request} ${numberQuestion(transaction.message, language, true)}`;
    case "by-hand":
      return html`${request}
        <div class="going-back">
          <span class="disc">${icon("phone")}</span>
          <p>${texts.goBackByHand(browserName(browser))}</p>
        </div>
        ${numberQuestion(transaction.message, language, true)}`;
    default:
      return way satisfies never;
  }
}

export function goingBackButtons(
  { browser, way }: GoingBack,
  language: Language,
  actions: Actions,
): TemplateResult | typeof nothing {
  const texts = answerTexts[language];
  switch (way) {
    case "address":
      return html`<div class="chooser">
        <p><b>${texts.linkSaid(browserName(browser))}</b> ${texts.byItself}</p>
        <button class="main" @click=${actions.openAddress}>${texts.backTo(undefined)}</button>
        <button @click=${actions.showAddress}>${texts.anotherBrowser}</button>
      </div>`;
    case "number-first":
      return html`<button class="main" @click=${actions.finish}>
        ${texts.backTo(browserName(browser))}
      </button>`;
    case "background":
    case "by-hand":
      return nothing;
    default:
      return way satisfies never;
  }
}

/** What a screen reader says. */
export function goingBackTitle({ browser, way }: GoingBack, language: Language): string {
  const texts = answerTexts[language];
  switch (way) {
    case "background":
    case "address":
      return texts.goingBack;
    case "number-first":
      return texts.asksForNumber;
    case "by-hand":
      return texts.goBackByHand(browserName(browser));
    default:
      return way satisfies never;
  }
}

/** The number and the site's words about it, behind a question. @param isOpen where the browser does not get it from the app */
export function numberQuestion(
  message: string,
  language: Language,
  isOpen = false,
): TemplateResult | typeof nothing {
  const texts = answerTexts[language];
  const { number, aboutNumber } = readMessage(message, language);
  if (number === undefined) return nothing;
  return html`<details class="asked" ?open=${isOpen}>
    <summary>${texts.asksForNumber} ${icon("chevron")}</summary>
    <p class="site-message" lang="en">${aboutNumber}</p>
    ${numberView(number, texts.number)}
  </details>`;
}

const arc = (turns: boolean) =>
  html`<svg class="arc ${turns ? "turning" : ""}" viewBox="0 0 88 88" aria-hidden="true">
    ${svg`<circle cx="44" cy="44" r="43" /><circle cx="44" cy="44" r="43" pathLength="100" />`}
  </svg>`;
