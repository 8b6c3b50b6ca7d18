import { LitElement, type PropertyValues, type TemplateResult } from "lit";
import { defaultPath, type LoginAnswer } from "../protocol/login-api.js";
import { announcement, Announcer, offlineSpokenAfterMs } from "./view/announcer.js";
import { toCode } from "./flow/code.js";
import { LoginController } from "./controller.js";
import { LoginErrorEvent, LoginEvent, StateChangeEvent } from "./events.js";
import { keepFocus } from "./keep-focus.js";
import { nearestLanguage, watchLanguage, watchLocales, wordsFor } from "./i18n/languages.js";
import { appLinkFor, redirectTarget } from "./links.js";
import { MediaQueries } from "./media-queries.js";
import type { Messages } from "./i18n/messages.js";
import { CodePainter } from "./view/qr-canvas.js";
import { encode, type QrSymbol } from "../protocol/qr.js";
import { rehearse } from "./view/encoder-warmup.js";
import { adoptSheets } from "./styles/adopt-sheets.js";
import type { Code, Link, Phase, State } from "./flow/state.js";
import { styles } from "./styles/styles.js";
import { Ticker } from "./ticker.js";
import { countdown, nextSecond, type Countdown } from "./view/countdown.js";
import type { Handlers, ViewModel } from "./view/view-model.js";
import { view } from "./view/card-view.js";

const defaultRenewals = 5;

/**
 * `<onegini-otp-login>`: logs a page in with the site's own app. Shows a code, waits for the phone to accept, and
 * goes on.
 *
 * @fires {LoginEvent} login - The person is logged in; cancel it to keep the page.
 * @fires {StateChangeEvent} statechange - The element is in another phase.
 * @fires {LoginErrorEvent} error - The login failed.
 *
 * @csspart base - The card.
 * @csspart title - Its heading.
 * @csspart qr - The canvas with the code.
 * @csspart status - The live region.
 * @csspart button - The phase's main button.
 *
 * @cssproperty --onegini-otp-login-accent - Main button, ring and links.
 * @cssproperty --onegini-otp-login-on-accent - Text on the accent.
 * @cssproperty --onegini-otp-login-surface - The card.
 * @cssproperty --onegini-otp-login-text - Text on the card.
 * @cssproperty --onegini-otp-login-radius - The card's corners.
 *
 * @cssstate idle - Waits for its button.
 * @cssstate requesting - Asks for a code.
 * @cssstate pending - Shows a code.
 * @cssstate approved - Accepted on the phone; logs in.
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
    redirect: {},
    messages: { attribute: false },
    attempt: {},
    otp: {},
    expiresIn: { attribute: "expires-in", type: Number },
  };

  /** Where the login API lies. Default `/otp-login`. Read at each start. */
  declare endpoint: string;
  /** Waits for its button or `start()`; else it starts when it is seen. */
  declare manual: boolean;
  /** How many fresh codes there are before it pauses. Default 5. */
  declare renewals: number;
  /** A link into the app, such as `myapp://qrlogin?otp={otp}`: a button, first on a phone. */
  declare appLink: string | null;
  /** Where the page goes after a login, unless the answer says so. http or https. */
  declare redirect: string | null;
  /** The attempt that the page's server began (`kit.begin`), taken over once instead of beginning one. */
  declare attempt: string | null;
  /** Its code. */
  declare otp: string | null;
  /** What the code had left when the page was written, in seconds. */
  declare expiresIn: number | null;
  /** The site's own words, in place of those of any language. */
  declare messages: Partial<Messages> | undefined;

  readonly #internals = this.attachInternals();
  readonly #media = new MediaQueries(
    this,
    "(pointer: coarse) and (max-width: 480px)",
    "(any-pointer: coarse)",
  );
  readonly #announcer = new Announcer();
  readonly #login = new LoginController(this, {
    endpoint: () => this.endpoint || defaultPath,
    renewals: () => this.#renewals,
    language: () => nearestLanguage(this) || undefined,
    handed: () => this.#handed(),
    changed: (state, previous) => this.#changed(state, previous),
  });
  readonly #handlers: Handlers = {
    start: () => {
      // On a phone that has the app "Show QR code" does what it says, too.
      if (this.state === "idle") this.#otherPhone = true;
      this.start();
    },
    enlarge: () => this.#setEnlarged(true),
    // It may have been opened again before its event came.
    shrunk: () => {
      this.#isModal = this.#dialog.open;
      if (!this.#isModal) this.#setEnlarged(false);
    },
    toggleOtherPhone: () => {
      this.#otherPhone = !this.#otherPhone;
      this.requestUpdate();
    },
    leaveForApp: () => this.#login.leaveForApp(),
  };
  #symbol: { otp: string; qr?: QrSymbol; error?: unknown } | undefined;
  #linkSince = 0;
  #redirecting = false;
  #otherPhone = false;
  #enlarged = false;
  /** From when the dialog opens until the browser has told of its end. */
  #isModal = false;
  #styledIn: Document | undefined;
  #stopWatching: (() => void)[] = [];

  constructor() {
    super();
    this.endpoint = "";
    this.manual = false;
    this.renewals = defaultRenewals;
    this.appLink = null;
    this.redirect = null;
    new CodePainter(this, () => this.#symbol?.qr);
    new Ticker(this, (now) => this.#nextChange(now));
    this.#mark(this.state, true);
  }

  /** The name of the phase. */
  get state(): Phase {
    return this.#login.state.phase;
  }

  /** Begins anew, in any phase. */
  start(): void {
    this.#login.start();
  }

  /** Ends what runs, and waits for the button. */
  cancel(): void {
    this.#login.cancel();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const render = () => this.requestUpdate();
    this.#stopWatching = [watchLanguage(this, render), watchLocales(render)];
    // At first it waits for the first update, where properties from before the upgrade are there.
    if (this.hasUpdated) this.#login.autostart(this.manual);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stopWatching) stop();
    this.#setEnlarged(false);
  }

  /** Its style sheets stay behind in the document that it leaves. */
  adoptedCallback(): void {
    this.requestUpdate();
  }

  /** Without its style sheets: a browser takes as long for them as for the first request, which goes first. */
  protected override createRenderRoot(): ShadowRoot {
    return this.shadowRoot ?? this.attachShadow(OneginiOtpLogin.shadowRootOptions);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Before the first render, so that the first request is not held up by it.
    if (changed.has("manual")) this.#login.autostart(this.manual);
    if (this.#styledIn !== this.ownerDocument) {
      this.#styledIn = this.ownerDocument;
      adoptSheets(this.shadowRoot!, (this.constructor as typeof LitElement).elementStyles);
    }
    const { state } = this.#login;
    if (state.phase === "pending" && !this.#encode(state.code.otp))
      this.#login.fail("invalid_response", this.#symbol?.error);
  }

  protected override update(changed: PropertyValues<this>): void {
    const focused = this.shadowRoot!.activeElement;
    super.update(changed);
    this.#syncDialog();
    keepFocus(this.shadowRoot!, focused);
  }

  protected override render(): TemplateResult {
    return view(this.#model(Date.now()), this.#handlers);
  }

  /**
   * What the page's server began is at most as old as the page: without its code, once that is over. Once only: a clone
   * of this element, or this one put back, begins its own.
   */
  #handed(): { attempt: string; code?: Code } | undefined {
    const { attempt: given, otp, expiresIn } = this;
    const attempt = given ?? "";
    // Anything else is no attempt's id, and may be another path of the login API.
    if (!/^(?!callback$)[\w-]{1,64}$/.test(attempt) || taken.has(attempt)) return undefined;
    taken.add(attempt);
    const code = toCode({ otp: otp ?? "", expires_in: expiresIn ?? 0 }, pageBeganAt);
    return otp && code.endsAt > Date.now() && this.#encode(otp) ? { attempt, code } : { attempt };
  }

  get #renewals(): number {
    const renewals = Math.floor(this.renewals ?? defaultRenewals);
    return renewals >= 0 ? renewals : defaultRenewals;
  }

  #model(now: number): ViewModel {
    const { state } = this.#login;
    const words = wordsFor(nearestLanguage(this), this.messages);
    const clock = this.#clock(now);
    const link = appLinkFor(this.appLink, state.phase === "pending" ? state.code.otp : "");
    const isWorking = clock !== undefined && clock.kind !== "dead";
    const app =
      link === undefined
        ? "none"
        : this.#media.matches(0)
          ? "first"
          : this.#media.matches(1)
            ? "beside"
            : "none";
    const appLeads = app === "first" && !this.#otherPhone;
    // Nothing is heard from behind a modal dialog: what it is closed for is said once that is done.
    if (!this.#isModal)
      this.#announcer.say(announcement(state, words, now - this.#linkSince, this.#redirecting, appLeads));
    return {
      state,
      words,
      now,
      clock,
      hint: linkOf(state) ?? "live",
      app,
      appLink: isWorking ? link : undefined,
      otherPhone: this.#otherPhone,
      enlarged: this.#enlarged,
      isRedirecting: this.#redirecting,
      announcement: this.#announcer.text,
    };
  }

  #clock(now: number): Countdown | undefined {
    const { state } = this.#login;
    return state.phase === "pending" && this.#symbol?.qr
      ? countdown(state.code, state.renewed >= this.#renewals, now)
      : undefined;
  }

  /** The next instant at which time alone changes what is shown or said. */
  #nextChange(now: number): number {
    const { state } = this.#login;
    const isVisible = document.visibilityState === "visible";
    if (state.phase === "failed" && isVisible) return nextSecond(state.failure.retryAt ?? 0, now);
    if (state.phase !== "pending") return Infinity;
    // A dead code is taken away in a hidden tab too: it must not be there when the tab is shown.
    const instants = [state.code.endsAt];
    const clock = this.#clock(now);
    if (isVisible) {
      instants.push(this.#linkSince + offlineSpokenAfterMs);
      if (clock && "left" in clock) instants.push(nextSecond(now + clock.left, now));
    }
    return Math.min(...instants.filter((instant) => instant > now));
  }

  /** Makes a code's symbol, once. Whether there is one: a text may be too long. */
  #encode(otp: string): boolean {
    if (otp !== this.#symbol?.otp) {
      try {
        this.#symbol = { otp, qr: encode(otp) };
      } catch (error) {
        this.#symbol = { otp, error };
      }
    }
    return !!this.#symbol.qr;
  }

  #changed(state: State, previous: State): void {
    if (linkOf(state) !== linkOf(previous)) this.#linkSince = Date.now();
    if (state.phase !== "pending") this.#enlarged = false;
    if (state.phase === "requesting") rehearse(() => this.state === "requesting");
    if (state.phase === "idle" || state.phase === "requesting") this.#announcer.reset();
    if (state.phase === previous.phase) return;
    this.#mark(previous.phase, false);
    this.#mark(state.phase, true);
    this.#redirecting = false;
    this.dispatchEvent(new StateChangeEvent(state.phase));
    if (state.phase === "failed")
      this.dispatchEvent(new LoginErrorEvent(state.failure.code, state.failure.cause));
    if (state.phase === "completed") this.#finish(state.answer);
  }

  #finish(answer: LoginAnswer): void {
    const isKept = !this.dispatchEvent(
      new LoginEvent(answer, (answer.redirect_to || this.redirect) ?? undefined),
    );
    const target = isKept ? undefined : redirectTarget(answer.redirect_to, this.redirect);
    if (target === undefined) return;
    this.#redirecting = true;
    location.replace(target);
  }

  /** Browsers from before 2024 know no such states: there the element goes without. */
  #mark(phase: Phase, isOn: boolean): void {
    try {
      this.#internals.states[isOn ? "add" : "delete"](phase);
    } catch {
      // Styling by state is lost, nothing else.
    }
  }

  #setEnlarged(enlarged: boolean): void {
    this.#enlarged = enlarged;
    this.requestUpdate();
  }

  get #dialog(): HTMLDialogElement {
    return this.shadowRoot!.querySelector("dialog")!;
  }

  #syncDialog(): void {
    const dialog = this.#dialog;
    if (dialog.open === this.#enlarged) return;
    if (!this.#enlarged) return dialog.close();
    // The dialog gives the focus back to what had it, also when the code itself was pressed.
    this.shadowRoot!.querySelector<HTMLElement>(".enlarge")?.focus();
    dialog.showModal();
    this.#isModal = true;
  }
}

/** When the page was asked for. Not `performance.timeOrigin`, which may be behind the wall clock after a sleep. */
const pageBeganAt = Date.now() - performance.now();

/** The attempts that were taken over in this page. */
const taken = new Set<string>();

const linkOf = (state: State): Link | undefined => (state.phase === "pending" ? state.link : undefined);
