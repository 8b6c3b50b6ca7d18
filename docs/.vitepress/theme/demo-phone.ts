import { html, nothing, render, type TemplateResult } from "lit";
import { isTemplateResult } from "lit/directive-helpers.js";
import type { Actions, Screen } from "../../../demo/client/phone/screen-parts.js";
import { drawScreen, titleOf } from "../../../demo/client/phone/screens.js";
import base from "../../../demo/styles/base.css?inline";
import scanning from "../../../demo/styles/phone-scanning.css?inline";
import screens from "../../../demo/styles/phone-screens.css?inline";
import site from "../../../demo/styles/site.css?inline";

const user = "demo-user";

/** The demo's styles, in a shadow root: they are for the whole of a page. */
const styles = `${[base, site, screens, scanning].join("").replaceAll(":root", ":host")}
  :host { display: block; inline-size: min(300px, 100%); color-scheme: inherit; background: none }
  #phone { inline-size: 100%; margin: 0 }
  .sources { visibility: hidden }`;

const noActions = {} as Actions;

/** The demo's phone: it draws the demo's own screens. */
export class DemoPhone {
  readonly #root: ShadowRoot;
  readonly #actions: Partial<Actions>;

  #screen: Screen["name"] = "home";

  constructor(host: HTMLElement, actions: Partial<Actions>) {
    // The one that the server painted is emptied.
    this.#root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#root.replaceChildren();
    this.#actions = actions;
  }

  get screen(): Screen["name"] {
    return this.#screen;
  }

  show(screen: Screen): void {
    this.#screen = screen.name;
    const hadFocus = this.#root.activeElement !== null;
    render(phone(screen, this.#actions as Actions), this.#root);
    // As in the demo: the pressed button may be gone with its screen.
    const isFocusLost = hadFocus && this.#root.activeElement === null;
    if (isFocusLost) this.#root.querySelector("h2")?.focus();
    const spoken = isFocusLost || screen.name === "home" ? "" : titleOf(screen, user, "en");
    this.#root.querySelector("#spoken")!.textContent = spoken;
  }

  /** Puts what the phone sees into the viewfinder. */
  see(picture: HTMLCanvasElement): void {
    const viewfinder = this.#root.querySelector("canvas")!;
    [viewfinder.width, viewfinder.height] = [picture.width, picture.height];
    viewfinder.getContext("2d")!.drawImage(picture, 0, 0);
  }
}

const phone = (screen: Screen, actions: Actions) =>
  html`<style>
      ${styles}
    </style>
    <section id="phone" aria-label="Phone" lang="en">
      ${drawScreen(screen, { user, platform: "android" }, "en", actions)}
    </section>
    <p id="spoken" class="visually-hidden" role="status"></p>`;

/** The phone as it is at first, as HTML with a shadow root: it is painted before any script. Only the server needs it. */
export const paintedPhone = (): string =>
  `<template shadowrootmode="open">${markupOf(phone({ name: "home" }, noActions))}</template>`;

/** The HTML of a template, without its listeners. */
function markupOf(value: unknown): string {
  if (!isTemplateResult(value)) return typeof value === "string" ? value : "";
  const { strings, values } = value as TemplateResult;
  return strings.reduce((before, string, index) => {
    const part: unknown = values[index - 1];
    const [attribute, name] = /\s(@?[\w-]+)=$/.exec(before) ?? [];
    if (attribute === undefined) return before + markupOf(part) + string;
    const isLeftOut = name?.startsWith("@") || part === nothing;
    return before.slice(0, -attribute.length) + (isLeftOut ? "" : ` ${name}="${markupOf(part)}"`) + string;
  });
}
