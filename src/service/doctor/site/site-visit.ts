import type { LookLimits } from "./browser/look-at-page.js";
import { apiOf, seePage, type SeenPage } from "./page/seen-page.js";
import type { Site } from "./site.js";
import { jsonIn, Visitor, type Answer, type StreamAnswer } from "./visitor.js";

/** What was seen of a site. */
export interface SiteFacts {
  page: SeenPage;
  /** With the address of the login API as the element uses it. */
  site: Site;
  /** Undefined: the element calls a login API at another origin, which nobody named. A page does not tell doctor where to call. */
  api: ApiFacts | undefined;
}

/** What a browser gets from a login API. Undefined for requests that were not made. */
export interface ApiFacts {
  /** The answer to the start of a login, with the page's own origin. */
  start: Answer;
  /** The answer to its preflight, if the login API is at another origin. */
  preflight: Answer | undefined;
  /** The same two with the origin of another site. */
  foreignStart: Answer;
  foreignPreflight: Answer;
  /** The answer to the login call before anybody has accepted. */
  login?: Answer;
  /** The status of the started login, several times, and its stream. */
  statuses?: readonly Answer[];
  stream?: StreamAnswer;
  /** The site's clock minus this machine's, in milliseconds. Undefined without a `Date` header. */
  clockMs?: number | undefined;
}

/** The most that is read of a page or of an answer of the login API. */
const maxBytes = 100_000;

/** If two processes without a common store answer at random, all calls reach the process of the start in only 1 of 256 visits. */
const statusCalls = 8;

/** If no status has arrived on the stream by then, the widget begins to poll. */
export const widgetStreamMs = 2_500;

export const foreignOrigin = "https://another-site.example";

/** The name of the kit's cookie, with or without `__Host-`. */
export const browserCookie = /^(?:__Host-)?onegini-otp-login$/;

const fetched = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
const posted = { ...fetched, "content-type": "application/json", accept: "application/json" };
const preflighted = {
  ...fetched,
  "access-control-request-method": "POST",
  "access-control-request-headers": "content-type",
  accept: "*/*",
};

export interface VisitTimes {
  timeoutMs: number;
  /** How long to wait for the stream's first event. */
  streamMs: number;
  /** Of the browser. */
  limits?: Partial<LookLimits> | undefined;
  /** Takes secrets out of a text. */
  clean: (text: string) => string;
}

/** Requests a login page and its login API as a browser does. Never rejects. */
export async function visitSite(
  given: Site,
  { timeoutMs, streamMs, limits, clean }: VisitTimes,
): Promise<SiteFacts> {
  const { origin } = new URL(given.page);
  const visitor = new Visitor({ timeoutMs, given: given.headers, origins: [origin, given.apiOrigin] });
  const page = await seePage(given, visitor, { timeoutMs, limits, clean });
  const site = { ...given, ...apiOf(page, given) };
  if (![origin, given.apiOrigin].includes(site.apiOrigin)) return { page, site, api: undefined };
  return { page, site, api: await visitApi(visitor, site, page, streamMs) };
}

async function visitApi(visitor: Visitor, site: Site, page: SeenPage, streamMs: number): Promise<ApiFacts> {
  const { apiOrigin, path } = site;
  const { origin } = new URL(site.page);
  const api = apiOrigin + path;
  const isOwn = apiOrigin === origin;
  const fetchSite = isOwn ? "same-origin" : "same-site";
  const post = (from: string, site: string, url = api) =>
    visitor.call({
      url,
      method: "POST",
      headers: { ...posted, origin: from, "sec-fetch-site": site },
      body: "{}",
      maxBytes,
      withCookies: from === origin,
    });
  const ask = (from: string, site: string) =>
    visitor.call({
      url: api,
      method: "OPTIONS",
      headers: { ...preflighted, origin: from, "sec-fetch-site": site },
      maxBytes,
      withCookies: false,
    });

  // A page that begins a login itself sets this cookie. A start would then set none, and there would be none to check.
  visitor.forgetCookies(browserCookie);
  const preflight = isOwn ? undefined : await ask(origin, fetchSite);
  const start = await post(origin, fetchSite);
  const foreignStart = await post(foreignOrigin, "cross-site");
  const foreignPreflight = await ask(foreignOrigin, "cross-site");
  const clockMs = clockOf(start) ?? (page.kind === "redirect" ? undefined : clockOf(page.answer));
  const facts = { start, preflight, foreignStart, foreignPreflight, clockMs };
  const attempt = attemptIn(start);
  if (attempt === undefined) return facts;
  const own = { ...fetched, "sec-fetch-site": fetchSite, ...(!isOwn && { origin }) };
  const call = {
    url: `${api}/${attempt}`,
    headers: { ...own, accept: "application/json" },
    maxBytes,
  };
  const statuses = [await visitor.call(call)];
  const stream = await visitor.openStream(
    { ...call, headers: { ...own, accept: "text/event-stream" } },
    streamMs,
  );
  // Each call has a connection of its own, which may reach another process.
  while (statuses.length < statusCalls && isPending(statuses.at(-1)) !== undefined)
    statuses.push(await visitor.call(call));
  const login = await post(origin, fetchSite, `${call.url}/login`);
  return { ...facts, statuses, stream, login };
}

/** True if the login is pending, false if it is unknown there, undefined for any other answer. */
export function isPending(answer: Answer | undefined): boolean | undefined {
  if (answer?.kind !== "answered") return undefined;
  const json = jsonIn(answer);
  if (answer.status === 200 && json?.["status"] === "pending") return true;
  return answer.status === 404 && json?.["error"] === "unknown_attempt" ? false : undefined;
}

/** The id in the answer to a start. */
export function attemptIn(start: Answer): string | undefined {
  const attempt = jsonIn(start)?.["attempt"];
  return typeof attempt === "string" && /^[\w-]{1,128}$/.test(attempt) ? attempt : undefined;
}

function clockOf(answer: Answer): number | undefined {
  if (answer.kind !== "answered" || answer.headers["age"] !== undefined) return undefined;
  const date = Date.parse(answer.headers.date ?? "");
  return Number.isNaN(date) ? undefined : date - Date.now();
}
