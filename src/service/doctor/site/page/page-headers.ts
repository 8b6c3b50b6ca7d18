import type { IncomingHttpHeaders } from "node:http";
import { failed, ok, unknown, type Line } from "../../lines.js";

/** The lines about a page's headers, which need no browser. */
export const headerLines = (headers: IncomingHttpHeaders, url: URL): Line[] => [
  hstsLine(headers["strict-transport-security"], url),
  framingLine(headers),
];

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

/** Whether a source matches any site, or any with this scheme or port. */
const isAnySite = (source: string): boolean =>
  /^(?:\*|(?:https?|wss?):|(?:https?:\/\/)?\*(?::[\d*]+)?\/?)$/i.test(source);

function framingLine({
  "content-security-policy": policy,
  "x-frame-options": options,
}: IncomingHttpHeaders): Line {
  // Browsers ignore `frame-ancestors` in a `<meta>` tag. Each policy of the header counts, and of each its first one.
  const named = String(policy ?? "")
    .split(",")
    .flatMap((each) => {
      const found = /(?:^|;)\s*frame-ancestors(?=[\s;]|$)([^;]*)/i.exec(each)?.[1];
      return found === undefined ? [] : [found.trim().split(/\s+/)];
    });
  const isDenied = String(options ?? "")
    .split(",")
    .some((value) => /^\s*(?:deny|sameorigin)\s*$/i.test(value));
  const good = ok("csp-framing", "other sites cannot show the page in a frame");
  if (named.length > 0) {
    if (named.some((ancestors) => !ancestors.some(isAnySite))) return good;
    return failed(
      "csp-framing",
      `any site can show the login page in a frame: frame-ancestors is ${named[0]?.join(" ")}${isDenied ? ", so browsers ignore X-Frame-Options" : ""}`,
      "Set frame-ancestors 'none' in Content-Security-Policy of the login page.",
    );
  }
  return isDenied
    ? good
    : failed(
        "csp-framing",
        "any site can show the login page in a frame",
        "Add frame-ancestors 'none' to Content-Security-Policy of the login page.",
      );
}
