/**
 * All that the element says. `{time}` stands for a time left, such as `0:42` or `4 min`. Words between `**` are
 * bold, in the steps only. A site should say `step1` and `step2` in its own words: name the app, say where its
 * scanner is.
 */
export interface Messages {
  /** The card's heading, and the one on a phone that has the app. */
  title: string;
  titleApp: string;
  /** The button that begins. */
  showCode: string;
  /** In the code's place while there is none yet, and while a new one is late. */
  requesting: string;
  /** What to do, in three steps. */
  step1: string;
  step2: string;
  step3: string;
  /** How long the code stands. */
  newCodeIn: string;
  lastCode: string;
  /** The button that shows the code large, its full name for a screen reader, and the button that closes it again. */
  enlarge: string;
  enlargeName: string;
  close: string;
  /** Heard, not seen: what the picture is, and that it has come. */
  codeName: string;
  codeReady: string;
  /** Quiet hints in the time's place. */
  reconnecting: string;
  offline: string;
  /** On a phone that has the app: its button, what to do, and the way to the code for another phone. */
  openApp: string;
  openAppHint: string;
  otherPhone: string;
  /** The app's button on a touch screen that is no phone. */
  openHere: string;
  approved: string;
  completed: string;
  redirecting: string;
  denied: string;
  deniedHint: string;
  tryAgain: string;
  expired: string;
  expiredHint: string;
  newCode: string;
  /** What went wrong, each with what to do about it. */
  unavailable: string;
  unavailableHint: string;
  noNetwork: string;
  noNetworkHint: string;
  loginFailed: string;
  loginFailedHint: string;
  ended: string;
  endedHint: string;
  tooMany: string;
  tooManyHint: string;
  tryAgainIn: string;
  cookies: string;
  cookiesHint: string;
  notHere: string;
  notHereHint: string;
}

/** One language's words. Those that it lacks are English. */
export interface Locale {
  /** A BCP 47 tag, such as `nl` or `pt-BR`. */
  language: string;
  messages: Partial<Messages>;
}

declare global {
  /**
   * Where languages register, before the element is there or after: a locale and the element may come in separate
   * files, in either order, so they can meet only here.
   */
  var oneginiOtpLoginLocales: Locale[] | undefined;
}
