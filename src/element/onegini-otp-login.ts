// The one file has its modules in this order: with the styles, the QR encoder and the flow each in one piece, gzip makes it 0.5 kB
// smaller.
import { adoptStyleSheets, styles } from "./styles/styles.js";
import { LitElement, type PropertyValues, type ReactiveController, type TemplateResult } from "lit";
import { CodePainter } from "./view/qr-code/qr-canvas.js";
import { LoginController } from "./controller.js";
import { defaultPath, ownMembers, type LoginAnswer } from "../protocol/login-api.js";
import { takeAppReturn } from "./app-link/app-return.js";
import { browserName, isInApp } from "./app-link/browser-name.js";
import { LoginErrorEvent, LoginEvent, StateChangeEvent, type ListenerMethod } from "./events.js";
import { connectionOf, isScanned, questionOf, type Phase, type State } from "./flow/state.js";
import { nearestLanguage, watchLanguage, watchLocales, wordsFor } from "./i18n/languages.js";
import type { Messages } from "./i18n/messages.js";
import { redirectTarget } from "./links.js";
import { mayAskForNumber, rememberNumber } from "./number-memory.js";
import { Ticker } from "./ticker.js";
import { takeServerAttempt } from "./server-attempt.js";
import { announcement, Announcer } from "./view/announcer.js";
import { keepFocus, view } from "./view/card-view.js";
import { EnlargedCode } from "./view/qr-code/dialog-view.js";
import { moveFrom, placeOf } from "./view/movement.js";
import { focusNumber, pressCell, readField } from "./view/number-view.js";
import { fitRing } from "./view/qr-code/ring.js";
import {
  emptyField,
  nextChange,
  viewModel,
  type Field,
  type Handlers,
  type Since,
  type ViewModel,
} from "./view/view-model.js";

const defaultRenewals = 5;

/** Asked at each render, of which there is one a second. Unit tests' DOMs know no media. */
const mediaMatches = (query: string): boolean => globalThis.matchMedia?.(query).matches;

/**
 * `<onegini-otp-login>`: logs a person in with the site's own app. Shows a code and waits until the phone accepts.
 *
 * @fires {LoginEvent} login - The person is logged in; cancel it to keep the page.
 * @fires {StateChangeEvent} statechange - The element is in another phase.
 * @fires {LoginErrorEvent} error - The login failed.
 *
 * @slot logo - A picture, 28 px high, before the heading.
 * @slot app-icon - The app's icon, 20 px, before the first step's words.
 * @slot scan-icon - The icon of the app's scanner, 15 px, in the second step's words, before the bold ones.
 * @slot other-way - A link or a button to another way to log in. Shown where a login has failed; the main one if no new code helps.
 * @slot footer - A line under the steps, such as advice or a link to help. On a phone with an app link, under its buttons.
 *
 * @csspart base - The card.
 * @csspart title - Its heading.
 * @csspart body - What is below the heading.
 * @csspart stage - The square with the code, or its place.
 * @csspart ring - The line around the code that shows its time.
 * @csspart qr - The canvas with the code. It cannot be styled.
 * @csspart row - The line under the code.
 * @csspart time - What the line says: the code's time, or what is wrong with the connection.
 * @csspart enlarge - The button beside it.
 * @csspart new-code - A text button: for a new code after a scan, while an answer is late, or to copy the address of the page.
 * @csspart steps - The list of what to do.
 * @csspart step - One step.
 * @csspart number - The number of a step.
 * @csspart message - A message in the square.
 * @csspart disc - The icon above it, in the middle of the square.
 * @csspart hint - The second line of a message.
 * @csspart field - The field for the number on the phone. It is not seen: the cells show what is in it.
 * @csspart cell - The cell of one digit.
 * @csspart error - What is wrong with the number.
 * @csspart advice - The line in the place of the footer, while the number is asked for.
 * @csspart status - The live region.
 * @csspart button - The phase's main button.
 * @csspart app-link - The link into the app. On a phone it is the main button too.
 * @csspart other-phone - The button that shows the code on a phone.
 * @csspart dialog - The dialog with the large code, which is always light.
 * @csspart dialog-title - Its heading.
 * @csspart close - The button that closes it.
 *
 * @cssproperty [--onegini-otp-login-accent=light-dark(#1f4fd1, #8fb0ff)] - Main button, ring and links.
 * @cssproperty [--onegini-otp-login-on-accent=light-dark(#fff, #0c1633)] - Text on the accent. On an accent of the site it is black or white by itself where the browser has `contrast-color()`.
 * @cssproperty [--onegini-otp-login-surface=light-dark(#fff, #17191f)] - The card.
 * @cssproperty [--onegini-otp-login-text=light-dark(#15181e, #f1f3f6)] - Text on the card.
 * @cssproperty [--onegini-otp-login-muted=light-dark(#535b68, #aab2bf)] - Second lines, time and footer.
 * @cssproperty [--onegini-otp-login-line=light-dark(#d9dee6, #363c47)] - The card's edge, the empty ring, the numbers' circles.
 * @cssproperty [--onegini-otp-login-sunken=light-dark(#f3f5f8, #20242c)] - The square without a code, and the discs of ticks.
 * @cssproperty [--onegini-otp-login-control=#7c8594] - The edges of cells and outlined buttons. Mixed from the surface where the browser can: 3.2 : 1 on any.
 * @cssproperty --onegini-otp-login-finder - The three marks where a code comes. Without it they have the colour of lines.
 * @cssproperty --onegini-otp-login-focus - The ring around what has the focus, and the current cell. Without it they have the accent.
 * @cssproperty --onegini-otp-login-success - The disc with the tick of a login. Without it it has the accent; with it the tick has the surface's colour.
 * @cssproperty --onegini-otp-login-error - A wrong number's cells and its words. Without it they have the text's colour.
 * @cssproperty [--onegini-otp-login-dialog-accent=#1f4fd1] - Links and focus in the dialog, which is always light.
 * @cssproperty [--onegini-otp-login-font=inherit] - The font's family.
 * @cssproperty [--onegini-otp-login-heading-font=inherit] - That of the headings.
 * @cssproperty [--onegini-otp-login-radius=16px] - The card's corners.
 * @cssproperty [--onegini-otp-login-code-radius=14px] - The corners of the ring, a length. Those of the white plate in it are 4 px smaller. At most 30px, and 20px with a small code, so that it keeps its quiet zone.
 * @cssproperty [--onegini-otp-login-button-radius=10px] - The corners of buttons and cells.
 * @cssproperty [--onegini-otp-login-border-width=1px] - The card's edge.
 * @cssproperty [--onegini-otp-login-shadow=none] - The card's shadow.
 * @cssproperty --onegini-otp-login-control-height - The height of buttons and cells, in px or rem, where it is more than their own: 44px, and 52px for cells and the phone's main button.
 * @cssproperty --onegini-otp-login-code-size - The code's place, from 240px to 480px; with \`qr-link\` at least 276px. Without it 310px, and larger in large text.
 * @cssproperty --onegini-otp-login-padding - The space between the card's edge and what is in it.
 *
 * @cssstate idle - Waits for its button.
 * @cssstate requesting - Asks for a code.
 * @cssstate pending - Shows a code.
 * @cssstate scanned - Besides pending: the site's app has scanned a code, and the person must look at the phone.
 * @cssstate approved - Accepted on the phone; logs in.
 * @cssstate number - Besides approved: the person must type the number that the phone shows.
 * @cssstate completed - Logged in.
 * @cssstate denied - Declined on the phone.
 * @cssstate expired - Paused after the last code.
 * @cssstate failed - Something went wrong.
 */
export class OneginiOtpLogin extends LitElement {
  static override styles = styles;

  static override properties = {
    endpoint: {},
    manual: { type: Boolean },
    renewals: { type: Number },
    appLink: { attribute: "app-link" },
    qrLink: { attribute: "qr-link" },
    redirect: {},
    messages: { attribute: false },
    attempt: {},
    otp: {},
    expiresIn: { attribute: "expires-in", type: Number },
    digits: { type: Number },
  };

  /** Where the login API is. Default `/otp-login`. Read at each start. */
  declare endpoint: string;
  /** Waits for its button or `start()`. Otherwise it starts when it comes into view. */
  declare manual: boolean;
  /** How many fresh codes there are before it pauses. Default 5. */
  declare renewals: number;
  /**
   * A link into the app, such as `https://bank.example/app#otp={otp}&browser={browser}`: a button, first on a phone. `{browser}` is
   * for an app that comes back to the page: `safari`, `chrome`, `firefox`, `edge`, `samsung`, `opera`, `brave`, `duckduckgo`,
   * `other`, or `app`, to which it cannot go back.
   */
  declare appLink: string | null;
  /**
   * A link that the code holds in place of the OTP alone, such as `https://bank.example/app#otp={otp}`: for the phone's own
   * camera.
   */
  declare qrLink: string | null;
  /** Where the page goes after a login, unless the answer says so. http or https. */
  declare redirect: string | null;
  /** The attempt that the page's server began (`kit.begin`). Used once, in place of a new one. */
  declare attempt: string | null;
  /** Its code. */
  declare otp: string | null;
  /** The time that the code had left when the page was written, in seconds. */
  declare expiresIn: number | null;
  /** How many digits the number on the phone has, if a login may ask for it: the card has room for it from the start. */
  declare digits: number | null;
  /** The site's own texts, in place of those of any language. */
  declare messages: Partial<Messages> | undefined;

  /** @ignore */
  declare addEventListener: ListenerMethod<this, AddEventListenerOptions>;
  /** @ignore */
  declare removeEventListener: ListenerMethod<this, EventListenerOptions>;

  readonly #internals = this.attachInternals?.();
  readonly #announcer = new Announcer();
  readonly #painter = new CodePainter(this);
  readonly #enlarged = new EnlargedCode();
  readonly #login = new LoginController(this, {
    endpoint: () => this.endpoint || defaultPath,
    renewals: () => this.#renewals,
    language: () => nearestLanguage(this) || undefined,
    mayAsk: () => this.#mayAsk,
    serverAttempt: () => takeServerAttempt(this),
    // Without a link no app comes back.
    appReturn: () => (this.appLink ? takeAppReturn() : undefined),
    target: () => redirectTarget(this.redirect),
    encode: (otp) => this.#painter.encode(otp, this.qrLink),
    onChange: this.#onChange.bind(this),
  });
  readonly #handlers: Handlers = {
    start: () => {
      // "Show QR code" means the code, also where the app comes first.
      if (this.state === "idle") this.#otherPhone = true;
      this.start();
    },
    newCode: () => this.#login.newCode(),
    enlarge: () => {
      // The code itself can be pressed where there is no button.
      this.#enlarged.want();
      this.requestUpdate();
    },
    dialogClosed: () => {
      this.#enlarged.closed(this.shadowRoot!);
      this.requestUpdate();
    },
    toggleOtherPhone: () => {
      this.#otherPhone = !this.#otherPhone;
      this.requestUpdate();
    },
    leaveForApp: () => this.#login.leaveForApp(),
    copyAddress: () => void this.#copyAddress(),
    keepWaiting: () => {
      this.#since.choice = Date.now();
      this.requestUpdate();
    },
    typed: (event) => {
      if (event.type === "click") pressCell(event as MouseEvent);
      // Only what is typed is cleaned: an input method moves the selection too.
      this.#readField((event as InputEvent).isComposing ?? event.type !== "compositionend");
      if (event.type === "input") this.#isIncomplete = false;
      // A render moves the focus to the field itself.
      if (!this.#isRendering) this.requestUpdate();
    },
    sendNumber: (event) => {
      event.preventDefault();
      const question = questionOf(this.#login.state);
      if (question?.isSending !== false) return;
      const { digits } = this.#readField();
      this.#isIncomplete = digits.length < question.digits;
      if (!this.#isIncomplete) return this.#login.sendNumber(digits.join(""));
      this.#input?.focus();
      this.requestUpdate();
    },
  };
  #model: ViewModel | undefined;
  readonly #since: Since = { phase: 0, connection: 0, choice: 0 };
  #isRedirecting = false;
  #otherPhone = false;
  #isCopied = false;
  #isNumberKnown: boolean | undefined;
  /** The number's field is to have the focus after the next render, unless something else in the page has it. */
  #wantsNumber = false;
  #isAway = false;
  #isIncomplete = false;
  #field = emptyField;
  #isRendering = false;
  #styledIn: Document | undefined;
  #stopWatching: (() => void)[] = [];

  constructor() {
    super();
    this.endpoint = "";
    this.manual = false;
    this.renewals = defaultRenewals;
    this.appLink = null;
    this.qrLink = null;
    this.redirect = null;
    new Ticker(this, (now) => {
      const isVisible = document.visibilityState === "visible";
      return this.#model ? nextChange(this.#model, isVisible, now) : Infinity;
    });
    this.#mark(this.state, true);
  }

  /** The name of the phase. */
  get state(): Phase {
    return this.#login.state.phase;
  }

  /** Starts a new attempt, in any phase. */
  start(): void {
    this.#login.start();
  }

  /** Ends the attempt and waits for the button. */
  cancel(): void {
    this.#login.cancel();
  }

  /**
   * jsdom and happy-dom, the DOMs of unit tests, cannot paint a code and lack other features: there the element stays idle.
   *
   * @ignore
   */
  override addController(controller: ReactiveController): void {
    if ("Path2D" in globalThis) super.addController(controller);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const render = () => this.requestUpdate();
    this.#stopWatching = [watchLanguage(this, render), watchLocales(render)];
    // The language may differ in the new place. A removed element renders nothing: at the end of a unit test its DOM is gone.
    render();
    // The first time it waits for the first update, which has the properties from before the upgrade.
    if (this.hasUpdated) this.#login.autostart(this.manual);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stopWatching) stop();
    this.#enlarged.isWanted = false;
  }

  /** Without style sheets: adopting them takes as long as sending the first request, which goes first. */
  protected override createRenderRoot(): ShadowRoot {
    return this.shadowRoot ?? this.attachShadow(OneginiOtpLogin.shadowRootOptions);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Before the first render, which would delay the first request.
    if (changed.has("manual")) this.#login.autostart(this.manual);
    // Style sheets belong to a document, so they are set again in another one.
    if (this.#styledIn !== this.ownerDocument) {
      this.#styledIn = this.ownerDocument;
      adoptStyleSheets(this.shadowRoot!, (this.constructor as typeof LitElement).elementStyles);
    }
    const { state } = this.#login;
    // The flow has made the code. It is made again if the site has changed the link.
    if (state.phase === "pending") this.#painter.encode(state.code.otp, this.qrLink);
  }

  protected override update(changed: PropertyValues<this>): void {
    const root = this.shadowRoot!;
    const focused = (root.activeElement as HTMLElement | null) ?? this.querySelector<HTMLElement>(":focus");
    const place = placeOf(root);
    const phase = this.#model?.state.phase;
    this.#isRendering = true;
    super.update(changed);
    // Only now is the size of the code's place known.
    if (this.#enlarged.measure(root, this.#painter)) super.update(changed);
    fitRing(root);
    this.#enlarged.sync(root);
    if (this.#wantsNumber) {
      this.#wantsNumber = false;
      const { activeElement, body } = this.ownerDocument;
      this.#isAway = !focused && !!activeElement && activeElement !== body;
      if (!this.#isAway) focusNumber(this.#input!);
      this.#readField();
      super.update(changed);
    } else keepFocus(root, focused, phase !== this.state);
    moveFrom(place, root);
    this.#isRendering = false;
  }

  get #input(): HTMLInputElement | null {
    return this.shadowRoot!.querySelector("input");
  }

  /** What is in the number's field, and where its caret is. */
  #readField(isComposing?: boolean): Field {
    const question = questionOf(this.#login.state);
    this.#field = question && this.#input ? readField(this.#input, question.digits, isComposing) : emptyField;
    // The person has come back.
    if (this.#field.hasFocus) this.#isAway = false;
    return this.#field;
  }

  protected override render(): TemplateResult {
    this.#model = viewModel(this.#login.state, {
      words: wordsFor(nearestLanguage(this), this.messages),
      now: Date.now(),
      since: this.#since,
      renewals: this.#renewals,
      hasSymbol: this.#painter.hasSymbol,
      appLinkTemplate: this.appLink,
      browser: browserName(navigator),
      // A phone, upright or sideways.
      isPhone: mediaMatches(
        "(pointer: coarse) and ((max-device-width: 480px) or (max-device-height: 480px))",
      ),
      isTouch: mediaMatches("(any-pointer: coarse)"),
      isInApp: isInApp(navigator),
      isCopied: this.#isCopied,
      isAppOpened: this.#login.isAppOpened,
      otherPhone: this.#otherPhone,
      enlarged: this.#enlarged.isWanted,
      isEnlargeable: this.#enlarged.isPossible,
      isRedirecting: this.#isRedirecting,
      hasNumberRoom: this.#mayAsk,
      otherWay: this.querySelector(":scope > [slot=other-way]:not([hidden])")?.textContent,
      field: this.#field,
      isIncomplete: this.#isIncomplete,
      isAway: this.#isAway,
    });
    // Nothing is announced from behind the dialog. The announcement follows when the dialog has closed.
    if (!this.#enlarged.isModal) this.#announcer.say(announcement(this.#model));
    return view(this.#model, this.#handlers, this.#announcer.text);
  }

  async #copyAddress(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.#isCopied = true;
      this.requestUpdate();
    } catch {
      // The person can copy it by hand.
      getSelection()?.selectAllChildren(this.shadowRoot!.querySelector("bdi")!);
    }
  }

  get #renewals(): number {
    const renewals = Math.floor(this.renewals ?? defaultRenewals);
    return renewals >= 0 ? renewals : defaultRenewals;
  }

  /** Whether a login may ask for the number. */
  get #mayAsk(): boolean {
    return !!this.digits || (this.#isNumberKnown ??= mayAskForNumber());
  }

  #onChange(state: State, previous: State): void {
    const now = Date.now();
    if (connectionOf(state) !== connectionOf(previous)) this.#since.connection = now;
    if (state.phase !== "pending" || state.scanned) this.#enlarged.isWanted = false;
    this.#mark("scanned", isScanned(state));
    const question = questionOf(state);
    this.#mark("number", !!question);
    const asked = questionOf(previous);
    // Once for each code and question, not at each change.
    if ((question && !asked) || (state.phase === "pending" && previous.phase !== "pending")) {
      const mayAsk = !!question || this.#login.mayAsk;
      // The card keeps its room until the next page.
      this.#isNumberKnown ||= mayAsk;
      rememberNumber(mayAsk);
    }
    if (question?.isSending !== asked?.isSending) {
      // The wait for an answer begins here.
      this.#since.phase = this.#since.choice = now;
      this.#wantsNumber = question?.isSending === false;
      this.#isIncomplete = false;
      if (!question) this.#field = emptyField;
    }
    if (state.phase === "idle" || state.phase === "requesting") this.#announcer.reset();
    if (state.phase === previous.phase) return;
    this.#since.phase = this.#since.choice = now;
    this.#mark(previous.phase, false);
    this.#mark(state.phase, true);
    this.#isRedirecting = this.#isCopied = false;
    this.dispatchEvent(new StateChangeEvent(state.phase));
    if (state.phase === "failed") {
      const { code, cause, answer } = state.failure;
      this.dispatchEvent(new LoginErrorEvent(code, cause, answer?.body));
    }
    if (state.phase === "completed") this.#finish(state.answer);
  }

  /** @param answer missing where another tab has logged in: this page stays, unless the app has come back to it */
  #finish(answer: LoginAnswer | undefined): void {
    const { back } = this.#login;
    const target = redirectTarget(answer && ownMembers(answer).redirect_to, back?.page, this.redirect);
    const stays = answer ? !this.dispatchEvent(new LoginEvent(answer, target)) : !back;
    if (stays || target === undefined) return;
    this.#isRedirecting = true;
    location.replace(target);
  }

  /** Browsers older than 2024 reject these states, and some DOMs have none: only `:state()` does not work there. */
  #mark(state: Phase | "scanned" | "number", isOn: boolean): void {
    try {
      this.#internals.states[isOn ? "add" : "delete"](state);
    } catch {
      // See above.
    }
  }
}
