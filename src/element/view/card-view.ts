import { html, nothing, type TemplateResult } from "lit";
import { codeView } from "./code-view.js";
import { dialogView } from "./dialog-view.js";
import * as icons from "./icons.js";
import { messageView } from "./message-view.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** Whether the phase shows a message in the place of the code. */
function isMessage({ state, app }: ViewModel): boolean {
  switch (state.phase) {
    case "idle":
    case "requesting":
      return false;
    case "pending":
      return app === "first" && state.scanned;
    case "expired":
      return app === "first";
    case "approved":
    case "completed":
    case "denied":
    case "failed":
      return true;
    default:
      return state satisfies never;
  }
}

/** The link beside the code, on a tablet. */
const appLinkBeside = ({ appLink, words }: ViewModel, { leaveForApp }: Handlers): TemplateResult =>
  html`<a
    class="button outlined"
    part="app-link"
    role="link"
    aria-disabled=${appLink ? nothing : "true"}
    href=${appLink ?? nothing}
    @click=${appLink ? leaveForApp : nothing}
    >${words.openHere}</a
  >`;

/** The app first, on a phone; the code for another phone is below, behind a button. */
function appFirst(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, appLink, connection, otherPhone } = model;
  const isOffline = connection === "offline";
  return html`<p class="second" part="hint">
      ${isOffline ? icons.offline : nothing}${isOffline ? words.offline : words.openAppHint}
    </p>
    ${
      state.phase === "idle"
        ? html`<button class="button app" part="button" type="button" @click=${handlers.start}>
            ${words.showCode}
          </button>`
        : html`<a
            class="button app"
            part="button app-link"
            role="link"
            aria-disabled=${appLink ? nothing : "true"}
            href=${appLink ?? nothing}
            @click=${appLink ? handlers.leaveForApp : nothing}
            >${appLink ? [icons.phone, words.openApp] : words.requesting}</a
          >`
    }
    <hr part="divider" />
    <button
      class="link other"
      part="other-phone"
      type="button"
      aria-expanded=${otherPhone}
      aria-controls="other"
      @click=${handlers.toggleOtherPhone}
    >
      ${words.otherPhone}${otherPhone ? icons.up : icons.down}
    </button>
    <div id="other" ?hidden=${!otherPhone}>${otherPhone ? codeView(model, handlers) : nothing}</div>`;
}

/**
 * The whole element as a function of its model. Code and message are two layers in one grid cell, so the card has the same
 * size in every phase.
 */
export function view(model: ViewModel, handlers: Handlers): TemplateResult {
  const { words, app, announcement } = model;
  const inMessage = isMessage(model);
  const isAppFirst = app === "first";
  const footer = html`<slot name="footer" ?inert=${inMessage}></slot>`;
  return html`<section part="base" aria-labelledby="title" lang=${words.language}>
    <div class="column">
      <div class="head">
        <slot name="logo"></slot>
        <h2 id="title" part="title" tabindex="-1">${isAppFirst ? words.titleApp : words.title}</h2>
      </div>
      <div class="body ${isAppFirst ? "app-first" : ""}" part="body">
        <div class="layer" ?inert=${inMessage}>
          ${isAppFirst ? appFirst(model, handlers) : [codeView(model, handlers), footer]}
          ${app === "beside" ? appLinkBeside(model, handlers) : nothing}
        </div>
        <div class="layer told" ?inert=${!inMessage}>
          ${inMessage ? messageView(model, handlers) : nothing}
        </div>
        ${isAppFirst ? footer : nothing}
      </div>
      <div role="status" part="status">${announcement}</div>
    </div>
    ${dialogView(model, handlers)}
  </section>`;
}

/**
 * Moves the focus only if the focused control of the element is gone: to the new phase's button, else to the heading, or what is
 * below it if a site hides it. The browser would start again at the top of the page.
 * @param focused what had the focus before the render, also if it is in a slot
 */
export function keepFocus(root: ShadowRoot, focused: Element | null): void {
  if (!focused || isUsable(focused)) return;
  const target = ["[part~=button]", "#title", ".stage", ".told"]
    .flatMap((selector) => [...root.querySelectorAll<HTMLElement>(selector)])
    .find(isUsable);
  if (!target) return;
  // Stage and message take the focus only now, so that a click on them does not.
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
}

/** Whether an element of the card, or one in its slots, can have the focus. */
const isUsable = (element: Element): boolean =>
  element.isConnected &&
  element.checkVisibility() &&
  !(element.closest("[slot]")?.assignedSlot ?? element).closest("[inert]") &&
  element.matches(":not(a), [href]");
