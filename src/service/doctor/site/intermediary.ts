import type { Answer, Answered } from "./visitor.js";

/** Something in front of a site that answered instead of the site. */
type Intermediary =
  /** It treats doctor as a robot. A browser gets past it. */
  | { kind: "bot-check"; says: string }
  /** HTTP authentication. `scheme`: as in the server's header. */
  | { kind: "authentication"; says: string; scheme: string }
  | { kind: "limit" | "timeout" | "stopped"; says: string; fix: string };

/** Bot checks, each recognized by a header or by a text in its page. */
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
 * Recognizes an answer that does not come from the site. Undefined: it may come from the site.
 *
 * @param isRight whether the answer is the expected one: a page with the element may contain the text of a bot check too
 */
export function intermediaryIn(answer: Answer, isRight = false): Intermediary | undefined {
  if (answer.kind === "silent") return undefined;
  const { status, headers, text } = answer;
  const check = botChecks.find(
    (each) =>
      (each.header && each.header[1].test(String(headers[each.header[0]] ?? ""))) ||
      (each.text !== undefined && !isRight && text.includes(each.text)),
  );
  if (check) return { kind: "bot-check", says: `a bot check (${check.name}) answers instead, ${status}` };
  switch (status) {
    case 401: {
      const scheme = /^\s*([\w-]+)/.exec(headers["www-authenticate"] ?? "")?.[1];
      if (scheme === undefined) return undefined;
      return { kind: "authentication", says: `it requires HTTP authentication (401, ${scheme})`, scheme };
    }
    case 429:
      return {
        kind: "limit",
        says: `a rate limit in front of it answers 429${retryOf(answer)}`,
        fix: "Raise the limit of the proxy, the firewall or the content delivery network in front.",
      };
    case 504:
    case 524:
      return {
        kind: "timeout",
        says: `a proxy answers ${status}: nothing behind it answered in time`,
        fix: "Check the process behind the proxy. It may be overloaded or waiting for something else, the proxy's timeout may be too short (the kit allows 5 s for a call to the Token Server), or a firewall drops the proxy's packets.",
      };
    case 502:
    case 503:
      return {
        kind: "stopped",
        says: `it answers ${status}${retryOf(answer)}`,
        fix: "Two possible causes: the kit's server or the service is not running, or the proxy uses a wrong address or port for it.",
      };
    default:
      return undefined;
  }
}

function retryOf({ headers }: Answered): string {
  const after = headers["retry-after"];
  return after === undefined ? "" : `, Retry-After: ${after}`;
}
