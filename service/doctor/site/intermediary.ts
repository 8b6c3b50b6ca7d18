import type { Answer, Answered } from "./visitor.js";

/** What stands in front of a site and answered in its place. */
export type Intermediary =
  /** It takes doctor for a robot. A browser gets past it. */
  | { kind: "bot-check"; says: string }
  /** HTTP authentication. `scheme`: as the server calls it. */
  | { kind: "authentication"; says: string; scheme: string }
  | { kind: "limit"; says: string; fix: string }
  | { kind: "timeout"; says: string; fix: string }
  | { kind: "stopped"; says: string; fix: string };

/** How bot checks are known, by a header or by a text of their page. */
const botChecks: readonly { name: string; header?: readonly [name: string, value: RegExp]; text?: string }[] =
  [
    { name: "Cloudflare", header: ["cf-mitigated", /challenge/i] },
    { name: "Cloudflare", text: "window._cf_chl_opt" },
    { name: "AWS WAF", header: ["x-amzn-waf-action", /./] },
    { name: "Vercel", header: ["x-vercel-mitigated", /./] },
    { name: "DataDome", text: "captcha-delivery.com" },
    { name: "Imperva", text: "_Incapsula_Resource" },
    { name: "HUMAN", text: "px-captcha" },
    { name: "Sucuri", text: "sucuri_cloudproxy_js" },
  ];

/**
 * Recognizes an answer that is not of the site. Undefined: it may be of the site itself.
 *
 * @param isRight whether the answer has what was asked for: a page with the element may have a text of such a check, too
 */
export function intermediaryIn(answer: Answer, isRight = false): Intermediary | undefined {
  if (answer.kind === "silent") return undefined;
  const { status, headers, text } = answer;
  const check = botChecks.find(
    (each) =>
      (each.header && each.header[1].test(String(headers[each.header[0]] ?? ""))) ||
      (each.text !== undefined && !isRight && text.includes(each.text)),
  );
  if (check)
    return { kind: "bot-check", says: `a bot check (${check.name}) answers in its place, ${status}` };
  switch (status) {
    case 401: {
      const scheme = /^\s*([\w-]+)/.exec(headers["www-authenticate"] ?? "")?.[1];
      if (scheme === undefined) return undefined;
      return { kind: "authentication", says: `it asks for HTTP authentication (401, ${scheme})`, scheme };
    }
    case 429:
      return {
        kind: "limit",
        says: `a limit in front of it answers 429${retryOf(answer)}`,
        fix: "Raise the limit of the proxy, the firewall or the content delivery network in front.",
      };
    case 504:
    case 524:
      return {
        kind: "timeout",
        says: `a proxy answers ${status}: nothing behind it answered in time`,
        fix: "Look at the process behind the proxy: it is overloaded or waits for something else, or the proxy's time limit is too short (the kit gives a call to the Token Server 5 s), or a firewall drops what the proxy sends.",
      };
    case 502:
    case 503:
      return {
        kind: "stopped",
        says: `it answers ${status}${retryOf(answer)}`,
        fix: "Two faults look alike: the kit's server or the service is not started, or the proxy has another address or port for it.",
      };
    default:
      return undefined;
  }
}

function retryOf({ headers }: Answered): string {
  const after = headers["retry-after"];
  return after === undefined ? "" : `, Retry-After: ${after}`;
}
