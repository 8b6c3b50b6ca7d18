import type { Failure } from "../flow/state.js";

/**
 * The element's texts. `{time}` stands for the time left, such as `0:42` or `4 min`. Words between `**` are bold, in the
 * steps only. A site should set `step1` and `step2`: name its app, say where the scanner is. A text with `{digits}` or `{tries}`
 * may have several forms, such as `one:{tries} try left|{tries} tries left`: each but the last begins with its category of
 * `Intl.PluralRules`.
 */
export interface Messages {
  /** The card's heading, and the one on a phone that has the app. */
  title: string;
  titleApp: string;
  /** The button that begins. */
  showCode: string;
  /** In the code's place before the first code, and while a new one is late. */
  requesting: string;
  /** What to do, in three steps. */
  step1: string;
  step2: string;
  step3: string;
  /** The time until the next code, and the time that the last code has. */
  newCodeIn: string;
  lastCode: string;
  /** In the code's place, once the site's app has scanned it. */
  scanned: string;
  scannedHint: string;
  /** The button that shows the code large, its name for a screen reader, and the button that closes it. */
  enlarge: string;
  enlargeName: string;
  close: string;
  /** For screen readers: the name of the code, and that it is ready. */
  codeName: string;
  codeReady: string;
  /** Hints in the place of the time. */
  reconnecting: string;
  offline: string;
  /**
   * On a phone that has the app: what to do, the button that opens the app, and the same once it was opened. Their hints, where the
   * app comes back by itself, and `openAppHint`, where it does not.
   */
  acceptInApp: string;
  acceptInAppHint: string;
  continueApp: string;
  scannedApp: string;
  backToApp: string;
  backToAppHint: string;
  openAppHint: string;
  /** In another app's browser, which may not open the app; the button that copies the page's address, and then its words. */
  inApp: string;
  copyAddress: string;
  addressCopied: string;
  /** The app has come back; until the login is complete. */
  returned: string;
  /** The button that shows the code for another phone. */
  otherPhone: string;
  /** The button for the app on a tablet. */
  openHere: string;
  accepted: string;
  /** After 400 ms: if the server asks for a number, it does so sooner. */
  acceptedHint: string;
  /** For screen readers: after the words of a step that is behind. */
  stepDone: string;
  /** The question for the number on the phone, its second line, and the same on a phone that has the app. */
  pairing: string;
  pairingApp: string;
  pairingHint: string;
  pairingAppHint: string;
  /** For screen readers: the name of the number's field. */
  pairingLabel: string;
  /** The button that sends the number. */
  pairingGo: string;
  wrongNumber: string;
  /** For fewer digits than asked for. */
  numberIncomplete: string;
  /** In the place of the footer, while the number is asked for. */
  pairingAdvice: string;
  /** The time that is left to send the number. */
  worksFor: string;
  completed: string;
  redirecting: string;
  denied: string;
  deniedHint: string;
  tryAgain: string;
  expired: string;
  expiredHint: string;
  newCode: string;
  /** The button for a new code after a scan. */
  scanAgain: string;
  /** While an answer is late, and what to do about a login that is: go on waiting, or begin again. */
  slow: string;
  keepWaiting: string;
  startOver: string;
  /** What went wrong, each with what to do about it. */
  unavailable: string;
  unavailableHint: string;
  noNetwork: string;
  noNetworkHint: string;
  loginFailed: string;
  loginFailedHint: string;
  /** The site refused the person's account, so trying again cannot help. */
  loginRefused: string;
  loginRefusedHint: string;
  pairingFailed: string;
  pairingFailedHint: string;
  /** The user has had too many wrong numbers in an hour. */
  numberLimit: string;
  numberLimitHint: string;
  ended: string;
  endedHint: string;
  tooMany: string;
  tooManyHint: string;
  tryAgainIn: string;
  cookies: string;
  cookiesHint: string;
  notHere: string;
  notHereHint: string;
  /** The site gives out no codes for a while. The page asks again by itself. */
  paused: string;
  pausedHint: string;
  /** The hint with the time of day until which, if it is known. */
  pausedUntilHint: string;
  /** The app has come back to a browser in which no login began, and the button that begins one there. */
  otherBrowser: string;
  otherBrowserHint: string;
  startHere: string;
  /** It has come back, but the login of this page is not accepted; and the button that begins a new one. */
  otherTab: string;
  logInHere: string;
  /** @deprecated Since `accepted` and `acceptedHint`, in whose place it is shown. */
  approved?: string;
  /** @deprecated Since `continueApp`, in whose place it is shown. */
  openApp?: string;
  /** @deprecated Since `backToApp`, in whose place it is shown. */
  openAppAgain?: string;
}

/**
 * The texts of one language. English takes the place of missing ones. The file may be of another version than the element, so a
 * key keeps its meaning and its placeholders for ever: a text with another meaning gets another key.
 */
export interface Locale {
  /** A BCP 47 tag, such as `nl` or `pt-BR`. */
  language: string;
  messages: Partial<Messages>;
}

declare global {
  /**
   * Where languages register. A locale and the element may be separate files that load in either order, so only a global
   * can connect them.
   */
  var oneginiOtpLoginLocales: Locale[] | undefined;
}

/** The key of a failure's message. Its hint has the same key with `Hint` appended. */
export type FailureKey =
  | "unavailable"
  | "noNetwork"
  | "loginFailed"
  | "loginRefused"
  | "pairingFailed"
  | "numberLimit"
  | "ended"
  | "tooMany"
  | "cookies"
  | "notHere"
  | "otherBrowser"
  | "paused";

/** The message for a failure, chosen by what the person can do about it. */
export function failureKey({ code, during, offline, answer, retryAt }: Failure): FailureKey {
  switch (code) {
    case "cookies_blocked":
      return "cookies";
    case "too_many_requests":
      return "tooMany";
    case "login_paused":
      return "paused";
    case "other_browser":
      return "otherBrowser";
    case "login_refused":
      // Without JSON it may be from a proxy in between.
      return answer?.status === 403 && answer.body !== undefined ? "loginRefused" : "loginFailed";
    case "unknown_attempt":
    case "attempt_settled":
    case "authorization_pending":
      return "ended";
    case "pairing_failed":
      // With a time, it is the user who has had too many wrong numbers, and a new attempt would end in the same way.
      return retryAt ? "numberLimit" : "pairingFailed";
    // Without a question that the element understands.
    case "pairing_required":
    case "wrong_number":
    case "invalid_request":
    case "forbidden_origin":
      return during === "login" ? "loginFailed" : "notHere";
    case "network_error":
      return during === "login" ? "loginFailed" : during === "start" && offline ? "noNetwork" : "unavailable";
    case "server_error":
    case "temporarily_unavailable":
    case "invalid_response":
      return during === "login" ? "loginFailed" : "unavailable";
    default:
      return code satisfies never;
  }
}

/** A message and its hint as one text for a screen reader. */
export const spoken = (message: string, hint: string): string =>
  hint ? `${message}${/\p{P}$/u.test(message) ? "" : "."} ${hint}` : message;

/** Fills in the one thing that a text has a place for. A unit may end in a full stop, which ends the sentence too: "4 Min." */
export const fill = (message: string, value: string): string =>
  message.replace(/\{\w+\}(\.?)/, (_, stop: string) => (value.endsWith(".") ? value : value + stop));

/** Fills in a number, in the form of the text that fits it. */
export function fillCount(message: string, count: number, language: string): string {
  const forms = message.split("|");
  const category = `${new Intl.PluralRules(language).select(count)}:`;
  const form = forms.find((text) => text.startsWith(category)) ?? forms.at(-1)!;
  return fill(form, count.toLocaleString(language)).replace(category, "");
}
