import { fillOtp } from "../protocol/qr-link.js";

const parse = (url: string | null | undefined): URL | undefined =>
  url && URL.canParse(url, document.baseURI) ? new URL(url, document.baseURI) : undefined;

/** Where the page goes after a login: the first URL that is http or https, resolved. */
export const redirectTarget = (...candidates: (string | null | undefined)[]): string | undefined =>
  candidates.map(parse).find((url) => url && /^https?:$/.test(url.protocol))?.href;

/**
 * The link into the app, with the code, percent-encoded, in the place of `{otp}`, and the browser's name in that of `{browser}`.
 * Schemes that would run in this page are
 * rejected, after the URL parser has removed spaces, control characters and capitals as the browser does.
 */
export function appLinkFor(
  template: string | null | undefined,
  otp: string,
  browser = "other",
): string | undefined {
  const url = parse(template && fillOtp(template, otp).replaceAll("{browser}", browser));
  return url && !/^(javascript|data|blob):$/.test(url.protocol) ? url.href : undefined;
}
