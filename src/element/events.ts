import type { LoginAnswer } from "../protocol/login-api.js";
import type { LoginErrorCode, Phase } from "./flow/state.js";

// `declare`, because the constructor sets them: an emitted field would be one more definition of the same property.

/**
 * `login`: the person is logged in. Fires once for each login, bubbles, is composed, and can be cancelled: then the page stays
 * where it is. It proves nothing to a server.
 */
export class LoginEvent extends Event {
  /** The JSON that the site's `signIn` answered, as it came: its `redirect_to` may be anything. */
  declare readonly result: LoginAnswer;
  /**
   * Where the page goes next: the answer's `redirect_to`, else the `redirect` attribute, whichever is http or https, as an
   * absolute URL. `undefined` if neither is: then the page stays.
   */
  declare readonly redirectTo: string | undefined;

  constructor(result: LoginAnswer, redirectTo: string | undefined) {
    super("login", { bubbles: true, composed: true, cancelable: true });
    this.result = result;
    this.redirectTo = redirectTo;
  }
}

/** `statechange`: the element is in another phase. Does not bubble. */
export class StateChangeEvent extends Event {
  /** The name of the phase that was entered. */
  declare readonly state: Phase;

  constructor(state: Phase) {
    super("statechange");
    this.state = state;
  }
}

/** `error`: the login failed. Fires once, when `failed` is entered; does not bubble. */
export class LoginErrorEvent extends Event {
  declare readonly code: LoginErrorCode;
  /**
   * The parsed JSON of the answer that was not accepted, such as what the site's `signIn` refused the login with; `undefined`
   * if there was no answer, or it was not JSON. Nothing of it is shown: the site's own words for it are `messages`.
   */
  declare readonly answer: unknown;
  /**
   * For the site's own log: an `Error`. Its innermost `cause`, if any, is the answer that was not accepted, a `Response` whose
   * body can still be read, or what `fetch` threw.
   */
  declare readonly cause: unknown;

  constructor(code: LoginErrorCode, cause: unknown, answer?: unknown) {
    super("error");
    this.code = code;
    this.cause = cause;
    this.answer = answer;
  }
}

/** The element's events by name. Its `error` is not the DOM's `ErrorEvent`. */
export interface OneginiOtpLoginEventMap extends Omit<HTMLElementEventMap, "error"> {
  login: LoginEvent;
  statechange: StateChangeEvent;
  error: LoginErrorEvent;
}

/** `addEventListener` and `removeEventListener`, as the DOM's library declares them, with the element's own events. */
export interface ListenerMethod<Target, Options> {
  <Name extends keyof OneginiOtpLoginEventMap>(
    type: Name,
    listener: (this: Target, event: OneginiOtpLoginEventMap[Name]) => unknown,
    options?: boolean | Options,
  ): void;
  (type: string, listener: EventListenerOrEventListenerObject, options?: boolean | Options): void;
}
