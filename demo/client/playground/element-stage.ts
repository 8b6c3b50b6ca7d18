import type { LoginErrorEvent, OneginiOtpLogin } from "onegini-otp-login";
import { attributesOf, cssOf, slotted } from "./markup.js";
import type { Begun } from "./playground-calls.js";
import { defaultWidthPx, phases, type PhaseName, type Settings } from "./playground-settings.js";

interface ElementStageOptions {
  /** The box in which the element must fit, and the element's place in it. */
  stage: HTMLElement;
  place: HTMLElement;
  /** Is called with each new element before it is in the page, so that no event is missed. */
  onNew: (element: OneginiOtpLogin) => void;
  /** Is called after the element's view has changed. */
  onView: () => void;
  /** @param scale the share of its size at which the element is shown */
  onWidth: (widthPx: number, scale: number) => void;
}

/** Between the stage's edge and the element. */
const edgePx = 16;

/** The element in its place. It is used as on any page: by attributes, style sheet and events. */
export class ElementStage {
  element = document.createElement("onegini-otp-login");
  readonly #options: ElementStageOptions;
  readonly #sheet = new CSSStyleSheet();
  /** Takes a property away, to read what the element has without it. */
  readonly #without = new CSSStyleSheet();
  readonly #measured = new ResizeObserver(() => this.#fit());
  readonly #viewed = new MutationObserver(() => this.#options.onView());
  #attributes = new Set<string>();
  #failure: LoginErrorEvent["code"] | undefined;
  #widthPx = defaultWidthPx;

  constructor(options: ElementStageOptions) {
    this.#options = options;
    document.adoptedStyleSheets.push(this.#sheet, this.#without);
  }

  /**
   * Replaces the element by a new one, with the attributes that the page's server wrote into its tag. Resolves when it is
   * in the page and has its view.
   */
  async renew(settings: Settings, begun: Begun | undefined): Promise<void> {
    const element = (this.element = document.createElement("onegini-otp-login"));
    this.#attributes.clear();
    if (begun) {
      element.setAttribute("attempt", begun.attempt);
      element.setAttribute("otp", begun.otp);
      element.setAttribute("expires-in", String(begun.expiresIn));
      if (begun.digits !== undefined) element.setAttribute("digits", String(begun.digits));
    }
    element.addEventListener("error", ({ code }) => (this.#failure = code));
    this.#options.onNew(element);
    this.apply(settings);
    this.#measured.disconnect();
    this.#viewed.disconnect();
    this.#options.place.replaceChildren(element);
    await element.updateComplete;
    if (element !== this.element || !element.shadowRoot) return;
    this.#measured.observe(this.#options.stage);
    this.#measured.observe(element);
    this.#viewed.observe(element.shadowRoot, {
      attributes: true,
      childList: true,
      characterData: true,
      subtree: true,
    });
  }

  apply(settings: Settings): void {
    const attributes = new Map(attributesOf(settings));
    for (const [name, value] of attributes) {
      if (this.element.getAttribute(name) !== value) this.element.setAttribute(name, value);
    }
    for (const name of this.#attributes) if (!attributes.has(name)) this.element.removeAttribute(name);
    this.#attributes = new Set(attributes.keys());
    pretendPhone(settings.isAppFirst);
    if (settings.messages) this.element.messages = settings.messages;
    fillSlots(this.element, settings.slots);
    this.element.requestUpdate();
    this.#sheet.replaceSync(cssOf(settings));
    this.#widthPx = settings.widthPx;
    this.#fit();
  }

  /** The phase, or what the person sees within it. */
  shown(): PhaseName {
    const { element } = this;
    const { state } = element;
    const has = (selector: string): boolean => !!element.shadowRoot?.querySelector(selector);
    if (element.matches(":state(number)")) return has("[aria-invalid=true]") ? "wrong_number" : "number";
    if (state === "failed") return phases.find((name) => name === this.#failure) ?? state;
    if (state === "approved" && has("span.slow")) return "slow";
    if (element.matches(":state(scanned)")) return "scanned";
    // Only a hint about the connection has an icon.
    if (state !== "pending" || !has(":is([part~=time], [part~=hint]) svg")) return state;
    return navigator.onLine ? "reconnecting" : "offline";
  }

  /** Types a number into the element's own field, and sends it. */
  sendNumber(number: string): void {
    const input = this.element.shadowRoot?.querySelector("input");
    if (!input) return;
    input.value = number;
    input.form?.requestSubmit();
  }

  /** Presses the element's own button; false if there is none. */
  enlarge(): boolean {
    const button = this.element.shadowRoot?.querySelector<HTMLButtonElement>("[part~=enlarge]");
    if (!button?.checkVisibility({ visibilityProperty: true })) return false;
    button.click();
    return true;
  }

  /** A colour of card or dialog as it is now, such as `accent`; undefined before the first view. Each is in a property there. */
  colour(name: string): string | undefined {
    const [, inDialog] = /^dialog-(.+)/.exec(name) ?? [];
    const part = this.element.shadowRoot?.querySelector(inDialog ? "dialog" : "[part~=base]");
    return (part && getComputedStyle(part).getPropertyValue(`--_${inDialog ?? name}`)) || undefined;
  }

  /** The same, as it would be if the page did not set it. */
  colourWithout(name: string): string | undefined {
    this.#without.replaceSync(`#place > * { --onegini-otp-login-${name}: initial !important }`);
    const colour = this.colour(name);
    this.#without.replaceSync("");
    return colour;
  }

  /** Shows an element that is larger than the stage at a smaller scale, as a whole. */
  #fit(): void {
    const { stage, place, onWidth } = this.#options;
    const [roomPx, heightPx] = [stage.clientWidth - 2 * edgePx, stage.clientHeight - 2 * edgePx];
    const isWider = this.#widthPx !== defaultWidthPx && this.#widthPx > roomPx;
    const placePx = isWider ? this.#widthPx : roomPx;
    place.style.inlineSize = `${placePx}px`;
    const { offsetWidth, offsetHeight } = this.element;
    if (offsetHeight === 0) return;
    const scale = Math.min(1, roomPx / placePx, heightPx / offsetHeight);
    place.style.scale = String(scale);
    place.style.translate = `-50% ${Math.max(0, Math.floor((heightPx - offsetHeight * scale) / 2))}px`;
    onWidth(offsetWidth, scale);
  }
}

const matchMedia = window.matchMedia.bind(window);

/** Tells the page's scripts what a phone's browser tells them. Style sheets know better. */
function pretendPhone(isPhone: boolean): void {
  window.matchMedia = isPhone
    ? (query) => matchMedia(query.includes("pointer: coarse") ? "all" : query)
    : matchMedia;
}

function fillSlots(element: HTMLElement, slots: Readonly<Record<string, string>>): void {
  const wanted = Object.entries(slots).map(([name, value]) => slotted(name, value));
  const isSame =
    wanted.length === element.children.length &&
    wanted.every((child, at) => element.children[at]?.isEqualNode(child) === true);
  if (!isSame) element.replaceChildren(...wanted);
}
