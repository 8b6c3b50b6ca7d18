import type { OneginiOtpLogin } from "onegini-otp-login";
import { attributesOf, cssOf } from "./markup.js";
import type { Begun } from "./playground-calls.js";
import type { Settings } from "./playground-settings.js";

export interface ElementStageParts {
  place: HTMLElement;
  /** Is called with each new element before it is in the page, so that no event is missed. */
  onNew: (element: OneginiOtpLogin) => void;
  onWidth: (widthPx: number) => void;
}

/** The element in its place. It is used as on any page: by attributes, style sheet and events. */
export class ElementStage {
  element = document.createElement("onegini-otp-login");
  readonly #parts: ElementStageParts;
  readonly #sheet = new CSSStyleSheet();
  readonly #measured = new ResizeObserver(() => this.#parts.onWidth(this.element.offsetWidth));
  #attributes = new Set<string>();

  constructor(parts: ElementStageParts) {
    this.#parts = parts;
    document.adoptedStyleSheets.push(this.#sheet);
  }

  /** Replaces the element by a new one, with the attributes that the page's server wrote into its tag. */
  renew(settings: Settings, begun: Begun | undefined): void {
    this.element = document.createElement("onegini-otp-login");
    this.#attributes.clear();
    if (begun) {
      this.element.setAttribute("attempt", begun.attempt);
      this.element.setAttribute("otp", begun.otp);
      this.element.setAttribute("expires-in", String(begun.expiresIn));
    }
    this.#parts.onNew(this.element);
    this.apply(settings);
    this.#measured.disconnect();
    this.#measured.observe(this.element);
    this.#parts.place.replaceChildren(this.element);
  }

  apply(settings: Settings): void {
    const attributes = new Map(attributesOf(settings));
    for (const [name, value] of attributes) {
      if (this.element.getAttribute(name) !== value) this.element.setAttribute(name, value);
    }
    for (const name of this.#attributes) if (!attributes.has(name)) this.element.removeAttribute(name);
    this.#attributes = new Set(attributes.keys());
    if (settings.messages) this.element.messages = settings.messages;
    this.#sheet.replaceSync(cssOf(settings));
  }

  /** The code, while it is visible. */
  codeOnScreen(): HTMLCanvasElement | undefined {
    const canvas = this.element.shadowRoot?.querySelector<HTMLCanvasElement>("canvas[part~=qr]");
    return canvas?.checkVisibility({ visibilityProperty: true }) ? canvas : undefined;
  }
}
