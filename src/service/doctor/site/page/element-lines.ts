import { minPixelsPerModule } from "../../../../protocol/qr.js";
import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../../lines.js";
import type { Look } from "../browser/look-at-page.js";
import { openStream, type SeenRequest } from "../browser/page-record.js";
import { mainElement, type ElementState, type PageState, tagName } from "../browser/read-page.js";
import { nameOf } from "./script-fault.js";

export const elementChecks = ["element", "page-code", "page-stream", "language"] as const;

/**
 * The lines about the element as a person sees it.
 *
 * @param waitsFor a failed check that may explain why it shows no code
 * @param languages those that the package has
 */
export function elementLines(
  look: Look,
  page: string,
  waitsFor: CheckId | undefined,
  isStreamBroken: boolean,
  languages: readonly string[],
): Line[] {
  const { state } = look;
  const element = state && mainElement(state);
  if (!state || !element) return notChecked(elementChecks, fixFirst("page"));
  if (!element.isDefined) return notChecked(elementChecks, fixFirst(waitsFor ?? "widget-script"));
  const line = elementLine(look, state, element, page, waitsFor);
  const isPending = element.phase === "pending";
  const noCode = line.result === "failed" ? fixFirst("element") : "the element shows no code";
  return [
    line,
    isPending ? codeLine(look, element) : unknown("page-code", waitsFor ? fixFirst(waitsFor) : noCode),
    isPending
      ? streamLine(look, isStreamBroken ? "stream" : waitsFor)
      : unknown("page-stream", waitsFor ? fixFirst(waitsFor) : noCode),
    languageLine(element, languages),
  ];
}

function elementLine(
  look: Look,
  state: PageState,
  { phase, isVisible, isManual, message }: ElementState,
  page: string,
  waitsFor: CheckId | undefined,
): Line {
  const seen = state.elements.filter((each) => each.isOnTop).length;
  if (seen > 1)
    return failed(
      "element",
      `${seen} elements are in view: a person sees ${seen} codes`,
      `Keep one <${tagName}> in the page, or show one at a time.`,
    );
  const others = state.elements.length - 1;
  const hidden = others > 0 ? `; ${others} more, hidden` : "";
  if (!isVisible)
    return unknown(
      "element",
      `it is hidden, as in a closed tab or dialog: its code cannot be checked${hidden}`,
    );
  const place = look.isScrolled ? "in view after scrolling" : "in view";
  switch (phase) {
    case "pending":
      return ok("element", `${place}, shows a code${hidden}`);
    case "idle":
      return isManual
        ? ok("element", `${place}, waits for its button (manual)${hidden}`)
        : unknown("element", `${place}, but it does not start${hidden}`);
    case "requesting":
    case "failed": {
      if (waitsFor) return unknown("element", fixFirst(waitsFor));
      const call = failedCall(look, page);
      const says = phase === "failed" ? `it shows “${message}”` : "it still waits for a code";
      return failed(
        "element",
        `${says}${call === undefined ? "" : `: ${call}`}`,
        "Open the page in a browser, with its developer tools: the network panel shows the call that fails.",
      );
    }
    case undefined:
      return unknown("element", `${place}, but it has no phase: another script may have registered the tag`);
    default:
      return unknown("element", `${place}, ${phase}: “${message}”`);
  }
}

/** The last call of the login API that went wrong. */
function failedCall({ requests, settings }: Look, page: string): string | undefined {
  const isWrong = ({ url, failure, status = 0 }: SeenRequest): boolean =>
    settings !== undefined && url.startsWith(settings.endpoint) && (failure !== undefined || status >= 400);
  const call = requests.findLast(isWrong);
  if (!call) return undefined;
  const path = nameOf(call.url, page).replace(/(\/[\w-]{20,})(?=\/|$)/, "/…");
  return `${call.method} ${path} is answered ${call.failure?.reason ?? String(call.status)}`;
}

function codeLine({ code }: Look, { coveredBy }: ElementState): Line {
  if (coveredBy !== undefined)
    return unknown("page-code", `<${coveredBy}> covers it, as a cookie banner does: doctor cannot read it`);
  if (!code) return unknown("page-code", "it was not drawn in time");
  if (!code.isReadable)
    return failed(
      "page-code",
      "a reader cannot read the code on the screen",
      "Look at the page: a filter, a transform, an opacity or something over the code changes it.",
    );
  const pixels = Math.round(code.modulePixels * 10) / 10;
  return pixels < minPixelsPerModule
    ? failed(
        "page-code",
        `readable here, but its modules are ${pixels} px wide: many phones need ${minPixelsPerModule} px`,
        "Remove the zoom or the transform that makes the element smaller.",
      )
    : ok("page-code", `readable, with modules of ${pixels} px`);
}

function streamLine({ requests, settings }: Look, waitsFor: CheckId | undefined): Line {
  const stream = openStream(requests, settings?.endpoint);
  if (stream?.firstBytesMs !== undefined)
    return ok("page-stream", `the first status arrived after ${Math.round(stream.firstBytesMs)} ms`);
  if (waitsFor) return unknown("page-stream", fixFirst(waitsFor));
  return failed(
    "page-stream",
    "no status arrived, so the page polls",
    "The stream works without a browser: look for a service worker of the page, or an extension of the proxy, that holds it back.",
  );
}

function languageLine({ pageLanguage, language }: ElementState, languages: readonly string[]): Line {
  if (pageLanguage === "") return ok("language", `${language}; the page has no lang`);
  const wanted = languages.find((each) => isOf(pageLanguage, each));
  if (wanted === undefined || isOf(pageLanguage, language) || language === "")
    return ok("language", wanted === undefined ? `${language}: there is none for ${pageLanguage}` : language);
  return failed(
    "language",
    `the page is in ${pageLanguage}, the element in ${language}`,
    `Import onegini-otp-login/locales/${wanted}, or load locales/${wanted}.js from beside the one file.`,
  );
}

/** Whether a language is another one or a variety of it, as `nl-BE` of `nl`. */
const isOf = (tag: string, language: string): boolean =>
  `${tag.toLowerCase()}-`.startsWith(`${language.toLowerCase()}-`);
