import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import type { Look, NoLook } from "./browser/look-at-page.js";
import { mainElement, tagName } from "./browser/read-page.js";
import { intermediaryIn } from "./intermediary.js";
import { elementFault, noPageLine, notLoaded, typeFault } from "./page/page-lines.js";
import { scriptFault } from "./page/script-fault.js";
import { lookWithBrowser, navigationTo, placeIn } from "./page/seen-page.js";
import type { VisitTimes } from "./site-visit.js";
import type { Site } from "./site.js";
import { Visitor, type Answer } from "./visitor.js";

/** The checks of the address that the app opens after Accept, in order. */
export const returnChecks = [
  "return-address",
  "return-element",
  "return-scripts",
] as const satisfies readonly CheckId[];
const rest = returnChecks.slice(1);

/** What was seen at `site.page`. `look`: undefined if no page came. */
interface ReturnFacts {
  site: Site;
  answer: Answer;
  look: Look | NoLook | undefined;
}

/** Opens the address as the app does. A redirect is not followed: none may be there. Never rejects. */
export async function visitReturn(site: Site, times: VisitTimes): Promise<ReturnFacts> {
  const { page, apiOrigin, headers } = site;
  const origins = [new URL(page).origin, apiOrigin];
  const visitor = new Visitor({ timeoutMs: times.timeoutMs, given: headers, origins });
  const answer = await visitor.call(navigationTo(page));
  const isPage = answer.kind === "answered" && answer.status === 200 && typeFault(answer) === undefined;
  // The number would be a wrong one.
  const look = isPage ? await lookWithBrowser({ ...site, page: `${page}#otp-return` }, times) : undefined;
  return { site, answer, look };
}

export function returnLines({ site, answer, look }: ReturnFacts): Line[] {
  const address = addressLine(site, answer, look);
  if (address.result !== "ok" || look === undefined)
    return [
      address,
      ...notChecked(rest, address.result === "failed" ? fixFirst("return-address") : notLoaded),
    ];
  if (look.kind === "none") return [address, ...notChecked(rest, look.why)];
  return [address, elementLine(look, site), scriptsLine(look, site)];
}

function addressLine(site: Site, answer: Answer, look: ReturnFacts["look"]): Line {
  const { page } = site;
  const wrong = (says: string, fix: string): Line => failed("return-address", says, fix);
  const noPage = (title?: string): Line =>
    noPageLine(
      { check: "return-address", address: "Give the address that the app opens: --return." },
      answer,
      "",
      site,
      title,
    );
  const to = placeIn(answer, page);
  if (answer.kind === "answered" && to !== undefined)
    return wrong(
      `it answers ${answer.status} and redirects to ${to}${
        new URL(to).origin === new URL(page).origin
          ? ": some browsers lose the number in the fragment on the way"
          : ", which is another origin: the number in the fragment goes there too"
      }`,
      "Let the app open an address that answers 200 by itself, also to phones and to people who are logged in, or remove the redirect.",
    );
  const isRobot = intermediaryIn(answer, true)?.kind === "bot-check";
  if (answer.kind === "silent" || answer.status !== 200 || isRobot) return noPage();
  const type = typeFault(answer);
  if (type !== undefined) return wrong(type, "Send the page as text/html.");
  if (look?.kind === "look") {
    const { document, redirect, state } = look;
    const shown = redirect?.to ?? document?.url ?? page;
    if (shown !== page)
      return wrong(
        `it answers 200, but then goes on to ${shown}`,
        "Let the app open an address that stays where it is, or remove what leaves it: a script, or a <meta> that refreshes.",
      );
    if (document?.status !== 200)
      return unknown(
        "return-address",
        `it answers 200 here, but to the browser ${document?.status ?? document?.failure?.reason ?? "nothing"}`,
      );
    if (state?.elements.length === 0 && intermediaryIn(answer)?.kind === "bot-check")
      return noPage(state.title);
  }
  return ok(
    "return-address",
    /^\s*(?:same-origin|noopener)/i.test(String(answer.headers["cross-origin-opener-policy"] ?? ""))
      ? "answers 200 by itself"
      : "answers 200 by itself. With Cross-Origin-Opener-Policy: same-origin no page that opens it could change its address afterwards",
  );
}

function elementLine(look: Look, { page }: Site): Line {
  const { state, settings, stopped } = look;
  const wrong = (says: string, fix: string): Line => failed("return-element", says, fix);
  const element = state && mainElement(state);
  if (!state || !element) {
    const missing = elementFault(look, page, "--return");
    return "fix" in missing ? wrong(missing.says, missing.fix) : unknown("return-element", missing.says);
  }
  if (stopped !== undefined) return unknown("return-element", stopped);
  if (!element.isDefined) {
    const fault = scriptFault(look, page);
    return wrong(
      `no script registers it${fault ? `: ${fault.says}` : ""}`,
      `Check it as a login page: npx onegini-otp-login doctor --site ${page}.`,
    );
  }
  if (settings === undefined) return unknown("return-element", "its settings could not be read");
  if (settings.appLink === "")
    return wrong(
      "it has no app-link, so it does not read #otp-return",
      `Set app-link of <${tagName}> here too, with {otp} and {browser}.`,
    );
  if (/[#&?]otp-return/.test(new URL(state.url).hash))
    return wrong(
      "it leaves #otp-return in the address",
      "Two possible causes: the page has a widget that is older than the way back, or a script sets app-link only after the element has started.",
    );
  // Where no login began, it shows that and requests nothing.
  const hasBegun = look.requests.some(({ method, url }) => method === "POST" && url === settings.endpoint);
  if (element.phase !== "failed" || hasBegun)
    return wrong(
      "something else took #otp-return out of the address, before the element could read it",
      "Look for a script that changes the page's address, such as a router. early.js in the page's head reads it before others do.",
    );
  return settings.appLink.includes("{browser}")
    ? ok("return-element", "has app-link with {browser}, and takes #otp-return out of the address")
    : wrong(
        "its app-link has no {browser}: after a login that begins here the app does not come back",
        "When every phone has a version of the app that comes back, add &browser={browser} to app-link, after {otp}.",
      );
}

function scriptsLine({ requests, state, stopped }: Look, { page, apiOrigin }: Site): Line {
  const own = [new URL(page).origin, apiOrigin];
  const others = requests.flatMap(({ type, isOfPage, url }) => {
    if (type !== "Script" || !isOfPage || !/^https?:/.test(url)) return [];
    // Whose content is known.
    const isFixed = state?.fixedScripts.includes(url) === true;
    const { origin } = new URL(url);
    return own.includes(origin) || isFixed ? [] : [origin];
  });
  if (others.length > 0)
    return failed(
      "return-scripts",
      `it loads scripts of ${[...new Set(others)].join(" and ")}, which can read the number`,
      "Remove them from this page, or let the app open a page without them. Tag managers, statistics, chats and consent banners are such scripts. If the origin is yours, name it with --api-origin.",
    );
  return stopped === undefined
    ? ok("return-scripts", "all that it loads by itself are its own")
    : unknown("return-scripts", stopped);
}
