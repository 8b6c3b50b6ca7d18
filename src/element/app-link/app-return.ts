/** What the app has put into the page's address on its way back: the number, if the phone shows one. */
export interface AppReturn {
  number: string | undefined;
}

/** Any `otp-return`, also a malformed one: at the start of the fragment, or after `&` or `?`, as in the paths of a router. */
const anyReturn = /(?<=^#|[?&])otp-return(?=[=&]|$)([^&]*)&?/g;

/**
 * Takes `otp-return` out of the page's address, and leaves the rest of the fragment and the history's state as they are. A
 * malformed one is removed too, and so are several: then there is none.
 */
export function takeFromAddress(): AppReturn | undefined {
  const [found, second] = [...location.hash.matchAll(anyReturn)];
  if (!found) return undefined;
  const url = new URL(location.href);
  const rest = url.hash.replace(anyReturn, "").replace(/[?&]$/, "");
  url.hash = rest === "#" ? "" : rest;
  history.replaceState(history.state, "", url);
  const [isWellFormed, number] = (second === undefined && /^(?:=(\d{4}|\d{6}))?$/.exec(found[1]!)) || [];
  return isWellFormed === undefined ? undefined : { number };
}

interface Page {
  /** `early.js` leaves here what it has taken out of the address before the other scripts ran. */
  oneginiOtpLoginEarly?: { appReturn?: AppReturn | undefined } | undefined;
}

/** The same, once, also if `early.js` has taken it. */
export function takeAppReturn(): AppReturn | undefined {
  const here = takeFromAddress();
  const page = globalThis as Page;
  const early = Object.hasOwn(page, "oneginiOtpLoginEarly") && page.oneginiOtpLoginEarly;
  const appReturn = here ?? (early ? early.appReturn : undefined);
  if (early) early.appReturn = undefined;
  return appReturn;
}
