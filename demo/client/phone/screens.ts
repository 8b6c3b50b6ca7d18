import { html, nothing, svg, type TemplateResult } from "lit";
import { icons, type Icon } from "../../pages/demo-icons.js";
import { adviceFor, type Advice } from "./problems.js";
import { scanningScreen } from "./scanning-screen.js";
import { icon, type Actions, type Screen } from "./screen-parts.js";
import type { Settings } from "./phone-settings.js";
import type { Transaction } from "./sdk.js";

/** The phone's screen as a function of what it shows. */
export function drawScreen(
  screen: Screen,
  { user, platform }: Pick<Settings, "user" | "platform">,
  actions: Actions,
): TemplateResult {
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
      return bankScreen(user, confirmation(screen.transaction), answerButtons(screen.answering, actions));
    case "accepted":
      return bankScreen(
        user,
        html`${message({ icon: "check", title: "Accepted", text: "Carry on in your browser.", tone: "success" })}
        ${numberOnScreen(screen.transaction)}`,
        html`<button @click=${actions.finish}>Done</button>`,
      );
    case "declined":
      return bankScreen(
        user,
        message({ icon: "cross", title: "Declined", text: "Nobody was logged in." }),
        html`<button @click=${actions.finish}>Done</button>`,
      );
    case "problem": {
      const advice = adviceFor(screen.problem, user);
      const { code } = screen.problem;
      const codeLine = code === undefined ? nothing : html`<p class="code">Code ${code}</p>`;
      if (platform === "ios") return bankScreen(user, systemAlert(advice, codeLine, actions), nothing);
      return bankScreen(
        user,
        html`${message(advice)} ${codeLine}`,
        html`<button class="main" @click=${actions[advice.action]}>${advice.actionLabel}</button>
          <button @click=${actions.close}>${advice.closeLabel}</button>`,
      );
    }
    default:
      return screen satisfies never;
  }
}

/** The text of each screen for a screen reader. */
export function titleOf(screen: Screen, user: string): string {
  switch (screen.name) {
    case "home":
      return "Log in on your computer";
    case "scanning":
      return "Scanning";
    case "checking":
      return "Checking the code";
    case "confirm":
      return "Is this you logging in?";
    case "accepted": {
      const number = numberIn(readMessage(screen.transaction.message).text);
      const said = "Accepted. Carry on in your browser.";
      return number === undefined ? said : `${said} The number is ${[...number].join(" ")}.`;
    }
    case "declined":
      return "Declined. Nobody was logged in.";
    case "problem": {
      const { title, text } = adviceFor(screen.problem, user);
      return `${title}. ${text}`;
    }
    default:
      return screen satisfies never;
  }
}

const bankScreen = (user: string, body: TemplateResult, buttons: TemplateResult | typeof nothing) =>
  html`<div class="screen">
    <div class="status-bar" aria-hidden="true">
      <span>9:41</span>
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
  { title, text, action, actionLabel, closeLabel }: Advice,
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
    <button @click=${actions.close}>${closeLabel}</button>
  </div>
`;

/**
 * The user's defence against a relayed code: the message word for word, with device and location, above two buttons of
 * equal size.
 */
function confirmation(transaction: Transaction): TemplateResult {
  const { text, device, location } = readMessage(transaction.message);
  return html`
    <h2 class="question" tabindex="-1">Is this you logging in?</h2>
    <p class="site-message">${text}</p>
    ${
      device === undefined
        ? nothing
        : html`<dl class="facts">
            <div>
              ${icon("laptop")}
              <dt>Device</dt>
              <dd>${device}</dd>
            </div>
            <div>
              ${icon("pin")}
              <dt>Location</dt>
              <dd>${location}</dd>
            </div>
          </dl>`
    }
    <p class="safety">
      ${icon("shield")} Only accept if you scanned the code on the Demo Bank page yourself.
    </p>
  `;
}

/** The number that the browser may ask for, large, with the site's words. It stays until the person closes the screen. */
function numberOnScreen(transaction: Transaction): TemplateResult | typeof nothing {
  const { text } = readMessage(transaction.message);
  const number = numberIn(text);
  return number === undefined
    ? nothing
    : html`<p class="number" dir="ltr">${number}</p>
        <p class="site-message">${text}</p>`;
}

/** The number in a message: its only figure of four or six digits. */
export function numberIn(text: string): string | undefined {
  const [number, ...others] = text.match(/(?<!\d)(?:\d{4}|\d{6})(?!\d)/g) ?? [];
  return others.length === 0 ? number : undefined;
}

const answerButtons = (answering: boolean, actions: Actions) => html`
  <button class="main" aria-disabled=${answering ? "true" : nothing} @click=${() => actions.answer(true)}>
    Accept
  </button>
  <button aria-disabled=${answering ? "true" : nothing} @click=${() => actions.answer(false)}>Decline</button>
`;

/** The parts of the Token Server's message. */
interface Confirmation {
  /** The site's own words. */
  text: string;
  /** Where the login comes from, for the user to check. */
  device?: string;
  location?: string;
}

/** Splits the template `[message] Device: …, Location: …`; a message of another form stays whole. */
export function readMessage(message: string): Confirmation {
  // The first group is greedy, because only the last "Device:" is the Token Server's: the site may write one too.
  const [, text, device, location] = /^(.*)\bDevice: (.+?), Location: (.+)$/s.exec(message) ?? [];
  return device !== undefined && location !== undefined
    ? { text: (text ?? "").trim(), device, location }
    : { text: message };
}
