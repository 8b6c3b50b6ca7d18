import { html, nothing, type TemplateResult } from "lit";
import { codeView, timeText } from "./code-view.js";
import { dialogView } from "./dialog-view.js";
import * as icons from "./icons.js";
import { mainButton, noticeFor, noticeView, slowLine, textButton } from "./notice.js";
import { numberView } from "./number-view.js";
import { questionOf } from "../flow/state.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** The link into the app. It leads nowhere while there is no code. */
const appLinkView = (
  { appLink }: ViewModel,
  { leaveForApp }: Handlers,
  kind: string,
  part: string,
  content: unknown,
): TemplateResult =>
  html`<a
    class="button ${kind}"
    part=${part}
    role="link"
    aria-disabled=${appLink ? nothing : "true"}
    href=${appLink ?? nothing}
    @click=${appLink ? leaveForApp : nothing}
    >${content}</a
  >`;

/** The app first, on a phone; the code for another phone is below, behind a button. */
function appFirst(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, appLink, connection, otherPhone, waiting } = model;
  const isOffline = connection === "offline";
  const isLong = waiting === "long";
  return html`<p class="second" part="hint">
      ${isOffline ? [icons.offline, words.offline] : (slowLine(model) ?? words.openAppHint)}
    </p>
    ${
      state.phase === "idle" || isLong
        ? mainButton(isLong ? words.tryAgain : words.showCode, handlers.start, false, "app")
        : appLinkView(
            model,
            handlers,
            "app",
            "button app-link",
            appLink ? [icons.phone, words.openApp] : words.requesting,
          )
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

/** On a phone a notice has a layer of its own over the buttons, in the same grid cell, so the card keeps its size. */
function phoneLayers(model: ViewModel, handlers: Handlers, footer: unknown): TemplateResult {
  const question = questionOf(model.state);
  if (question)
    return html`<div class="layer" inert>${appFirst(model, handlers)}</div>
      <div class="layer asking">
        ${numberView(model, question, handlers, timeText(model))}
        <div class="row">
          <a class="link" part="app-link" href=${model.appLink!}>${model.words.openAppAgain}</a>
          ${textButton(model.words.startOver, handlers.start)}
        </div>
      </div>
      ${footer}`;
  const notice = noticeFor(model, handlers);
  return html`<div class="layer" ?inert=${notice}>${appFirst(model, handlers)}</div>
    <div class="layer over" ?inert=${!notice}>
      ${notice ? [noticeView(notice), notice.button ?? html`<div class="row">${notice.links}</div>`] : nothing}
    </div>
    <div ?inert=${notice}>${footer}</div>`;
}

/**
 * The whole element as a function of its model.
 * @param announcement the text of the live region
 */
export function view(model: ViewModel, handlers: Handlers, announcement = ""): TemplateResult {
  const { state, words, app } = model;
  const isAppFirst = app === "first";
  const question = questionOf(state);
  // Both in one place, so that its height is that of the higher one.
  const footer = html`<div class="foot">
    <slot name="footer" class="footer" ?inert=${question}></slot>
    ${
      question || model.hasAdviceRoom
        ? html`<p class="footer advice" part="advice" ?inert=${!question}>
            ${icons.shield}<span>${words.pairingAdvice}</span>
          </p>`
        : nothing
    }
  </div>`;
  return html`<section part="base" aria-labelledby="title" lang=${words.language}>
    <div class="column">
      <div class="head">
        <slot name="logo"></slot>
        <h2 id="title" part="title" tabindex="-1">${isAppFirst ? words.titleApp : words.title}</h2>
      </div>
      <div class="body ${isAppFirst ? "app-first" : ""}" part="body">
        ${
          isAppFirst
            ? phoneLayers(model, handlers, footer)
            : html`<div class="layer">
                ${codeView(model, handlers)}${footer}
                ${app === "beside" ? appLinkView(model, handlers, "outlined", "app-link", words.openHere) : nothing}
              </div>`
        }
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
  const target = ["input", "[part~=button]", "#title", ".stage", ".over"]
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
