import { html, render } from "lit";
import { readAppLink } from "./app-link.js";
import { Phone, type PhoneParts } from "./phone-app.js";
import { drawScreen, titleOf } from "./screens.js";
import { bindSettings } from "./phone-settings.js";

const screenElement = document.querySelector<HTMLElement>("#phone");
const spokenElement = document.querySelector("#spoken");
const settingsForm = document.querySelector<HTMLFormElement>("#settings");
const heardElement = document.querySelector<HTMLElement>("#heard");

if (screenElement && spokenElement && settingsForm && heardElement) {
  screenElement.replaceChildren();
  heardElement.replaceChildren();
  const settings = bindSettings(settingsForm, () => phone.reset());
  const phone = new Phone({
    settings,
    draw: (...what) => draw(...what),
    viewfinder: () => screenElement.querySelector("canvas"),
    // A real phone looks through its camera; beside a login page on the same screen nothing needs to be held up.
    firstSource: matchMedia("(pointer: coarse)").matches ? "camera" : "page",
    goBack: () => {
      if (history.length > 1 && document.referrer.startsWith(`${location.origin}/`)) history.back();
    },
  });

  const draw: PhoneParts["draw"] = (screen, hearings) => {
    const hadFocus = screenElement.contains(document.activeElement);
    render(drawScreen(screen, settings.user, phone.actions), screenElement);
    // The button that was pressed may be gone with its screen: the keyboard goes on at the next one's heading, which
    // is then heard. Where the focus is elsewhere, the screen is only told of.
    const focusIsLost = hadFocus && !screenElement.contains(document.activeElement);
    if (focusIsLost) screenElement.querySelector<HTMLElement>("h2")?.focus();
    spokenElement.textContent = focusIsLost || screen.name === "home" ? "" : titleOf(screen, settings.user);
    render(
      hearings.length === 0
        ? html`Nothing yet`
        : hearings.map(
            ({ call, lines }) =>
              html`<p>${call}</p>
                <ul>
                  ${lines.map((line) => html`<li>${line}</li>`)}
                </ul>`,
          ),
      heardElement,
    );
  };

  /** Takes the code out of the address as well: a reload must not use it twice. */
  function followLink(): void {
    const otp = readAppLink(location.hash);
    if (otp === undefined) return;
    history.replaceState(history.state, "", location.pathname);
    phone.openLink(otp);
  }

  phone.reset();
  window.addEventListener("hashchange", followLink);
  followLink();
}
