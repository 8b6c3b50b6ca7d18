import { failed, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { apiChecks, apiLines } from "./api-lines.js";
import type { Look } from "./browser/look-at-page.js";
import { mainElement } from "./browser/read-page.js";
import { headerChecks, pageChecks, pageLines } from "./page/page-lines.js";
import { browserCookie, type ApiFacts, type SiteFacts } from "./site-visit.js";
import type { Site } from "./site.js";

/*
 * The checks of a running site. `seen-page.ts` looks at the login page through an installed browser (`browser/`), and
 * `site-visit.ts` begins a login, asks for its status several times and opens its stream: by `visitor.ts`, which keeps cookies
 * (`cookie-jar.ts`) and sends each request over a connection of its own (`exchange.ts`). Then the facts become lines:
 * `page-lines.ts` for the page, with `script-fault.ts`, `policy-line.ts`, `element-lines.ts` and `page-headers.ts`; `api-lines.ts`
 * for the start of a login, `watch-lines.ts` for status and stream. `intermediary.ts` recognizes answers of a proxy or a bot check.
 */

/** The checks of a running site, in order. */
export const siteChecks = [
  ...pageChecks,
  "login-api",
  "origin",
  "other-origins",
  ...apiChecks,
  "clock",
  ...headerChecks,
] as const satisfies readonly CheckId[];

/** The lines about a site. */
export function siteLines({ page, site, api }: SiteFacts): Line[] {
  const look = page.kind === "page" && page.look.kind === "look" ? page.look : undefined;
  const ofApi = api
    ? [
        ...apiLines(api, page, site).map((line) =>
          asTheBrowserSaw(line, look, site, api.start.kind === "silent"),
        ),
        clockLine(api),
      ]
    : notChecked(
        siteChecks.slice(pageChecks.length, -headerChecks.length),
        `the element calls the login API at ${site.apiOrigin}: run doctor again with --api-origin ${site.apiOrigin}`,
      );
  const lines = [...pageLines(page, site, ofApi), ...ofApi];
  return siteChecks.map((check) => lines.find((line) => line.check === check)!);
}

/** A browser may refuse what is right by its headers, and says why. */
function asTheBrowserSaw(
  line: Line,
  look: Look | undefined,
  { apiOrigin, path }: Site,
  isSlow: boolean,
): Line {
  if (!look) return line;
  const isPending = look.state !== undefined && mainElement(look.state)?.phase === "pending";
  if (line.check === "login-api" && line.result === "failed" && isSlow && isPending)
    return unknown("login-api", `${line.says} here, although the page got a code`);
  if (line.result !== "ok") return line;
  const calls = look.requests.filter(({ url }) => url.startsWith(apiOrigin + path));
  if (line.check === "cookie") {
    const refused = calls.flatMap((call) => call.refusedCookies).find(({ name }) => browserCookie.test(name));
    return refused
      ? failed(
          "cookie",
          `the browser refuses it (${refused.reason})`,
          "Forward Set-Cookie unchanged, over https.",
        )
      : line;
  }
  if (line.check === "origin") {
    const reason = calls.find(({ failure }) => failure?.kind === "cors")?.failure?.reason;
    return reason === undefined
      ? line
      : failed(
          "origin",
          `the browser does not let the page read the answer (CORS: ${reason})`,
          "The proxy has to forward OPTIONS to the kit or the service, and return the Access-Control-… headers.",
        );
  }
  return line;
}

/** A larger difference affects sessions, certificates and logs. The login API itself uses no times of day. */
const mostClockMs = 30_000;

function clockLine({ clockMs }: ApiFacts): Line {
  if (clockMs === undefined) return unknown("clock", "no answer that is not from a cache has a Date header");
  const seconds = Math.round(Math.abs(clockMs) / 1000);
  if (Math.abs(clockMs) <= mostClockMs)
    return ok("clock", seconds <= 1 ? "the same here and there" : `${seconds} s apart`);
  return failed(
    "clock",
    `the site's clock is ${seconds} s ${clockMs < 0 ? "behind" : "ahead of"} this machine's`,
    "Compare both with a third clock to find the wrong one, and set it by NTP.",
  );
}
