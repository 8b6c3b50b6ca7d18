import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../../../process/package-folder.js";
import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../../lines.js";
import type { Look } from "../browser/look-at-page.js";
import type { SeenRequest } from "../browser/page-record.js";
import { mainElement, tagName } from "../browser/read-page.js";
import { elementChecks, elementLines } from "./element-lines.js";
import { intermediaryIn } from "../intermediary.js";
import { headerLines } from "./page-headers.js";
import { policyLine } from "./policy-line.js";
import { loadWidget, nameOf, noScript, scriptFault } from "./script-fault.js";
import type { SeenPage } from "./seen-page.js";
import type { Site } from "../site.js";
import type { Answer, Answered } from "../visitor.js";

/** The checks that take a browser. */
const browserChecks = ["widget-script", "csp-widget", ...elementChecks, "page-errors"] as const;
/** What a login works without. */
export const headerChecks = ["hsts", "csp-framing"] as const satisfies readonly CheckId[];
export const pageChecks = ["page", ...browserChecks] as const satisfies readonly CheckId[];

const rest = [...browserChecks, ...headerChecks];
const addressFix = "Give the address of the login page, as in the browser's address bar: --site.";

/** The page that is looked at, for its lines. */
interface Looked {
  check: "page" | "return-address";
  /** Where the address is given. */
  address: string;
}

const loginPage: Looked = { check: "page", address: "Give the address of the login page: --site." };

/**
 * The lines of the login page.
 *
 * @param apiLines of the login API, which the element needs
 */
export function pageLines(page: SeenPage, site: Site, apiLines: readonly Line[]): Line[] {
  switch (page.kind) {
    case "redirect":
      return [
        failed(
          "page",
          new URL(page.to).origin === new URL(page.url).origin
            ? `it redirects too often, at last to ${page.to}`
            : `it redirects to ${page.to}`,
          addressFix,
        ),
        ...notChecked(rest, fixFirst("page")),
      ];
    case "other":
      return withoutPage(page.answer, placeOf(page.url, site), site);
    case "page":
      return linesOfPage(page, site, apiLines);
    default:
      return page satisfies never;
  }
}

/** The address after redirects, for a line; empty without redirects. */
const placeOf = (url: string, { page }: Site): string => (url === page ? "" : `, at ${url}`);

function withoutPage(answer: Answer, place: string, site: Site, title = ""): Line[] {
  const line = noPageLine(loginPage, answer, place, site, title);
  return [line, ...notChecked(rest, line.result === "failed" ? fixFirst("page") : notLoaded)];
}

export const notLoaded = "skipped: the page could not be loaded";

/** The line about an answer that is not the page. */
export function noPageLine(
  { check, address }: Looked,
  answer: Answer,
  place: string,
  { headers }: Site,
  title = "",
): Line {
  const isAuthorized = headers.some(([name]) => /^authorization$/i.test(name));
  const intermediary = intermediaryIn(answer);
  const line = (says: string, fix: string): Line => failed(check, says + place, fix);
  switch (intermediary?.kind) {
    case "bot-check":
      return unknown(
        check,
        `${intermediary.says}${title === "" ? "" : `, “${title}”`}${place}: run doctor again with a header that passes it (--header), or from an address that it allows`,
      );
    case "authentication":
      if (isAuthorized)
        return line(intermediary.says, "The credentials that --header gave are refused: correct them.");
      return line(
        intermediary.says,
        `Give the credentials, as in --header "Authorization: ${intermediary.scheme} …" (for Basic: name:password in base64). If people are not supposed to log in here, remove the authentication.`,
      );
    case "limit":
    case "timeout":
    case "stopped":
      return line(intermediary.says, intermediary.fix);
    case undefined:
      return line(
        `it answers ${answer.kind === "silent" ? answer.reason : answer.status}`,
        answer.kind === "answered" && answer.status === 403
          ? `${address} If it is right, a firewall may treat doctor as a robot: give the headers of a browser with --header.`
          : `${address} If it is right, fix the page or the proxy in front of it.`,
      );
    default:
      return intermediary satisfies never;
  }
}

function linesOfPage(
  { url, answer, look }: Extract<SeenPage, { kind: "page" }>,
  site: Site,
  apiLines: readonly Line[],
): Line[] {
  const place = placeOf(url, site);
  const wrong = (says: string, fix: string): Line[] => [
    failed("page", says + place, fix),
    ...notChecked(rest, fixFirst("page")),
  ];
  const elements = look.kind === "look" ? (look.state?.elements.length ?? 0) : 0;
  const type = elements === 0 ? typeFault(answer) : undefined;
  if (type !== undefined) return wrong(type, "Send the login page as text/html.");
  const headers = headerLines(answer.headers, new URL(url));
  if (look.kind === "none") return [...notChecked(["page", ...browserChecks], look.why), ...headers];
  const check = intermediaryIn(answer, elements > 0);
  if (check?.kind === "bot-check") return withoutPage(answer, place, site, look.state?.title);
  if (elements === 0) {
    const missing = elementFault(look, url, "--site");
    return "fix" in missing
      ? wrong(missing.says, missing.fix)
      : [
          unknown("page", missing.says + place),
          ...notChecked(browserChecks.slice(0, -1), fixFirst("page")),
          errorsLine(look, url),
          ...headers,
        ];
  }
  const api = site.apiOrigin + site.path;
  const elsewhere = endpointFault(look.settings?.endpoint, api);
  const policy = policyLine(look, new URL(url), api);
  const isApiBroken = apiLines.some(({ check, result }) => check === "login-api" && result === "failed");
  const script = scriptLine(look, url, policy, isApiBroken ? `${api}/` : undefined);
  const waitsFor =
    [policy, script, ...apiLines].find(
      ({ result, check }) => result === "failed" && neededByElement.has(check),
    )?.check ?? (script.result === "unknown" ? "widget-script" : undefined);
  const isStreamBroken = apiLines.some(({ check, result }) => check === "stream" && result === "failed");
  return [
    elsewhere
      ? failed("page", elsewhere.says + place, elsewhere.fix)
      : ok("page", `has the element${answer.status === 200 ? "" : `, and answers ${answer.status}`}${place}`),
    script,
    policy,
    ...elementLines(look, url, elsewhere ? "page" : waitsFor, isStreamBroken, languages()),
    errorsLine(look, url),
    ...headers,
  ];
}

/** What is wrong with the address that the element calls. */
function endpointFault(endpoint: string | undefined, api: string): { says: string; fix: string } | undefined {
  if (endpoint === undefined || endpoint.replace(/\/+$/, "") === api) return undefined;
  if (!/^https?:/.test(endpoint))
    return {
      says: `the element's endpoint is ${endpoint}`,
      fix: "Begin it with / for a path of the page's origin, or with https://.",
    };
  return {
    says: `the element's endpoint is ${endpoint}, but doctor checked the login API at ${api}`,
    fix: "Set the attribute endpoint to the address of the login API, or give that address to doctor: --path and --api-origin.",
  };
}

/** What the element needs to show a code. */
const neededByElement = new Set<CheckId>([
  "csp-widget",
  "widget-script",
  "login-api",
  "origin",
  "content-type",
  "cache-control",
  "cookie",
  "status",
  "stream",
]);

/** What is wrong with the type of a page. */
export function typeFault({ headers: { "content-type": type } }: Answered): string | undefined {
  if (type === undefined || /^(?:text\/html|application\/xhtml\+xml) *(;|$)/i.test(type)) return undefined;
  return `its Content-Type is ${type} instead of text/html`;
}

/**
 * Why a page has no element. Without `fix` it may have one.
 *
 * @param flag where the page's address is given
 */
export function elementFault(
  look: Look,
  url: string,
  flag: string,
): { says: string } | { says: string; fix: string } {
  const fault = scriptFault(look, url);
  const why = unseenWhy(look, fault !== undefined);
  if (why !== undefined) return { says: why };
  return {
    says: `it has no <${tagName}>${look.state?.isInTemplate === true ? "; a <template> has it, which no script inserts" : ""}${fault ? `; ${fault.says}` : ""}`,
    fix: `${fault ? `If a script adds the element: ${fault.fix} Otherwise add` : "Add"} <${tagName}> to the page, or give the address of the page that has it: ${flag}.`,
  };
}

/** Why it is not known whether a page has the element. Undefined: it has none. */
function unseenWhy({ state, stopped, registeredBy }: Look, hasFault: boolean): string | undefined {
  if (stopped !== undefined) return stopped;
  if (registeredBy !== undefined && !hasFault)
    return `it has no <${tagName}> now, although a script registers it: add it, unless it comes after a click${state?.isInTemplate === true ? " (a <template> has it)" : ""}`;
  const frame = state?.frames[0];
  return frame === undefined
    ? undefined
    : `it has no <${tagName}> itself, but a frame: if the element is there, give its address (${frame})`;
}

/** @param brokenUnder the address of a login API that does not work: the service also serves the widget's script */
function scriptLine(look: Look, page: string, policy: Line, brokenUnder: string | undefined): Line {
  const { state, registeredBy, requests, stopped } = look;
  if (state && mainElement(state)?.isDefined) {
    const file = requests.find(({ url }) => url === registeredBy);
    const others = requests
      .filter((each) => each !== file && isOurs(each))
      .map((each) => `${nameOf(each.url, page)} (${factsOf(each)})`);
    return ok(
      "widget-script",
      [
        `${nameOf(registeredBy ?? "", page)} registers the element${file ? ` (${factsOf(file)})` : ""}`,
        ...(others.length > 0 ? [`beside it ${others.join(", ")}`] : []),
      ].join("; "),
    );
  }
  if (policy.result === "failed") return unknown("widget-script", fixFirst("csp-widget"));
  const fault = scriptFault(look, page);
  const kept = state?.elements.some(({ fallback }) => fallback !== "")
    ? "; the content inside the element stays"
    : "";
  if (brokenUnder !== undefined && fault?.about.startsWith(brokenUnder))
    return unknown("widget-script", fixFirst("login-api"));
  if (fault) return failed("widget-script", fault.says + kept, fault.fix);
  if (stopped !== undefined) return unknown("widget-script", stopped);
  return failed(
    "widget-script",
    (state?.scripts === 0 ? "the page has no script" : noScript) + kept,
    `Load the widget: ${loadWidget}`,
  );
}

/** A file of this package, by its name. */
const isOurs = ({ url, type }: SeenRequest): boolean =>
  type === "Script" && /\/(?:onegini-otp-login|early|locales\/[\w-]+)\.js(?:[?#]|$)/.test(url);

function factsOf({ status, mimeType, bytes, headers = {}, isFromServiceWorker }: SeenRequest): string {
  return [
    status,
    mimeType,
    `${Math.ceil(bytes / 1000)} kB`,
    headers["cache-control"] === undefined
      ? "no Cache-Control"
      : `Cache-Control: ${headers["cache-control"]}`,
    ...(isFromServiceWorker === true ? ["from a service worker"] : []),
  ].join(", ");
}

const mostErrors = 5;

/** The console's errors. What stops the element has a line of its own. */
function errorsLine({ troubles, state, stopped }: Look, page: string): Line {
  const errors = troubles.flatMap((each) => {
    switch (each.kind) {
      case "exception":
        return [`${nameOf(each.url, page)}, line ${each.line}: ${each.text}`];
      case "error":
        return /\/favicon\.ico$/.test(each.url) ? [] : [each.text];
      case "mixed-content":
        return [`blocked on an https page: ${each.url}`];
      case "policy":
        // The console says it too.
        return [];
      default:
        return each satisfies never;
    }
  });
  const some = errors
    .slice(0, mostErrors)
    .map((each) => `“${each.length > 100 ? `${each.slice(0, 100)}…` : each}”`);
  const says =
    errors.length === 0
      ? "the console has no error"
      : `the console has ${errors.length === 1 ? "an error" : `${errors.length} errors`}: ${some.join(", ")}`;
  if (stopped !== undefined) return unknown("page-errors", `${stopped}; ${says}`);
  return state && mainElement(state)?.phase === "pending"
    ? ok("page-errors", errors.length === 0 ? says : `none stops the element; ${says}`)
    : errors.length === 0
      ? ok("page-errors", says)
      : unknown("page-errors", says);
}

/** The languages of the widget in this package, whose sources may not have been built. */
const languages = (): string[] =>
  ["dist", "src"]
    .map((each) => join(packageFolder, each, "locales"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .flatMap((file) => /^([\w-]+)\.[jt]s$/.exec(file)?.[1] ?? []);
