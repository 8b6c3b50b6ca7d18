/** What the app has put into the page's address on its way back: the number, if the phone shows one. */
export interface AppReturn {
  number: string | undefined;
}

/** Any `otp-return`, also a malformed one: at the start of the fragment, or after `&` or `?`, as in the paths of a router. */
const anyReturn = /(^#|[?&])otp-return(?=[=&]|$)[^&]*(&?)/;
const wellFormed = /otp-return(?:=(\d{4}|\d{6}))?&?$/;

/**
 * Takes `otp-return` out of the page's address, and leaves the rest of the fragment and the history's state as they are. A
 * malformed one is removed too, and so are several: then there is none.
 */
export function takeFromAddress(): AppReturn | undefined {
  let { hash } = location;
  const found: string[] = [];
  for (let match = anyReturn.exec(hash); match; match = anyReturn.exec(hash)) {
    found.push(match[0]);
    hash = hash.replace(anyReturn, (_, before: string, after) => (after || before === "#" ? before : ""));
  }
  const [only, second] = found;
  if (only === undefined) return undefined;
  const url = new URL(location.href);
  url.hash = hash === "#" ? "" : hash;
  history.replaceState(history.state, "", url);
  const [isWellFormed, number] = (second === undefined && wellFormed.exec(only)) || [];
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
