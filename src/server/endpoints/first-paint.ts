import { encode } from "../../protocol/qr.js";
import { temporarilyUnavailable } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import { noStore } from "../http/response.js";
import type { Codes } from "./otp-endpoint.js";

/** An attempt that began with a page: for the server that writes the page. */
export interface FirstPaint {
  /** The element's `attempt`. */
  attempt: string;
  /** The element's `otp`: standard base64, safe in an attribute. */
  otp: string;
  /** The element's `expires-in`: what the code has left, in whole seconds. */
  expiresIn: number;
  /** For the page's answer: the browser's cookie, where one is due, and that no cache may keep the page. */
  headers: Headers;
  /** The code as markup, to stand between the element's tags. It needs no style and no script. */
  svg: string;
}

/**
 * Begins an attempt for a page that the site's server renders; `null` for a request whose answer nobody sees, such as a
 * prefetch.
 *
 * @throws ApiError where there is no code to show
 */
export async function beginWithPage<Context>(
  call: Call<Context>,
  codes: Codes<Context>,
): Promise<FirstPaint | null> {
  if (!isSeen(call.request)) return null;
  const { answer, setCookie } = await codes.begin(call, undefined);
  const { attempt, otp, expires_in: expiresIn } = answer;
  // It is written into the page as it is: what is no base64, or more than a QR code holds, is nonsense of the Token Server.
  if (!/^[\w+/=-]{1,2953}$/.test(otp)) throw temporarilyUnavailable();
  const headers = new Headers({ "cache-control": `private, ${noStore["cache-control"]}` });
  if (setCookie !== undefined) headers.append("set-cookie", setCookie);
  return { attempt, otp, expiresIn, headers, svg: codeSvg(otp) };
}

/**
 * Whether a person is about to see what is asked for: not a page that is prefetched or prerendered, and not a picture,
 * a script or a frame of another site. There the browser's cookie would be missing, and a new one would end its other
 * attempts; so it would be after a form that another site sends.
 */
function isSeen({ method, headers }: Request): boolean {
  const purpose = headers.get("sec-purpose") ?? headers.get("purpose") ?? "";
  if (method !== "GET" || /prefetch|prerender/i.test(purpose)) return false;
  const isElsewhere = /^(cross|same)-site$/.test(headers.get("sec-fetch-site") ?? "");
  return !isElsewhere || headers.get("sec-fetch-dest") === "document";
}

/** The card's column, and the inset of the code in it, in CSS pixels. */
const column = 310;
const inset = 8;

/**
 * The code as the element paints it, in the same place of a box with the card's padding: below a title of one line, as
 * wide as there is room, never wider than the card's column, in the middle. Lengths are attributes, because a strict
 * policy forbids styles; the title's line is in `em`, because it follows the page's font. Hidden from screen readers: it
 * says nothing to them, and the element that takes its place does.
 */
function codeSvg(otp: string): string {
  const { size, path } = encode(otp);
  const side = column - 2 * inset;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" width="100%" height="${28 + 20 + column}" overflow="visible">` +
    `<svg y="1.75em" width="100%" height="${20 + column}" viewBox="0 -20 ${column} ${20 + column}" preserveAspectRatio="xMidYMin" shape-rendering="crispEdges">` +
    `<g transform="translate(${inset} ${inset}) scale(${side / size})">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></g></svg></svg>`
  );
}
