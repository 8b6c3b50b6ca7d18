import { html, render } from "lit";
import { readAppLink } from "./code-sources.js";
import type { Language } from "../../pages/site-language.js";
import { PhoneApp, type PhoneAppOptions } from "./phone-app.js";
import { drawScreen, languageOf, titleOf } from "./screens.js";
import { Settings } from "./phone-settings.js";

const screenElement = document.querySelector<HTMLElement>("#phone");
const spokenElement = document.querySelector<HTMLElement>("#spoken");
const settingsForm = document.querySelector<HTMLFormElement>("#settings");
const heardElement = document.querySelector<HTMLElement>("#heard");

if (screenElement && spokenElement && settingsForm && heardElement) {
  const language = screenElement.dataset["language"] as Language;
  screenElement.replaceChildren();
  heardElement.replaceChildren();
  const settings = new Settings(settingsForm, () => phone.reset());
  const phone = new PhoneApp({
    settings,
    draw: (...parameters) => draw(...parameters),
    viewfinder: () => screenElement.querySelector("canvas"),
    // A real phone uses its camera; on a computer the login page is on the same screen.
    firstSource: matchMedia("(pointer: coarse)").matches ? "camera" : "page",
    goBack: (address) => {
      if (history.length > 1 && document.referrer.startsWith(`${location.origin}/`))
        leave(() => history.back());
      else if (address !== undefined) open(address);
    },
    open: (address) => open(address),
    home: screenElement.dataset["home"],
  });

  const draw: PhoneAppOptions["draw"] = (screen, calls) => {
    const hadFocus = screenElement.contains(document.activeElement);
    screenElement.classList.toggle("ios", settings.platform === "ios");
    screenElement.lang = spokenElement.lang = languageOf(screen, language);
    render(drawScreen(screen, settings, language, phone.actions), screenElement);
    // The pressed button may be gone with its screen. The focus then moves to the heading of the next one, which a screen
    // reader reads. If the focus is elsewhere, the live region announces the screen.
    const focusIsLost = hadFocus && !screenElement.contains(document.activeElement);
    if (focusIsLost) screenElement.querySelector<HTMLElement>("h2")?.focus();
    const isRead = focusIsLost && screen.name !== "going-back";
    spokenElement.textContent =
      isRead || screen.name === "home" ? "" : titleOf(screen, settings.user, language);
    render(
      calls.length === 0
        ? html`Nothing yet`
        : calls.map(
            ({ call, lines }) =>
              html`<p>${call}</p>
                <ul>
                  ${lines.map((line) => html`<li>${line}</li>`)}
                </ul>`,
          ),
      heardElement,
    );
  };

  /** The app is at its first screen again when the person comes back to this page. */
  function leave(how: () => void): void {
    window.addEventListener("pagehide", () => phone.reset(), { once: true });
    how();
  }
  const open = (address: string): void => leave(() => location.assign(address));

  /** Also removes code and browser from the address, so that a reload does not use them again. */
  function followLink(): void {
    const link = readAppLink(location.hash);
    if (link === undefined) return;
    history.replaceState(history.state, "", location.pathname);
    phone.openLink(link);
  }

  phone.reset();
  window.addEventListener("hashchange", followLink);
  followLink();
}
