const parse = (url: string): URL | undefined => {
  try {
    return new URL(url, document.baseURI);
  } catch {
    return undefined;
  }
};

/** Where a page may be sent after a login: the first that is http or https, resolved. */
export const redirectTarget = (...candidates: (string | null | undefined)[]): string | undefined =>
  candidates
    .map((candidate) => (candidate ? parse(candidate) : undefined))
    .find((url) => url && /^https?:$/.test(url.protocol))?.href;

/**
 * The link into the app, with the code in the place of `{otp}`, percent-encoded. Schemes that would run in this page
 * are refused. They are looked for after the URL parser, which drops spaces, control characters and capitals as the
 * browser does.
 */
export function appLinkFor(template: string | null | undefined, otp: string): string | undefined {
  const url = template ? parse(template.replaceAll("{otp}", encodeURIComponent(otp))) : undefined;
  return url && !/^(javascript|data|blob):$/.test(url.protocol) ? url.href : undefined;
}
