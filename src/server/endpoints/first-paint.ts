import { encode, fullWidth, minPixelsPerModule, modulePixelsAtFullWidth } from "../../protocol/qr.js";
import { fillOtp, parseQrLink } from "../../protocol/qr-link.js";
import type { Core } from "../core.js";
import { temporarilyUnavailable } from "../http/api-error.js";
import type { BrowserCookie, NewBrowserCookie } from "../http/browser-cookie.js";
import type { Call } from "../http/call.js";
import { noStore } from "../http/response.js";
import type { BeginOptions, FirstPaint, PageOptions } from "../login-kit.js";
import type { ErrorLog } from "./error-log.js";
import type { OtpEndpoint } from "./otp-endpoint.js";
import { PageCheck } from "./page-check.js";

/** What a login page gets that the site's server renders. */
export class FirstPaints<Context> {
  readonly #core: Core<Context>;
  readonly #cookie: BrowserCookie;
  readonly #otp: OtpEndpoint<Context>;
  readonly #errorLog: ErrorLog;
  readonly #pageCheck: PageCheck;

  constructor(core: Core<Context>, cookie: BrowserCookie, otp: OtpEndpoint<Context>, errorLog: ErrorLog) {
    this.#core = core;
    this.#cookie = cookie;
    this.#otp = otp;
    this.#errorLog = errorLog;
    this.#pageCheck = new PageCheck(core);
  }

  /**
   * Begins an attempt; `null` for a request whose answer nobody sees, such as a prefetch, for a page where the login could not
   * end, and after an error; a wrong option is one. The last two are reported. Never rejects.
   */
  async begin(call: Call<Context>, options?: BeginOptions | null): Promise<FirstPaint | null> {
    const { qrLink, pageUrl } = options ?? {};
    try {
      // Inside `try`: a wrong option must not break the page.
      const link = qrLink === undefined ? undefined : parseQrLink(String(qrLink));
      if (!isSeen(call.request) || !this.#pageCheck.allows(call.request, pageUrl)) return null;
      return await this.#paint(call, link);
    } catch (error) {
      this.#errorLog.reportBegin(call, error);
      return null;
    }
  }

  /**
   * The kit's cookie for a browser that has none; undefined for a request whose answer nobody sees, and for a page where a login
   * could not end. Never throws.
   */
  newCookie(
    request: Pick<Request, "method" | "headers">,
    options?: PageOptions | null,
  ): NewBrowserCookie | undefined {
    const { pageUrl } = options ?? {};
    const cookie = this.#cookie;
    if (!isSeen(request) || cookie.read(request.headers.get("cookie")) !== undefined) return undefined;
    return this.#pageCheck.allows(request, pageUrl)
      ? cookie.parts(cookie.create(this.#core.runtime))
      : undefined;
  }

  async #paint(call: Call<Context>, qrLink: string | undefined): Promise<FirstPaint> {
    const { answer, setCookie } = await this.#otp.begin(call, undefined);
    const { attempt, otp, expires_in: expiresIn, digits } = answer;
    // It is written into the page as it is, so it must be base64, and no longer than a QR code can hold.
    if (!/^[\w+/=-]{1,2953}$/.test(otp)) throw temporarilyUnavailable();
    const headers = new Headers({ "cache-control": `private, ${noStore["cache-control"]}` });
    if (setCookie !== undefined) headers.append("set-cookie", setCookie);
    return {
      attempt,
      otp,
      expiresIn,
      ...(digits !== undefined && { digits }),
      headers,
      svg: codeSvg(qrLink === undefined ? otp : fillOtp(qrLink, otp)),
    };
  }
}

/**
 * Whether a person is about to see the page: not for a prefetch or a prerender, and not for an image, a script, a frame
 * or a form of another site. Such a request comes without the browser's cookie, and a new cookie would end the browser's
 * other attempts.
 */
function isSeen({ method, headers }: Pick<Request, "method" | "headers">): boolean {
  const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? "";
  if (method !== "GET" || /prefetch|prerender/i.test(purpose)) return false;
  const isElsewhere = /^(cross|same)-site$/.test(headers.get("sec-fetch-site") ?? "");
  return !isElsewhere || headers.get("sec-fetch-dest") === "document";
}

/** The code's square in the smallest card, of 280 CSS pixels. */
const smallestWidth = 262;

/**
 * The code at the place where the element will paint it: below a title of one line, in the middle of the square.
 * Lengths are attributes, because a strict policy forbids styles; `font-size` is one that may compute, so an `em` in the picture
 * is that of the element's own lengths: the page's, and 16 px at least. Screen readers skip it; the element announces itself.
 *
 * In a square of 310 px it also has the size of the element's code. In a larger or narrower one it grows or shrinks with the
 * square, while the element rounds to whole device pixels, which the server does not know. From 61 modules on it does not
 * shrink, because a module must have four CSS pixels.
 */
function codeSvg(text: string): string {
  const { size, path } = encode(text);
  const module = modulePixelsAtFullWidth(size);
  const width = Math.min(fullWidth, (smallestWidth / minPixelsPerModule) * module);
  // A whole pixel of the page, as the element has it.
  const start = Math.floor((fullWidth - module * size) / 2);
  const left = start - (fullWidth - width) / 2;
  // The white plate, where it is as wide as the code's place: elsewhere it would not shrink with it.
  const plate = width < fullWidth ? "" : `<rect x="5" y="5" width="300" height="300" rx="10" fill="#fff"/>`;
  // Title and gap.
  const top = 28 + 20;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" font-size="max(16px,1em)" width="100%" height="${(top + fullWidth) / 16}em" overflow="visible">` +
    `<svg y="${top / 16}em" width="100%" height="${fullWidth / 16}em" viewBox="0 0 ${width} ${fullWidth}" overflow="visible" shape-rendering="crispEdges">${plate}` +
    `<g transform="translate(${left} ${start}) scale(${module})">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></g></svg></svg>`
  );
}
