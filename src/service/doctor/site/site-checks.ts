import { failed, ok, unknown, type CheckId, type Line } from "../lines.js";
import { apiChecks, apiLines } from "./api-lines.js";
import { pageChecks, pageLines } from "./page/page-lines.js";
import type { Site, SiteFacts } from "./site-visit.js";

/*
 * The checks of a running site. `site-visit.ts` requests the login page, begins a login, asks for its status several times and
 * opens its stream, as a browser does: by `visitor.ts`, which keeps cookies (`cookie-jar.ts`) and sends each request over a
 * connection of its own (`exchange.ts`). Then the facts become lines: `page/` for the page, `api-lines.ts` for the start of a
 * login, `watch-lines.ts` for status and stream. `intermediary.ts` recognizes answers of a proxy or a bot check.
 */

/** The checks of a running site, in order. */
export const siteChecks = [
  ...pageChecks,
  "login-api",
  "origin",
  "other-origins",
  ...apiChecks,
  "clock",
] as const satisfies readonly CheckId[];

/** The lines about what a browser gets from a site. */
export function siteLines(facts: SiteFacts, site: Site): Line[] {
  const api = apiLines(facts, site);
  const isApiBroken = api.some(({ check, result }) => check === "login-api" && result === "failed");
  const lines = [...pageLines(facts.page, site, isApiBroken), ...api, clockLine(facts)];
  return siteChecks.map((check) => lines.find((line) => line.check === check)!);
}

/** A larger difference affects sessions, certificates and logs. The login API itself uses no times of day. */
const mostClockMs = 30_000;

function clockLine({ clockMs }: SiteFacts): Line {
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
