import "onegini-otp-login/define";
import "demo:locales";
import { shareCodePixels } from "../code-broadcast.js";
import { dataOf, fromFragment, toFragment } from "./form-fragment.js";
import { PhaseDriver } from "./phase-driver.js";
import { logEvents } from "./event-log.js";
import { cssOf, htmlOf, npmOf } from "./markup.js";
import { bindTabs } from "./tabs.js";
import { ThemeControls } from "./theme-controls.js";
import { bindCopyButtons, find, messageOf, onPress, say } from "./page-elements.js";
import { answerOnPhone, beginOnServer, NetworkControl, type Begun } from "./playground-calls.js";
import { playgroundPath } from "../../playground/playground-choices.js";
import { inEffect, phases, readSettings, type Settings } from "./playground-settings.js";
import { ElementStage } from "./element-stage.js";

const form = find("#controls", HTMLFormElement);
const phaseControl = find("[name=phase]", HTMLInputElement);
const widthButtons = document.querySelectorAll<HTMLButtonElement>("#widths [value]");
const log = logEvents(find("#events", HTMLElement));
const settings = (): Settings => inEffect(readSettings(dataOf(form)));

const network = new NetworkControl((problem) => say("#phase-said", messageOf(problem)));
const stage = new ElementStage({
  stage: find("#stage", HTMLElement),
  place: find("#place", HTMLElement),
  onNew(element) {
    element.addEventListener("login", (event) => {
      if (settings().stay) event.preventDefault();
    });
    log.of(element);
    element.addEventListener("statechange", onView);
  },
  onView,
  onWidth(widthPx, scale) {
    const share = scale < 1 ? `, shown at ${Math.round(scale * 100)} %` : "";
    say("#width-said", `${widthPx} px${share}`);
  },
});
const driver = new PhaseDriver({
  stage,
  wanted: () => settings().phase,
  setWanted(phase) {
    phaseControl.value = phase ?? "";
    follow();
  },
  isHeld: () => settings().hold,
  networkReady: network.ready,
  say: (text) => say("#phase-said", text),
});

const theme = new ThemeControls(form, stage, () => follow());

function onView(): void {
  markPhase();
  driver.onView();
}

/** Applies the controls to the element, its style, the snippets, the network and the address. */
function follow(): void {
  theme.validate();
  const now = readSettings(dataOf(form));
  network.follow(inEffect(now).network);
  stage.apply(inEffect(now));
  // A value equal to the default is as good as none. It may be the default only once another one is gone.
  for (let [name] = theme.defaults(now); name !== undefined; [name] = theme.defaults(now)) {
    now.properties = Object.fromEntries(Object.entries(now.properties).filter(([each]) => each !== name));
    stage.apply(inEffect(now));
  }
  theme.show();
  for (const button of widthButtons)
    if (button.value !== "dialog") button.ariaPressed = String(Number(button.value) === now.widthPx);
  find("#as-phone", HTMLButtonElement).ariaPressed = String(now.isAppFirst);
  say("#html", htmlOf(now));
  say("#css", cssOf(now));
  say("#npm", npmOf(now));
  say("#text-size-said", `${now.textPercent} %`);
  const isJson = now.messages !== undefined;
  find("#messages", HTMLTextAreaElement).setAttribute("aria-invalid", String(!isJson));
  say("#messages-said", isJson ? "" : "This is no JSON with words yet.");
  const fragment = toFragment(form);
  if (location.hash.replace(/^#/, "") !== fragment) {
    history.replaceState(history.state, "", fragment === "" ? location.pathname : `#${fragment}`);
  }
}

/** Replaces the element by a new one, as soon as the network is set. */
async function renew(): Promise<void> {
  await network.ready();
  let begun: Begun | undefined;
  try {
    begun = await beginOnServer(settings().beginning);
  } catch (error) {
    say("#phase-said", messageOf(error));
  }
  const isShown = stage.renew(settings(), begun);
  markPhase();
  // At once, before the new element reports a phase other than the wanted one.
  const { phase } = settings();
  if (phase) void driver.drive(phase);
  await isShown;
  follow();
}

function markPhase(): void {
  const shown = stage.shown();
  for (const button of document.querySelectorAll<HTMLButtonElement>("#phases button")) {
    if (button.value === shown) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/** Shows the code large, by the element's own button. */
async function enlarge(): Promise<void> {
  say("#phase-said", "");
  if (stage.enlarge()) return;
  await driver.drive("pending");
  await stage.element.updateComplete;
  if (!stage.enlarge()) say("#phase-said", "There is no Enlarge: the code could not be larger here.");
}

async function answerWithPhone(accept: boolean): Promise<void> {
  say("#phone-said", "");
  try {
    const { state } = stage.element;
    if (state === "idle" || state === "requesting") throw new Error("There is no code to scan.");
    if (settings().endpoint !== playgroundPath)
      throw new Error(`The phone at hand scans the codes of ${playgroundPath}. The demo phone scans any.`);
    const shown = await answerOnPhone(accept);
    say("#phone-said", `The phone showed: ${shown} ${accept ? "Accepted." : "Declined."}`);
  } catch (error) {
    say("#phone-said", messageOf(error));
  }
}

form.addEventListener("submit", (event) => event.preventDefault());
// On the document, because some of the form's controls are outside of it.
document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return follow();
  if (target.name === "hold" && !target.checked) driver.releaseWhenReached();
  follow();
});
document.addEventListener("change", ({ target }) => {
  // Shown by a new element, because only a new one begins.
  if (!(target instanceof HTMLSelectElement) || target.name !== "beginning") return;
  driver.release();
  void renew();
});
form.addEventListener("reset", () => {
  driver.release();
  // The controls are reset only after this event.
  setTimeout(() => {
    follow();
    void renew();
  });
});
for (const button of document.querySelectorAll<HTMLButtonElement>("#phases button")) {
  const phase = phases.find((name) => name === button.value);
  if (phase) button.addEventListener("click", () => void driver.drive(phase));
}
for (const button of widthButtons)
  button.addEventListener("click", () => {
    if (button.value === "dialog") return void enlarge();
    find("#width", HTMLInputElement).value = button.value;
    follow();
  });
onPress("#as-phone", () => {
  const control = find("[name=app-first]", HTMLInputElement);
  control.checked = !control.checked;
  follow();
});
onPress("#start", () => {
  driver.release();
  void network.ready().then(() => stage.element.start());
});
onPress("#cancel", () => {
  driver.release();
  stage.element.cancel();
});
onPress("#anew", () => {
  driver.release();
  void renew();
});
onPress("#accept", () => void answerWithPhone(true));
onPress("#decline", () => void answerWithPhone(false));
onPress("#clear", () => log.clear());
// The header's links keep what is set, apart from the language.
for (const link of document.querySelectorAll<HTMLAnchorElement>("#languages a")) {
  link.addEventListener("click", () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    kept.delete("language");
    link.hash = kept.toString();
  });
}
const showTab = bindTabs(find("#tabs", HTMLElement));
const narrow = matchMedia("(max-width: 1099px)");

/** In a narrow window, what drives the element is a tab too: else it would take the room of the card. */
function placeDriving(): void {
  const panel = find("#panel-Phases", HTMLElement);
  (narrow.matches ? panel : find(".shown", HTMLElement)).append(find("#driving", HTMLElement));
  if (narrow.matches) showTab(find("#tab-Phases", HTMLElement));
  else if (!panel.hidden) showTab(find("#tab-Look", HTMLElement));
}
narrow.addEventListener("change", placeDriving);
placeDriving();
bindCopyButtons();
shareCodePixels(() => stage.element);

async function followAddress(): Promise<void> {
  const { beginning } = settings();
  fromFragment(form, location.hash);
  follow();
  if (settings().beginning !== beginning) return renew();
  await network.ready();
  const { phase } = settings();
  if (phase) void driver.drive(phase);
}
window.addEventListener("hashchange", () => void followAddress());

// The network first, because the element begins as soon as it is in the page.
fromFragment(form, location.hash);
follow();
await renew();
