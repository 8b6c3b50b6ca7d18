import { html, nothing, type TemplateResult } from "lit";
import { codeView } from "./code-view.js";
import { dialogView } from "./qr-code/dialog-view.js";
import * as icons from "./icons.js";
import { appLinkView, inAppView, phoneView } from "./phone-view.js";
import { questionOf } from "../flow/state.js";
import type { Handlers, ViewModel } from "./view-model.js";

/**
 * The whole element as a function of its model.
 * @param announcement the text of the live region
 */
export function view(model: ViewModel, handlers: Handlers, announcement = ""): TemplateResult {
  const { state, words, app, hasNumberRoom } = model;
  const isAppFirst = app === "first";
  const question = questionOf(state);
  const title = isAppFirst ? words.titleApp : words.title;
  // The card has room for both.
  const [heading, other] =
    question && model.isAway
      ? [html`<span class="away">${words.pairing}</span>`, title]
      : [html`<span>${title}</span>`, words.pairing];
  return html`<section part="base" aria-labelledby="title" lang=${words.language}>
    <div class="column">
      <div class="head">
        <slot name="logo"></slot>
        <h2 id="title" part="title" tabindex="-1" data-text=${hasNumberRoom ? other : nothing}>${heading}</h2>
      </div>
      <div class="body ${isAppFirst ? "phone" : "layer"} ${hasNumberRoom ? "may-ask" : ""}" part="body">
        ${isAppFirst ? phoneView(model, handlers) : codeView(model, handlers)}
        <div class="foot">
          <slot name="footer" class="footer" ?inert=${question}></slot>
          ${
            hasNumberRoom
              ? html`<p class="footer advice" part="advice" id="advice" ?inert=${!question}>
                  ${icons.shield}<span>${words.pairingAdvice}</span>
                </p>`
              : nothing
          }
        </div>
        ${app === "beside" ? appLinkView(model, handlers, "button outlined", "app-link", words.openHere) : nothing}
        ${app !== "none" && model.isInApp ? inAppView(model, handlers) : nothing}
      </div>
      <div class="status" part="status" aria-live="polite" aria-atomic="true">${announcement}</div>
    </div>
    ${dialogView(model, handlers)}
  </section>`;
}

/**
 * Moves the focus only if the focused control of the element is gone: to the new phase's button, else to the heading, or what is
 * below it if a site hides it, and from there to the first phase that has a button. The browser would start again at the top of
 * the page.
 * @param focused what had the focus before the render, also if it is in a slot
 * @param isNew whether the phase is another one than before
 */
export function keepFocus(root: ShadowRoot, focused: HTMLElement | null, isNew: boolean): void {
  if (!focused || (isUsable(focused) && !(isNew && focused.tabIndex < 0))) return;
  const target = ["input", "[part~=button]", "slot[name=other-way]", "#title", ".stage", ".said"]
    .flatMap((selector) => [...root.querySelectorAll<HTMLElement>(selector)])
    .flatMap((each) => (each instanceof HTMLSlotElement ? (each.assignedElements() as HTMLElement[]) : each))
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
