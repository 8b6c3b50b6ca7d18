import { html, nothing, type TemplateResult } from "lit";
import { codeView, timeText, unseenRows } from "./code-view.js";
import * as icons from "./icons.js";
import {
  connectionHint,
  mainButton,
  noticeFor,
  noticeView,
  otherWayView,
  slowLine,
  textButton,
  unseen,
  unseenNotices,
  type Notice,
} from "./notice.js";
import {
  errorView,
  isOnThisPhone,
  mostDigits,
  numberError,
  numberField,
  numberHint,
  numberQuestion,
  possibleErrors,
  sendButton,
  unseenError,
} from "./number-view.js";
import { isScanned, questionOf } from "../flow/state.js";
import type { Handlers, ViewModel } from "./view-model.js";

/** The link into the app. It leads nowhere while there is no code. */
export const appLinkView = (
  { appLink }: ViewModel,
  { leaveForApp }: Handlers,
  kind: string,
  part: string,
  content: unknown,
): TemplateResult =>
  html`<a
    class=${kind}
    part=${part}
    role="link"
    aria-disabled=${appLink ? nothing : "true"}
    href=${appLink ?? nothing}
    @click=${appLink ? leaveForApp : nothing}
    >${content}</a
  >`;

/** Whether the person is in the app, or was: this page has opened it, or the app has said so. */
const isWithApp = ({ isAppOpened, state }: ViewModel): boolean => isAppOpened || isScanned(state);

/** What follows on the acceptance. */
export const appHint = (model: ViewModel): string =>
  model.words[!model.comesBack ? "openAppHint" : isWithApp(model) ? "backToAppHint" : "acceptInAppHint"];

/** The way out of another app's browser. It has its place in every phase. */
export const inAppView = ({ words, isCopied }: ViewModel, { copyAddress }: Handlers): TemplateResult =>
  html`<div class="footer in-app">
    ${words.inApp}
    <bdi>${location.href}</bdi>
    <button class="link" part="new-code" type="button" @click=${copyAddress}>
      ${isCopied ? words.addressCopied : words.copyAddress}
    </button>
  </div>`;

/** Before the app answers. */
const withApp = (model: ViewModel): Notice => ({
  disc: "quiet",
  icon: icons.phone,
  text: isWithApp(model) ? model.words.scannedApp : model.words.acceptInApp,
  second: connectionHint(model) ?? slowLine(model) ?? appHint(model),
});

const askInApp = (model: ViewModel, digits: number, handlers: Handlers): Notice => ({
  disc: "quiet",
  icon: icons.phone,
  text: numberQuestion(model),
  second: html`${numberHint(model, digits)}
  ${
    isOnThisPhone(model)
      ? appLinkView(model, handlers, "link back", "app-link", model.words.backToApp)
      : nothing
  }`,
});

/** The one button of a phase. */
function mainView(model: ViewModel, handlers: Handlers, notice: Notice | undefined): unknown {
  const { state, words, appLink, waiting } = model;
  if (notice) return notice.button ?? (notice.isEnd ? otherWayView(model) : nothing);
  if (state.phase === "idle") return mainButton(words.showCode, handlers.start);
  if (waiting === "long") return mainButton(words.tryAgain, handlers.start);
  const label = !appLink ? words.requesting : isWithApp(model) ? words.backToApp : words.continueApp;
  return appLinkView(model, handlers, "button main", "button app-link", label);
}

/** The line under it. */
function rowView(model: ViewModel, handlers: Handlers, notice: Notice | undefined): unknown {
  const { words, otherPhone } = model;
  if (questionOf(model.state))
    return [
      errorView(model),
      numberError(model) ? nothing : timeText(model),
      textButton(words.startOver, handlers.start),
    ];
  if (notice?.isEnd) return notice.button ? otherWayView(model) : nothing;
  if (notice) return notice.links;
  return html`<button
    class="link other"
    part="other-phone"
    type="button"
    aria-expanded=${otherPhone}
    aria-controls="other"
    @click=${handlers.toggleOtherPhone}
  >
    ${words.otherPhone}${otherPhone ? icons.up : icons.down}
  </button>`;
}

/** The app first, on a phone; the code for another phone is below, behind a button. Each thing has one place in every phase. */
export function phoneView(model: ViewModel, handlers: Handlers): TemplateResult {
  const { state, words, otherPhone, hasNumberRoom } = model;
  const question = questionOf(state);
  // Who has opened the code for another phone has scanned it there.
  const notice = question || (isScanned(state) && !otherPhone) ? undefined : noticeFor(model, handlers);
  const said = question ? askInApp(model, question.digits, handlers) : (notice ?? withApp(model));
  const unseenQuestion = [unseen("", numberHint(model, mostDigits)), unseen("link back", words.backToApp)];
  return html`<div class="said">
      ${noticeView(said)}
      <div class="unseen" aria-hidden="true">
        ${unseenNotices(model, hasNumberRoom ? unseenQuestion : nothing)}
      </div>
    </div>
    ${
      question
        ? html`<form class="main-line" novalidate @submit=${handlers.sendNumber}>
            ${numberField(model, question, handlers)}${sendButton(model, question)}
          </form>`
        : html`<div class="main-line ${notice?.isEnd && !notice.button ? "only" : ""}">
            ${mainView(model, handlers, notice)}
          </div>`
    }
    <div class="row" part="row">${rowView(model, handlers, notice)}</div>
    ${unseenRows(model, hasNumberRoom ? possibleErrors(model).map(unseenError) : [])}
    <div id="other" class="layer" ?hidden=${!otherPhone} ?inert=${notice || question}>
      ${otherPhone ? codeView(model, handlers) : nothing}
    </div>`;
}
