import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../../lines.js";
import { allows, allowsTrustedTypes, policiesOf, type Policy } from "./content-security-policy.js";
import { tagName } from "./html-page.js";
import { intermediaryIn } from "../intermediary.js";
import type { Fault, Script } from "./script-graph.js";
import type { SeenPage, Site } from "../site-visit.js";
import type { Answer, Answered } from "../visitor.js";

/*
 * The checks of the login page. `html-page.ts` reads its HTML: tags, scripts, import maps, policies. `script-graph.ts` loads its
 * scripts and what they import, by the rules of `import-map.ts` and `integrity.ts`, and finds out which of them a browser runs;
 * `script-text.ts` looks into each for the element. `content-security-policy.ts` decides what a policy allows. Nothing of the
 * page is executed. This file turns the facts into lines.
 */

export const pageChecks = [
  "page",
  "widget-script",
  "hsts",
  "csp-widget",
  "csp-framing",
] as const satisfies readonly CheckId[];

const rest = pageChecks.slice(1);
const addressFix = "Give the address of the login page, as in the browser's address bar: --site.";

/**
 * The lines of the login page.
 *
 * @param isApiBroken whether the login API does not work: the service also serves the widget's script
 */
export function pageLines(page: SeenPage, site: Site, isApiBroken: boolean): Line[] {
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
      return withoutPage(page.answer, placeOf(page.url, site));
    case "page":
      return linesOfPage(page, site, isApiBroken);
    default:
      return page satisfies never;
  }
}

/** The address after redirects, for a line; empty without redirects. */
const placeOf = (url: string, { page }: Site): string => (url === page ? "" : `, at ${url}`);

const unseen = "skipped: the page could not be loaded";

function withoutPage(answer: Answer, place: string): Line[] {
  const intermediary = intermediaryIn(answer);
  const line = (says: string, fix: string): Line[] => [
    failed("page", says + place, fix),
    ...notChecked(rest, fixFirst("page")),
  ];
  switch (intermediary?.kind) {
    case "bot-check":
      return [
        unknown(
          "page",
          `${intermediary.says}${place}: run doctor again with a header that passes it (--header), or from an address that it allows`,
        ),
        ...notChecked(rest, unseen),
      ];
    case "authentication":
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
          ? "Give the address of the login page: --site. If it is right, a firewall may treat doctor as a robot: give the headers of a browser with --header."
          : "Give the address of the login page: --site. If it is right, fix the page or the proxy in front of it.",
      );
    default:
      return intermediary satisfies never;
  }
}

function linesOfPage(page: Extract<SeenPage, { kind: "page" }>, site: Site, isApiBroken: boolean): Line[] {
  const { url, answer, html, scripts, isHttp2Alone } = page;
  const { headers } = answer;
  const place = `${isHttp2Alone ? ", over HTTP/2 only" : ""}${placeOf(url, site)}`;
  const wrong = (says: string, fix: string): Line[] => [
    failed("page", says + place, fix),
    ...notChecked(rest, fixFirst("page")),
  ];
  const type = headers["content-type"];
  if (type !== undefined && !/^(?:text\/html|application\/xhtml\+xml) *(;|$)/i.test(type))
    return wrong(`its Content-Type is ${type} instead of text/html`, "Send the login page as text/html.");
  const adder = scripts.running.find(({ state }) => state.kind === "read" && state.text.hasTag);
  const isFound = html.tags.length > 0 || adder !== undefined;
  const check = intermediaryIn(answer, isFound);
  if (check?.kind === "bot-check") return withoutPage(answer, place);
  const unseenWhy = [...(answer.isWhole ? [] : ["only its first 100 kB were read"]), ...scripts.unseen];
  // A script that a browser cannot run adds no tag, but might once it is fixed.
  const couldAdd = [
    ...(html.isInTemplate ? ["a <template> has it, which a script may insert"] : []),
    ...unseenWhy,
    ...scripts.broken.map(({ script, why }) => `${script.name}: ${why}`),
  ];
  if (!isFound && couldAdd.length === 0)
    return wrong(
      `it has no <${tagName}>${scripts.running.length > 0 ? ", nor do its scripts" : ""}`,
      `Add <${tagName}> to the page, or give the address of the page that has it: --site.`,
    );
  const [tag] = html.tags;
  const endpoint = tag?.endpoint;
  const api = site.apiOrigin + site.path;
  const isElsewhere = endpoint !== undefined && endpoint !== "" && apiAt(endpoint, url) !== api;
  const policies = policiesOf(headers["content-security-policy"], html.policies);
  const widget = scripts.running.find(({ state }) => state.kind === "read" && state.text.registers === "yes");
  const script = scriptLine(widget, page, unseenWhy, isApiBroken ? `${api}/` : undefined);
  return [
    isElsewhere
      ? failed(
          "page",
          `the element's endpoint is ${endpoint}, but doctor checked the login API at ${api}${place}`,
          "Set the attribute endpoint to the address of the login API, or give that address to doctor: --path and --api-origin.",
        )
      : isFound
        ? ok("page", (tag ? "has the element" : `${adder?.name} adds the element`) + place)
        : unknown("page", `it has no <${tagName}> itself${place}; ${couldAdd[0]}`),
    script,
    hstsLine(headers["strict-transport-security"], new URL(url)),
    widgetLine(policies, site, url, widget),
    framingLine(headers),
  ];
}

/** The login API that an element calls. */
function apiAt(endpoint: string, url: string): string | undefined {
  if (!URL.canParse(endpoint, url)) return undefined;
  const { origin, pathname } = new URL(endpoint, url);
  let end = pathname.length;
  while (pathname[end - 1] === "/") end--;
  return origin + pathname.slice(0, end);
}

function scriptLine(
  widget: Script | undefined,
  { scripts }: Extract<SeenPage, { kind: "page" }>,
  unseenWhy: readonly string[],
  brokenUnder: string | undefined,
): Line {
  if (widget) return ok("widget-script", `${widget.name} registers the element`);
  const { running, broken } = scripts;
  const registers = ({ state }: Script): boolean => state.kind === "read" && state.text.registers !== "no";
  const isNamed = ({ script }: (typeof broken)[number]): boolean =>
    script.name.includes(tagName) || registers(script);
  const named = broken.find(isNamed);
  const first = named ?? broken[0];
  if (brokenUnder !== undefined && first?.script.url?.startsWith(brokenUnder))
    return unknown("widget-script", fixFirst("login-api"));
  if (first && (named || unseenWhy.length === 0))
    return failed("widget-script", `${first.script.name}: ${first.why}`, scriptFixes[first.fault]);
  const perhaps = running.find(registers);
  if (perhaps) return unknown("widget-script", `${perhaps.name} may register the element`);
  if (unseenWhy.length > 0) return unknown("widget-script", unseenWhy[0]!);
  return failed(
    "widget-script",
    running.length === 0 ? "the page has no script" : "none of the page's scripts registers the element",
    `Load the widget: <script type="module" src="…/onegini-otp-login.js"></script>, or import "onegini-otp-login/define" in a script of the page.`,
  );
}

const scriptFixes: Record<Fault, string> = {
  missing: "Serve the file at this address, or correct the address in the page.",
  type: "Serve it as text/javascript. If a page comes instead, the file is not at the address in the tag.",
  integrity:
    "Set integrity in the tag to the value for this version's file. If it is right, a proxy or a content delivery network changes the file.",
  tag: 'Add type="module" to the tag.',
  cors: "Send Access-Control-Allow-Origin with it (and add crossorigin to a tag with integrity), or serve it from the page's origin.",
  name: "Build the script with a bundler, or add the name to an import map.",
};

function hstsLine(header: string | string[] | undefined, { protocol }: URL): Line {
  if (protocol === "http:") return unknown("hsts", "http on this machine");
  const seconds = Number(/max-age="?(\d+)/i.exec(String(header ?? ""))?.[1] ?? 0);
  if (seconds > 0) return ok("hsts", `for ${Math.round(seconds / 86_400)} days`);
  return failed(
    "hsts",
    header === undefined
      ? "no Strict-Transport-Security"
      : `Strict-Transport-Security is “${String(header)}”`,
    "Send Strict-Transport-Security: max-age=31536000 with every answer over https, at the proxy.",
  );
}

function widgetLine(
  policies: readonly Policy[],
  { apiOrigin, path }: Site,
  address: string,
  widget: Script | undefined,
): Line {
  const url = new URL(address);
  const api = new URL(apiOrigin + path);
  // The calls of an attempt are below the API's path.
  const calls = [api, new URL(`${api.href}/attempt`)];
  if (policies.length === 0) return ok("csp-widget", "there is no policy that could block the widget");
  const fix = (directive: string): string =>
    `Change Content-Security-Policy of the login page: ${directive}. The widget runs under script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html.`;
  const sourceOf = (origin: string): string => (origin === url.origin ? "'self'" : origin);
  for (const policy of policies) {
    if (policy.has("sandbox") && !policy.get("sandbox")?.includes("allow-scripts"))
      return failed(
        "csp-widget",
        "the policy allows no scripts (sandbox)",
        fix("remove sandbox, or add allow-scripts and allow-same-origin to it"),
      );
    if (calls.some((call) => allows(policy, ["connect-src"], call, url) === "blocked"))
      return failed(
        "csp-widget",
        "the policy blocks the login API (connect-src)",
        fix(`add ${sourceOf(apiOrigin)} to connect-src`),
      );
    if (!allowsTrustedTypes(policy))
      return failed(
        "csp-widget",
        "the policy blocks the widget's Trusted Types policy (trusted-types)",
        fix("add lit-html to trusted-types"),
      );
  }
  // An inline script needs a nonce or a hash, and without a script there is nothing to allow.
  const script = widget?.url === undefined ? undefined : new URL(widget.url);
  const verdicts = script
    ? policies.map((policy) => allows(policy, ["script-src-elem", "script-src"], script, url, widget?.nonce))
    : [];
  if (script && verdicts.includes("blocked"))
    return failed(
      "csp-widget",
      "the policy blocks the widget's script (script-src)",
      fix(`add ${sourceOf(script.origin)} to script-src`),
    );
  return script && verdicts.every((verdict) => verdict === "allowed")
    ? ok("csp-widget", "the policy allows the widget")
    : unknown(
        "csp-widget",
        script
          ? "a hash or another script may allow the script: check the browser's console"
          : widget
            ? "the widget's script is inline: check the browser's console"
            : fixFirst("widget-script"),
      );
}

/** Whether a source matches any site, or any with this scheme or port. */
const isAnySite = (source: string): boolean =>
  /^(?:\*|(?:https?|wss?):|(?:https?:\/\/)?\*(?::[\d*]+)?\/?)$/i.test(source);

function framingLine({
  "content-security-policy": policy,
  "x-frame-options": options,
}: Answered["headers"]): Line {
  const fix = "Add frame-ancestors 'none' to Content-Security-Policy of the login page.";
  // Browsers ignore `frame-ancestors` in a `<meta>` tag.
  const named = policiesOf(policy, []).flatMap((each) => {
    const ancestors = each.get("frame-ancestors");
    return ancestors ? [ancestors] : [];
  });
  const given = options === undefined ? [] : String(options).split(",");
  const values = new Set(given.map((value) => value.trim().toLowerCase()));
  const isDenied = values.has("deny") || values.has("sameorigin");
  const good = ok("csp-framing", "other sites cannot show the page in a frame");
  if (named.length > 0) {
    if (named.some((ancestors) => !ancestors.some(isAnySite))) return good;
    return failed(
      "csp-framing",
      `any site can show the login page in a frame: frame-ancestors is ${named[0]?.join(" ")}${isDenied ? ", so browsers ignore X-Frame-Options" : ""}`,
      "Set frame-ancestors 'none' in Content-Security-Policy of the login page.",
    );
  }
  return isDenied ? good : failed("csp-framing", "any site can show the login page in a frame", fix);
}
