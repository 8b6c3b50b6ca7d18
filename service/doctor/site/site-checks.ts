import { failed, ok, unknown, type CheckId, type Line } from "../lines.js";
import { apiLines } from "./api-lines.js";
import { pageChecks, pageLines } from "./page/page-lines.js";
import type { Site, SiteFacts } from "./site-visit.js";

/** The checks of a running site, in their order. */
export const siteChecks = [
  ...pageChecks,
  "login-api",
  "origin",
  "other-origins",
  "content-type",
  "cache-control",
  "cookie",
  "status",
  "stream",
  "clock",
] as const satisfies readonly CheckId[];

/** The lines of what a browser gets from a site. */
export function siteLines(facts: SiteFacts, site: Site): Line[] {
  const api = apiLines(facts, site);
  const isApiBroken = api.some(({ check, result }) => check === "login-api" && result === "failed");
  const lines = [...pageLines(facts.page, site, isApiBroken), ...api, clockLine(facts)];
  return siteChecks.map((check) => lines.find((line) => line.check === check)!);
}

/** More makes sessions, certificates and logs wrong. The login API itself has no times of day. */
const mostClockMs = 30_000;

function clockLine({ clockMs }: SiteFacts): Line {
  if (clockMs === undefined)
    return unknown("clock", "there is no Date in an answer that is not from a cache");
  const seconds = Math.round(Math.abs(clockMs) / 1000);
  if (Math.abs(clockMs) <= mostClockMs)
    return ok("clock", seconds <= 1 ? "the same here and there" : `${seconds} s apart`);
  return failed(
    "clock",
    `the site's clock is ${seconds} s ${clockMs < 0 ? "behind" : "ahead of"} this machine's`,
    "Set the one that is wrong, by NTP: two clocks alone do not tell which. Look at a third.",
  );
}
