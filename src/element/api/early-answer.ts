/** What `early.js` leaves for the element: the answer to a start, sent while the element's file was still loading. */
export interface EarlyAnswer {
  endpoint: string;
  language: string | undefined;
  /** When it was sent, in milliseconds of `Date.now()`. */
  at: number;
  /** Undefined where there was none. */
  answer: Promise<Response | undefined>;
  /** The body of a good one, once it is there. */
  text?: string | undefined;
}

/** Left for longer, an attempt may be over. */
const earlyMs = 10_000;

/** Takes what was asked early, once, if it is what this start would ask. */
export function takeEarly(endpoint: string, language: string | undefined): EarlyAnswer | undefined {
  const page = globalThis as { oneginiOtpLoginEarly?: EarlyAnswer | undefined };
  const early = page.oneginiOtpLoginEarly;
  if (early?.endpoint !== endpoint || early.language !== language || Date.now() > early.at + earlyMs)
    return undefined;
  page.oneginiOtpLoginEarly = undefined;
  return early;
}
