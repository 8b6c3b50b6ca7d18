import { LitElement, type PropertyValues, type TemplateResult } from "lit";
import { defaultPath, type LoginAnswer } from "../protocol/login-api.js";
import { announcement, Announcer, offlineSpokenAfterMs } from "./announce.js";
import { LoginController } from "./controller.js";
import { LoginErrorEvent, LoginEvent, StateChangeEvent } from "./events.js";
import { keepFocus } from "./focus.js";
import { nearestLanguage, watchLanguage, watchLocales, wordsFor } from "./languages.js";
import { appLinkFor, redirectTarget } from "./links.js";
import { MediaQueries } from "./media.js";
import type { Messages } from "./messages.js";
import { CodePainter } from "./qr-canvas.js";
import { encode, type QrSymbol } from "./qr.js";
import type { Link, Phase, State } from "./state.js";
import { styles } from "./styles.js";
import { Ticker } from "./ticker.js";
import { countdown, nextSecond, type Countdown } from "./time.js";
import type { Handlers, ViewModel } from "./view-model.js";
import { view } from "./view.js";

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
    changed: (state, previous) => this.#changed(state, previous),
  });
  readonly #handlers: Handlers = {
    start: () => {
      // On a phone that has the app "Show QR code" does what it says, too.
      if (this.state === "idle") this.#otherPhone = true;
      this.start();
    },
    enlarge: () => this.#setEnlarged(true),
    shrunk: () => this.#setEnlarged(false),
    toggleOtherPhone: () => {
      this.#otherPhone = !this.#otherPhone;
      this.requestUpdate();
    },
    leaveForApp: () => this.#login.leaveForApp(),
  };
  #symbol: { otp: string; qr: QrSymbol | undefined } | undefined;
  #linkSince = 0;
  #redirecting = false;
  #otherPhone = false;
  #enlarged = false;
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Before the first render, so that the first request is not held up by it.
    if (changed.has("manual")) this.#login.autostart(this.manual);
    this.#encode();
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
    this.#announcer.say(announcement(state, words, now - this.#linkSince, this.#redirecting));
    return {
      state,
      words,
      now,
      clock,
      hint: linkOf(state) ?? "live",
      app:
        link === undefined
          ? "none"
          : this.#media.matches(0)
            ? "first"
            : this.#media.matches(1)
              ? "beside"
              : "none",
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

  #encode(): void {
    const { state } = this.#login;
    if (state.phase !== "pending" || state.code.otp === this.#symbol?.otp) return;
    const { otp } = state.code;
    try {
      this.#symbol = { otp, qr: encode(otp) };
    } catch (error) {
      this.#symbol = { otp, qr: undefined };
      this.#login.fail("invalid_response", error);
    }
  }

  #changed(state: State, previous: State): void {
    if (linkOf(state) !== linkOf(previous)) this.#linkSince = Date.now();
    if (state.phase !== "pending") this.#enlarged = false;
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

  #syncDialog(): void {
    const dialog = this.shadowRoot!.querySelector("dialog")!;
    if (dialog.open === this.#enlarged) return;
    if (!this.#enlarged) return dialog.close();
    // The dialog gives the focus back to what had it, also when the code itself was pressed.
    this.shadowRoot!.querySelector<HTMLElement>(".enlarge")?.focus();
    dialog.showModal();
  }
}

const linkOf = (state: State): Link | undefined => (state.phase === "pending" ? state.link : undefined);
