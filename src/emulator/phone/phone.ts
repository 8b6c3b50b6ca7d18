import { isMobileAuthErrorCode, MobileAuthError, platformCodes, type Platform } from "./mobile-auth-error.js";
import { type TokenServer } from "../token-server.js";

/** What the app shows after a scan, until the user decides. Only the first decision counts. */
export interface Confirmation {
  readonly transactionId: string;
  /** The text that the user reads before deciding. */
  readonly message: string;
  readonly accept: () => void;
  readonly deny: () => void;
  /** Closes the confirmation without sending an answer to the Token Server. */
  readonly cancel: () => void;
}

/**
 * The event of the vendor's React Native wrapper, `Events.SdkNotification.MobileAuthOtp` there. On iOS a success is followed by
 * `startAuthentication` once more instead of `finishAuthentication`, and `mobileAuthenticationRequest` has only the message.
 */
export type MobileAuthOtpEvent =
  | {
      readonly action: "startAuthentication";
      readonly mobileAuthenticationRequest: {
        /** The text that the user reads before deciding. */
        readonly message: string;
        /** On Android only. */
        readonly transactionId?: string;
      };
    }
  | { readonly action: "finishAuthentication" };

/** A phone's behaviour where platforms differ, or where the vendor's SDK is not documented. */
export interface PhoneOptions {
  /** The platform whose codes and events are used. Default `android`. */
  platform?: Platform;
  /**
   * What `handleMobileAuthWithOtp` does after a denial was delivered. The vendor documents it only for Cordova, as an error
   * without a number. `rejects` uses 9006. Default `resolves`.
   */
  denied?: "resolves" | "rejects";
}

/** One user's phone, with the calls that an app makes to the vendor's SDK. */
export interface Phone {
  readonly user: string;
  /** Enrolls this user for mobile authentication. */
  readonly enroll: () => Promise<void>;
  /** Ends the enrollment. An open confirmation can no longer be answered (9023, on iOS 9020). */
  readonly disenroll: () => Promise<void>;
  /** Logs the user in to the app. `createPhone` does so too. */
  readonly unlock: () => void;
  /** Logs the user out of the app: every code is rejected (9010, on iOS 8012). */
  readonly lock: () => void;
  /** Sets the listener for confirmations, which replaces the earlier one. Returns a function that removes it. */
  readonly onConfirmation: (listener: (confirmation: Confirmation) => void) => () => void;
  /** Adds a listener, as in the vendor's React Native wrapper. It is not called for the wrapper's other events. */
  readonly addEventListener: (
    eventType: typeof mobileAuthOtp,
    listener: (event: MobileAuthOtpEvent) => void,
  ) => { readonly remove: () => void };
  /** Accepts the open confirmation. Rejects with 8013 if there is none. */
  readonly acceptMobileAuthConfirmation: () => Promise<void>;
  /** Denies the open confirmation. Rejects with 8013 if there is none. */
  readonly denyMobileAuthConfirmation: () => Promise<void>;
  /**
   * Handles a scanned code. Resolves when the user's answer, yes or no, has been delivered.
   *
   * Rejects with a `MobileAuthError` whose `code` is 9006 cancelled, 9007 (on iOS 8020) another one in progress, 9010 (on
   * iOS 8012) no user authenticated, 9020 disenrolled, 9021 never enrolled, 9023 (on iOS 9020) disenrolled before the
   * answer, 9029 code already handled, 10013 expired, unknown or over, 10015 not a login code, 10018 no listener for
   * confirmations, or 9001 no readable answer from the Token Server.
   */
  readonly handleMobileAuthWithOtp: (otp: string) => Promise<void>;
}

const mobileAuthOtp = "ONEWELCOME_MOBILE_AUTH_OTP_NOTIFICATION";

type ScannedRequest = Pick<Confirmation, "transactionId" | "message">;
type Decision = "accept" | "deny" | "cancel";
type Show = ((confirmation: Confirmation) => void) | undefined;

/**
 * Creates a phone whose user is logged in to the app. The user is enrolled only if an earlier call enrolled them.
 *
 * @param tokenServer - an emulator, or the address of one that runs elsewhere: `http://localhost:4000` of
 * `npx onegini-otp-login emulator --port 4000`
 * @throws TypeError if the emulator, the user or an option is wrong
 */
export function createPhone(
  tokenServer: Pick<TokenServer, "fetch"> | string | URL,
  user: string,
  options: PhoneOptions = {},
): Phone {
  // A URL cannot contain a segment "." or "..".
  if (typeof user !== "string" || /^\.{0,2}$|[\p{Cc}\p{Cs}]/u.test(user)) {
    throw new TypeError(
      'createPhone: user must be a string without control characters, not empty, "." or "..".',
    );
  }
  return new EmulatedPhone(toEmulator(tokenServer), user, parseOptions(options));
}

/** Its methods are fields, so that they work by themselves too, as functions do that are imported from an SDK. */
class EmulatedPhone implements Phone {
  readonly user: string;
  readonly #emulator: Emulator;
  readonly #options: Required<PhoneOptions>;
  readonly #userPath: string;
  readonly #listeners = new Set<(event: MobileAuthOtpEvent) => void>();
  #isUnlocked = true;
  #isDisenrolled = false;
  #isInProgress = false;
  #show: Show;
  /** Answers the open confirmation. */
  #decide: ((decision: Decision) => void) | undefined;

  constructor(emulator: Emulator, user: string, options: Required<PhoneOptions>) {
    this.user = user;
    this.#emulator = emulator;
    this.#options = options;
    this.#userPath = `/phone/users/${encodeURIComponent(user)}`;
  }

  readonly enroll = () => this.#setEnrolled(true);
  readonly disenroll = () => this.#setEnrolled(false);
  readonly unlock = () => void (this.#isUnlocked = true);
  readonly lock = () => void (this.#isUnlocked = false);

  readonly onConfirmation: Phone["onConfirmation"] = (listener) => {
    this.#show = listener;
    return () => {
      if (this.#show === listener) this.#show = undefined;
    };
  };

  readonly addEventListener: Phone["addEventListener"] = (eventType, listener) => {
    // Each call is a subscription of its own, also for the same listener.
    const subscribed = (event: MobileAuthOtpEvent) => listener(event);
    if (eventType === mobileAuthOtp) this.#listeners.add(subscribed);
    return { remove: () => void this.#listeners.delete(subscribed) };
  };

  readonly acceptMobileAuthConfirmation = () => this.#answer("accept");
  readonly denyMobileAuthConfirmation = () => this.#answer("deny");

  readonly handleMobileAuthWithOtp = async (otp: string): Promise<void> => {
    if (!this.#isUnlocked) throw new MobileAuthError(this.#codes.noUser);
    if (this.#isInProgress) throw new MobileAuthError(this.#codes.inProgress);
    if (!this.#show && this.#listeners.size === 0) {
      throw new MobileAuthError(10018, "The app set no confirmation to show.");
    }
    await this.#handle(otp, this.#show);
  };

  get #codes() {
    return platformCodes[this.#options.platform];
  }

  #emit(event: MobileAuthOtpEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  async #setEnrolled(enrolled: boolean): Promise<void> {
    await call(this.#emulator, "PUT", this.#userPath, { enrolled });
    this.#isDisenrolled = !enrolled;
  }

  async #scan(otp: string): Promise<ScannedRequest> {
    const scanned = await call(this.#emulator, "POST", `${this.#userPath}/scan`, { otp });
    const { transaction_id: transactionId, message } = scanned;
    if (typeof transactionId !== "string" || typeof message !== "string") throw new MobileAuthError(9001);
    return { transactionId, message };
  }

  /** Shows a request to the app; resolves with the user's first decision. */
  #confirm(request: ScannedRequest, start: MobileAuthOtpEvent, show: Show): Promise<Decision> {
    return new Promise((resolve) => {
      const first = (decision: Decision) => {
        if (this.#decide === first) this.#decide = undefined;
        resolve(decision);
      };
      this.#decide = first;
      this.#emit(start);
      show?.({
        ...request,
        accept: () => first("accept"),
        deny: () => first("deny"),
        cancel: () => first("cancel"),
      });
    });
  }

  async #deliver(transactionId: string, decision: Decision): Promise<void> {
    if (decision === "cancel") throw new MobileAuthError(9006);
    if (!this.#isUnlocked) throw new MobileAuthError(this.#codes.noUser);
    if (this.#isDisenrolled) throw new MobileAuthError(this.#codes.disenrolledBeforeAnswer);
    const path = `/phone/transactions/${encodeURIComponent(transactionId)}/answer`;
    await call(this.#emulator, "POST", path, { accept: decision === "accept" });
    if (decision === "deny" && this.#options.denied === "rejects")
      throw new MobileAuthError(9006, "The user denied.");
  }

  async #handle(otp: string, show: Show): Promise<void> {
    const { platform } = this.#options;
    this.#isInProgress = true;
    let end: MobileAuthOtpEvent | undefined;
    try {
      const request = await this.#scan(otp);
      const { transactionId, message } = request;
      const start: MobileAuthOtpEvent = {
        action: "startAuthentication",
        mobileAuthenticationRequest: { message, ...(platform === "android" && { transactionId }) },
      };
      end = { action: "finishAuthentication" };
      await this.#deliver(transactionId, await this.#confirm(request, start, show));
      if (platform === "ios") end = start;
    } finally {
      this.#isInProgress = false;
      if (end) this.#emit(end);
    }
  }

  #answer(decision: Decision): Promise<void> {
    if (!this.#decide) return Promise.reject(new MobileAuthError(8013));
    this.#decide(decision);
    return Promise.resolve();
  }
}

function parseOptions({
  platform = "android",
  denied = "resolves",
  ...others
}: PhoneOptions): Required<PhoneOptions> {
  const wrong = (problem: string) => new TypeError(`createPhone: ${problem}.`);
  if (!Object.hasOwn(platformCodes, platform)) throw wrong('platform must be "android" or "ios"');
  if (denied !== "resolves" && denied !== "rejects") throw wrong('denied must be "resolves" or "rejects"');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(`the option ${unknown} is unknown`);
  return { platform, denied };
}

/** An emulator, in this process or elsewhere. */
interface Emulator {
  /** Its address, without a slash at the end. */
  readonly address: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

function toEmulator(tokenServer: Pick<TokenServer, "fetch"> | string | URL): Emulator {
  if (typeof tokenServer === "string" || tokenServer instanceof URL) {
    const url = URL.canParse(String(tokenServer)) ? new URL(tokenServer) : undefined;
    if (url?.protocol === "http:" || url?.protocol === "https:") {
      const address = url.origin + url.pathname.replace(/\/+$/, "");
      return { address, fetch: (request) => fetch(request) };
    }
  } else if (typeof (tokenServer as Partial<TokenServer> | undefined)?.fetch === "function") {
    // An emulator in this process reads only the path of a URL at this machine.
    return { address: "http://localhost", fetch: (request) => tokenServer.fetch(request) };
  }
  throw new TypeError(
    'createPhone: tokenServer must be an emulator or the address of one, such as "http://localhost:4000".',
  );
}

async function call(
  emulator: Emulator,
  method: "PUT" | "POST",
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const address = emulator.address + path;
  const { status, answer } = await exchange(emulator, method, address, body);
  if (status === 200 || status === 204) return answer;
  const { code, message } = answer;
  if (isMobileAuthErrorCode(code))
    throw new MobileAuthError(code, typeof message === "string" ? message : undefined);
  const cause = new Error(`${method} ${address} was answered ${status} by something else than an emulator.`);
  throw new MobileAuthError(9001, undefined, { cause });
}

async function exchange(
  emulator: Emulator,
  method: string,
  address: string,
  body: object,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  try {
    const request = new Request(address, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const response = await emulator.fetch(request);
    const { status } = response;
    const answer: unknown = status === 204 ? {} : await response.json().catch(() => undefined);
    if (typeof answer === "object" && answer !== null)
      return { status, answer: answer as Record<string, unknown> };
    throw new TypeError(`${method} ${address} was answered ${status}, without a JSON object.`);
  } catch (cause) {
    throw new MobileAuthError(9001, undefined, { cause });
  }
}
