import "onegini-otp-login/define";
import "demo:locales";
import { letPhonesLook } from "../code-broadcast.js";
import { dataOf, fromFragment, toFragment } from "./form-fragment.js";
import { BrokenNetwork } from "./broken-network.js";
import { Holding } from "./holding.js";
import { logEvents } from "./event-log.js";
import { cssOf, htmlOf, npmOf } from "./markup.js";
import { bindCopyButtons, find, messageOf, onPress, say } from "./page-elements.js";
import { answerOnPhone, beginOnServer, type Begun } from "./playground-calls.js";
import { inEffect, phases, readSettings, type Settings } from "./playground-settings.js";
import { Stage } from "./element-stage.js";

const form = find("#controls", HTMLFormElement);
const phaseControl = find("[name=phase]", HTMLInputElement);
const log = logEvents(find("#events", HTMLElement));
const settings = (): Settings => inEffect(readSettings(dataOf(form)));

/** Whose codes the phone at hand gets from the server. */
const playgroundEndpoint = find("#endpoint", HTMLInputElement).defaultValue;

const network = new BrokenNetwork((problem) => say("#phase-said", messageOf(problem)));
const stage = new Stage({
  place: find("#stage", HTMLElement),
  onNew(element) {
    element.addEventListener("login", (event) => {
      if (settings().stay) event.preventDefault();
    });
    log.of(element);
    element.addEventListener("statechange", () => {
      markPhase();
      holding.heard(element.state);
    });
  },
  onWidth: (widthPx) => say("#width-said", `${widthPx} px`),
});
const holding = new Holding({
  element: () => stage.element,
  wanted: () => settings().phase,
  setWanted(phase) {
    phaseControl.value = phase ?? "";
    follow();
  },
  isHeld: () => settings().hold,
  networkReady: network.ready,
  say: (text) => say("#phase-said", text),
});

/** Everything follows the controls: the element, its style, what is to be copied, the network, the address. */
function follow(): void {
  const now = settings();
  network.follow(now.network);
  stage.apply(now);
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

/** Puts a new element in the place of the old, once the network is as it is to be. */
async function renew(): Promise<void> {
  await network.ready();
  let begun: Begun | undefined;
  try {
    begun = await beginOnServer(settings().beginning);
  } catch (error) {
    say("#phase-said", messageOf(error));
  }
  stage.renew(settings(), begun);
  markPhase();
  // At once: before it has said of a phase on its way there that it is not the one that is wanted.
  const { phase } = settings();
  if (phase) void holding.drive(phase);
}

function markPhase(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("#phases button")) {
    if (button.value === stage.element.state) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/** Who chooses a colour or a radius wants to see it. */
function checkProperty(name: string): void {
  const property = /^(.+)-(light|dark|px)$/.exec(name)?.[1] ?? "";
  const box = form.elements.namedItem(property);
  if (box instanceof HTMLInputElement && box.type === "checkbox") box.checked = true;
}

async function answerWithPhone(accept: boolean): Promise<void> {
  say("#phone-said", "");
  try {
    const { state } = stage.element;
    if (state === "idle" || state === "requesting") throw new Error("There is no code to scan.");
    if (settings().endpoint !== playgroundEndpoint)
      throw new Error(
        `The phone at hand scans the codes of ${playgroundEndpoint}. The demo phone scans any.`,
      );
    const shown = await answerOnPhone(accept);
    say("#phone-said", `The phone showed: ${shown} ${accept ? "Accepted." : "Declined."}`);
  } catch (error) {
    say("#phone-said", messageOf(error));
  }
}

form.addEventListener("submit", (event) => event.preventDefault());
// Not the form's own event: some of its controls lie outside of it.
document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return follow();
  checkProperty(target.name);
  if (target.name === "hold" && !target.checked) holding.letGoOnceThere();
  follow();
});
document.addEventListener("change", ({ target }) => {
  // Only a new element begins: who chooses how wants to see it.
  if (!(target instanceof HTMLSelectElement) || target.name !== "beginning") return;
  holding.letGo();
  void renew();
});
form.addEventListener("reset", () => {
  holding.letGo();
  // The controls are as they were after this event.
  setTimeout(() => {
    follow();
    void renew();
  });
});
for (const button of document.querySelectorAll<HTMLButtonElement>("#phases button")) {
  const phase = phases.find((name) => name === button.value);
  if (phase) button.addEventListener("click", () => void holding.drive(phase));
}
onPress("#start", () => {
  holding.letGo();
  void network.ready().then(() => stage.element.start());
});
onPress("#cancel", () => {
  holding.letGo();
  stage.element.cancel();
});
onPress("#anew", () => {
  holding.letGo();
  void renew();
});
onPress("#accept", () => void answerWithPhone(true));
onPress("#decline", () => void answerWithPhone(false));
onPress("#clear", () => log.clear());
bindCopyButtons();
letPhonesLook(() => stage.codeOnScreen());

async function followAddress(): Promise<void> {
  const { beginning } = settings();
  fromFragment(form, location.hash);
  follow();
  if (settings().beginning !== beginning) return renew();
  await network.ready();
  const { phase } = settings();
  if (phase) void holding.drive(phase);
}
window.addEventListener("hashchange", () => void followAddress());

// The network first: the element begins as soon as it is there.
fromFragment(form, location.hash);
follow();
await renew();
