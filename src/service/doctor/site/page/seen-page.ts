import { globalAgent } from "node:https";
import { parseUrl } from "../../../../server/text/safe-url.js";
import { isUsable, lookAtConnection } from "../../connection.js";
import type { Look, LookLimits, NoLook } from "../browser/look-at-page.js";
import type { SeenRequest } from "../browser/page-record.js";
import { mainElement } from "../browser/read-page.js";
import { maxRedirects, type Site } from "../site.js";
import type { Answer, Answered, Ask, Visitor } from "../visitor.js";

/** The login page, as a browser or, without one, a request got it. `url`: the last address within the site. */
export type SeenPage =
  | { kind: "page"; url: string; answer: Answered; look: Look | NoLook }
  /** A redirect that is not followed. */
  | { kind: "redirect"; url: string; to: string }
  | { kind: "other"; url: string; answer: Answer };

/** The most that is read of a page without a browser. */
const maxBytes = 100_000;

interface SeeOptions {
  timeoutMs: number;
  limits?: Partial<LookLimits> | undefined;
  /** Takes secrets out of a text. */
  clean: (text: string) => string;
}

/** Looks at the login page. Never rejects. */
export async function seePage(site: Site, visitor: Visitor, times: SeeOptions): Promise<SeenPage> {
  const look = await lookWithBrowser(site, times);
  return look.kind === "none" ? requestPage(site.page, visitor, look) : pageIn(look, site.page);
}

/** Looks at `page`, which may have a fragment. Never rejects. */
export async function lookWithBrowser(
  { page, apiOrigin, headers, browser }: Site,
  { timeoutMs, limits, clean }: SeeOptions,
): Promise<Look | NoLook> {
  if (!browser.isUsed) return { kind: "none", why: "no browser is used (--no-browser)" };
  // Imported here, because only this needs its libraries.
  const { findBrowser, lookAtPage, lookLimits } = await import("../browser/look-at-page.js");
  const found = findBrowser(browser.path, process.env);
  if ("missing" in found) return { kind: "none", why: found.missing };
  const origins = [...new Set([new URL(page).origin, apiOrigin])];
  return lookAtPage({
    page,
    origins,
    headers,
    path: found.path,
    isSandboxed: browser.isSandboxed,
    trustedKeys: await keysThatNodeTrusts(origins, timeoutMs),
    limits: { ...lookLimits, ...limits },
    timeoutMs,
    clean,
  });
}

/** The hashes of the keys of the site's certificates, if Node was told of a private authority, which a browser does not know. */
async function keysThatNodeTrusts(origins: readonly string[], timeoutMs: number): Promise<string[]> {
  if (process.env["NODE_EXTRA_CA_CERTS"] === undefined && globalAgent.options.ca === undefined) return [];
  const seen = await Promise.all(origins.map((origin) => lookAtConnection(origin, timeoutMs)));
  return seen.flatMap((each) =>
    isUsable(each) && each.tls && "keyHash" in each.tls ? [each.tls.keyHash] : [],
  );
}

function pageIn(look: Look, address: string): SeenPage {
  const { redirect, document, state, navigationError, stopped } = look;
  const url = document?.url.split("#", 1)[0] ?? address;
  if (redirect) return { kind: "redirect", url: redirect.from, to: redirect.to };
  const answer = document && answerIn(document, state?.html ?? "");
  if (!answer) {
    const reason = document?.failure?.reason ?? navigationError ?? stopped ?? "nothing";
    return { kind: "other", url, answer: { kind: "silent", reason } };
  }
  // A page that shows a code works, whatever its status, and one that asks for a login may well answer 401 or 403.
  const isShown = state !== undefined && mainElement(state)?.phase === "pending";
  const hasElement = (state?.elements.length ?? 0) > 0;
  const isRight = answer.status === 200 || isShown || (hasElement && [401, 403].includes(answer.status));
  return isRight ? { kind: "page", url, answer, look } : { kind: "other", url, answer };
}

function answerIn({ status, headers = {} }: SeenRequest, text: string): Answered | undefined {
  if (status === undefined) return undefined;
  return { kind: "answered", status, headers, body: Buffer.from(text), text, isWhole: true };
}

/** The request for a page, as a browser sends it. */
export const navigationTo = (url: string): Ask => ({
  url,
  headers: {
    accept: "text/html,application/xhtml+xml,*/*;q=0.8",
    "sec-fetch-site": "none",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  },
  maxBytes,
});

/** Without a browser. */
async function requestPage(address: string, visitor: Visitor, look: NoLook): Promise<SeenPage> {
  const { origin } = new URL(address);
  let url = address;
  for (let redirects = 0; ; redirects++) {
    const answer = await visitor.call(navigationTo(url));
    const to = placeIn(answer, url);
    if (to === undefined)
      return answer.kind === "answered" && answer.status === 200
        ? { kind: "page", url, answer, look }
        : { kind: "other", url, answer };
    if (new URL(to).origin !== origin || redirects === maxRedirects) return { kind: "redirect", url, to };
    url = to;
  }
}

/** Where an answer redirects to. */
export function placeIn(answer: Answer, url: string): string | undefined {
  if (answer.kind === "silent" || ![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const { location } = answer.headers;
  return location === undefined ? undefined : parseUrl(location, url)?.href;
}

/** The login API's address: as given, or as the element in the page uses it. */
export function apiOf(
  page: SeenPage,
  { isApiGiven, apiOrigin, path }: Site,
): { apiOrigin: string; path: string } {
  const endpoint =
    page.kind === "page" && page.look.kind === "look"
      ? parseUrl(page.look.settings?.endpoint ?? "")
      : undefined;
  if (isApiGiven || !endpoint || !/^https?:$/.test(endpoint.protocol)) return { apiOrigin, path };
  return { apiOrigin: endpoint.origin, path: endpoint.pathname.replace(/\/+$/, "") };
}
