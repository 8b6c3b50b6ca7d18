import { html, nothing, svg, type TemplateResult } from "lit";
import { icons, type Icon } from "../../pages/demo-icons.js";
import type { Language } from "../../pages/site-language.js";
import { answerTexts } from "./answer-texts.js";
import { goingBackBody, goingBackButtons, goingBackTitle, numberQuestion } from "./going-back-screen.js";
import { readMessage } from "./message.js";
import { adviceFor, type Advice } from "./problems.js";
import { scanningScreen } from "./scanning-screen.js";
import { digitByDigit, icon, numberView, requestView, type Actions, type Screen } from "./screen-parts.js";
import type { Settings } from "./phone-settings.js";
import type { Transaction } from "./sdk.js";
import { browserName } from "./way-back.js";

const inEnglishOnly: readonly Screen["name"][] = ["home", "scanning", "checking", "problem"];

/** The language of a screen, if the person has chosen this one. */
export const languageOf = ({ name }: Screen, chosen: Language): Language =>
  inEnglishOnly.includes(name) ? "en" : chosen;

/** The phone's screen as a function of what it shows. */
export function drawScreen(
  screen: Screen,
  { user, platform }: Pick<Settings, "user" | "platform">,
  language: Language,
  actions: Actions,
): TemplateResult {
  const texts = answerTexts[language];
  switch (screen.name) {
    case "scanning":
      return scanningScreen(screen, actions);
    case "home":
      return bankScreen(
        user,
        message({
          icon: "scan",
          title: "Log in on your computer",
          text: "Scan the QR code on the\nDemo Bank login page.",
          tone: "quiet",
        }),
        html`<button class="main" @click=${actions.scan}>${icon("scan")} Scan QR code</button>`,
      );
    case "checking":
      return bankScreen(
        user,
        platform === "ios"
          ? activity("Checking the code…")
          : message({ icon: "scan", title: "Checking the code…", text: "", tone: "quiet" }),
        nothing,
      );
    case "confirm":
      return bankScreen(
        user,
        confirmation(screen, language),
        answerButtons(screen.answering, language, actions),
      );
    case "accepted":
      return bankScreen(
        user,
        accepted(screen.transaction, language),
        html`<button @click=${actions.finish}>${texts.done}</button>`,
      );
    case "going-back":
      return bankScreen(
        user,
        goingBackBody(screen, language),
        goingBackButtons(screen, language, actions),
        screen.way === "by-hand"
          ? html`<button @click=${actions.finish}>‹ ${browserName(screen.browser) ?? "App"}</button>`
          : undefined,
      );
    case "elsewhere":
      return bankScreen(
        user,
        html`${message({ icon: "globe", title: texts.anotherBrowser, text: texts.privateWindow, tone: "quiet" })}
          <p class="address"><a href=${screen.address}>${new URL(screen.address, location.href).href}</a></p>
          <p class="what-next">${texts.noLogin}</p>`,
        html`<button class="main" @click=${actions.openAddress}>${texts.backTo(undefined)}</button>`,
      );
    case "declined":
      return bankScreen(
        user,
        message({ icon: "cross", title: texts.declined, text: texts.nobody }),
        screen.canGoBack
          ? html`<button class="main" @click=${actions.openBrowser}>${texts.backToBrowser}</button>`
          : html`<button @click=${actions.finish}>${texts.done}</button>`,
      );
    case "problem": {
      const advice = adviceFor(screen.problem, user, screen.canGoBack);
      const { code } = screen.problem;
      const codeLine = code === undefined ? nothing : html`<p class="code">Code ${code}</p>`;
      if (platform === "ios") return bankScreen(user, systemAlert(advice, codeLine, actions), nothing);
      return bankScreen(
        user,
        html`${message(advice)} ${codeLine}`,
        html`<button class="main" @click=${actions[advice.action]}>${advice.actionLabel}</button>
          <button @click=${actions[advice.closeAction]}>${advice.closeLabel}</button>`,
      );
    }
    default:
      return screen satisfies never;
  }
}

/** The text of each screen for a screen reader. */
export function titleOf(screen: Screen, user: string, language: Language): string {
  const texts = answerTexts[language];
  switch (screen.name) {
    case "home":
      return "Log in on your computer";
    case "scanning":
      return "Scanning";
    case "checking":
      return "Checking the code";
    case "confirm":
      return texts.question;
    case "accepted": {
      const { number } = readMessage(screen.transaction.message, language);
      return number === undefined
        ? `${texts.accepted}. ${texts.carryOn}`
        : `${texts.accepted}. ${texts.number}: ${digitByDigit(number)}. ${texts.typeNumber} ${texts.neverTell}`;
    }
    case "going-back":
      return goingBackTitle(screen, language);
    case "elsewhere":
      return `${texts.anotherBrowser}. ${texts.privateWindow}`;
    case "declined":
      return `${texts.declined}. ${texts.nobody}`;
    case "problem": {
      const { title, text } = adviceFor(screen.problem, user, screen.canGoBack);
      return `${title}. ${text}`;
    }
    default:
      return screen satisfies never;
  }
}

/** @param back in the place of the time: the way back that iOS shows there */
const bankScreen = (
  user: string,
  body: TemplateResult,
  buttons: TemplateResult | typeof nothing,
  back?: TemplateResult,
) =>
  html`<div class="screen">
    <div class="status-bar" aria-hidden=${back ? nothing : "true"}>
      ${back ?? html`<span>9:41</span>`}
      <svg class="battery" viewBox="0 0 22 11">
        <rect x="0.6" y="0.6" width="20.8" height="9.8" rx="2.6" />
        <path d="M3 3h12.5v5H3z" />
      </svg>
    </div>
    <div class="app-bar">
      <svg class="logo" viewBox="0 0 30 30" aria-hidden="true">${svg`<path d=${icons.logo} />`}</svg>
      <b>Demo Bank</b>
      <span class="who" title=${user}>${user}</span>
    </div>
    <div class="body">${body}</div>
    <div class="buttons">${buttons}</div>
  </div>`;

interface Message {
  icon: Icon;
  title: string;
  text: string;
  tone?: "quiet" | "success";
}

const message = ({ icon: name, title, text, tone }: Message) => html`
  <div class="message">
    <span class="disc ${tone ?? ""}">${icon(name)}</span>
    <h2 tabindex="-1">${title}</h2>
    <p>${text}</p>
  </div>
`;

/** What iOS shows while something is on its way. */
const activity = (title: string) => html`
  <div class="message">
    <svg class="activity" viewBox="-12 -12 24 24" aria-hidden="true">
      ${[0, 1, 2, 3, 4, 5, 6, 7].map(
        (spoke) => svg`<path d="M0-5V-10" transform="rotate(${spoke * 45})" opacity=${(spoke + 1) / 8} />`,
      )}
    </svg>
    <h2 tabindex="-1">${title}</h2>
  </div>
`;

/** A dialog of iOS itself, where an Android app has a screen of its own. */
const systemAlert = (
  { title, text, action, actionLabel, closeAction, closeLabel }: Advice,
  codeLine: TemplateResult | typeof nothing,
  actions: Actions,
) => html`
  <div class="alert" role="alertdialog" aria-labelledby="alert-title" aria-describedby="alert-text">
    <div>
      <h2 id="alert-title" tabindex="-1">${title}</h2>
      <p id="alert-text">${text}</p>
      ${codeLine}
    </div>
    <button class="preferred" @click=${actions[action]}>${actionLabel}</button>
    <button @click=${actions[closeAction]}>${closeLabel}</button>
  </div>
`;

/**
 * The user's defence against a relayed code: the site's words, its number, device and place, above two buttons that are alike, so
 * that nothing hurries the person to one of them. After a link the number is not needed, so that a page that asks stands out.
 */
function confirmation(
  { transaction: { message }, canGoBack }: Extract<Screen, { name: "confirm" }>,
  language: Language,
): TemplateResult {
  const texts = answerTexts[language];
  const { text, otherText, number, device, place } = readMessage(message, language);
  return html`
    ${requestView(texts.question, texts.accepted, canGoBack ? otherText : text)}
    ${canGoBack ? numberQuestion(message, language) : numberView(number, texts.number)}
    ${
      device === undefined
        ? nothing
        : html`<dl class="facts">
            <div>
              ${icon("laptop")}
              <dt>${texts.device}</dt>
              <dd>${device}</dd>
            </div>
            <div>
              ${icon("pin")}
              <dt>${texts.place}</dt>
              <dd>${place}</dd>
            </div>
          </dl>`
    }
    <p class="safety">${icon("shield")} ${canGoBack ? texts.safetyLink : texts.safety}</p>
  `;
}

/** The number stays where it was before the answer, until the person closes the screen. */
function accepted({ message: sent }: Transaction, language: Language): TemplateResult {
  const texts = answerTexts[language];
  const { text, number } = readMessage(sent, language);
  if (number === undefined)
    return message({ icon: "check", title: texts.accepted, text: texts.carryOn, tone: "success" });
  const title = html`<span class="disc success">${icon("check")}</span>${texts.accepted}`;
  return html`
    ${requestView(title, texts.question, text)} ${numberView(number, texts.number)}
    <p class="what-next"><b>${texts.typeNumber}</b> ${texts.neverTell}</p>
  `;
}

const answerButtons = (answering: boolean, language: Language, actions: Actions) => html`
  <div class="answers">
    <button aria-disabled=${answering ? "true" : nothing} @click=${() => actions.answer(true)}>
      ${icon("check")} ${answerTexts[language].accept}
    </button>
    <button aria-disabled=${answering ? "true" : nothing} @click=${() => actions.answer(false)}>
      ${icon("cross")} ${answerTexts[language].decline}
    </button>
  </div>
`;
