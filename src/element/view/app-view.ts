import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.js";
import { codeView } from "./code-view.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** The link beside the code, on a tablet. */
export const appLinkBeside = ({ appLink, words }: ViewModel, { leaveForApp }: Handlers): TemplateResult =>
  html`<a
    class="button outlined"
    role="link"
    aria-disabled=${appLink ? nothing : "true"}
    href=${appLink ?? nothing}
    @click=${appLink ? leaveForApp : nothing}
    >${words.openHere}</a
  >`;

/** The app first, on a phone; the code for another phone is below, behind a button. */
export function appFirst(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, appLink, connection, otherPhone } = model;
  const isOffline = connection === "offline";
  return html`<p class="second">
      ${isOffline ? icons.offline : nothing}${isOffline ? words.offline : words.openAppHint}
    </p>
    ${
      state.phase === "idle"
        ? html`<button class="button app" part="button" type="button" @click=${handlers.start}>
            ${words.showCode}
          </button>`
        : html`<a
            class="button app"
            part="button"
            role="link"
            aria-disabled=${appLink ? nothing : "true"}
            href=${appLink ?? nothing}
            @click=${appLink ? handlers.leaveForApp : nothing}
            >${appLink ? [icons.phone, words.openApp] : words.requesting}</a
          >`
    }
    <hr />
    <button
      class="link other"
      type="button"
      aria-expanded=${otherPhone}
      aria-controls="other"
      @click=${handlers.toggleOtherPhone}
    >
      ${words.otherPhone}${otherPhone ? icons.up : icons.down}
    </button>
    <div id="other" ?hidden=${!otherPhone}>${otherPhone ? codeView(model, handlers) : nothing}</div>`;
}
