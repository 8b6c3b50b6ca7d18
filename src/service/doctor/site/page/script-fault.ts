import type { Look } from "../browser/look-at-page.js";
import type { SeenRequest, Trouble } from "../browser/page-record.js";
import { tagName } from "../browser/read-page.js";

/** Why a browser did not run a script of a page. */
export interface ScriptFault {
  says: string;
  fix: string;
  /** An address or a text that tells whose script it is. */
  about: string;
}

const fixes = {
  missing: "Serve the file at this address, or correct the address in the page.",
  type: "Serve it as text/javascript. If a page comes instead, the file is not at the address in the tag.",
  integrity:
    "Set integrity in the tag to the value for this version's file. If it is right, a proxy or a content delivery network changes the file.",
  tag: 'Add type="module" to the tag.',
  cors: "Send Access-Control-Allow-Origin with it (and add crossorigin to a tag with integrity), or serve it from the page's origin.",
  embedder: "Send Cross-Origin-Resource-Policy: cross-origin with it, or serve it from the page's origin.",
  name: "Build the script with a bundler, or add the name to an import map.",
  certificate:
    "Browsers do not trust the certificate there. Of a private authority (NODE_EXTRA_CA_CERTS) doctor believes those of the page's origin and --api-origin alone.",
  error: "Mend the script. If it is built, build it for the browsers that people have.",
} as const;

export const loadWidget = `<script type="module" src="…/onegini-otp-login.js"></script>, or import "onegini-otp-login/define" in a script of the page.`;

export const noScript = "none of the page's scripts registers the element";

/** A file's path, with its origin if that is not the page's. */
export function nameOf(address: string, page: string): string {
  if (!URL.canParse(address)) return "a script in the page";
  const { origin, pathname, protocol } = new URL(address);
  if (origin === new URL(page).origin) return pathname;
  return /^https?:$/.test(protocol) ? origin + pathname : `${address.slice(0, 30)}…`;
}

/** What is most likely to keep the element from being registered: a script with its name before others, the page's own first. */
export function scriptFault({ requests, troubles, state }: Look, page: string): ScriptFault | undefined {
  const found = [
    ...requests.flatMap((request) => requestFault(request, page) ?? []),
    ...troubles.flatMap((trouble) => troubleFault(trouble, page) ?? []),
  ];
  const rank = ({ about }: ScriptFault): number =>
    Number(about.includes(tagName)) * 2 + Number(about.startsWith(new URL(state?.url ?? page).origin));
  const [first] = found.sort((one, other) => rank(other) - rank(one));
  if (!first || first.about.includes(tagName)) return first;
  return { ...first, fix: `${first.fix} If another script is to load the widget: ${loadWidget}` };
}

function requestFault(
  { url, type, status = 0, failure, headers = {} }: SeenRequest,
  page: string,
): ScriptFault | undefined {
  if (type !== "Script") return undefined;
  const fault = (why: string, kind: keyof typeof fixes): ScriptFault => ({
    says: `${nameOf(url, page)}: ${why}`,
    fix: fixes[kind],
    about: url,
  });
  if (failure?.kind === "cors")
    return fault(
      failure.reason === "MissingAllowOriginHeader"
        ? `it is from another origin, without Access-Control-Allow-Origin for ${new URL(page).origin}`
        : `it is from another origin, and CORS forbids it (${failure.reason})`,
      "cors",
    );
  if (failure?.kind === "blocked")
    switch (failure.reason) {
      case "csp":
        return undefined;
      case "mixed-content":
        return fault("http, which browsers block on an https page", "missing");
      default:
        return /co[er]p/.test(failure.reason)
          ? fault("the page's Cross-Origin-Embedder-Policy blocks it", "embedder")
          : fault(`the browser blocks it (${failure.reason})`, "missing");
    }
  if (status >= 400) return fault(String(status), "missing");
  if (failure) return fault(failure.reason, /ERR_CERT_/.test(failure.reason) ? "certificate" : "missing");
  // A redirect to a login page, or a single-page application that answers each address.
  const mime = (headers["content-type"] ?? "").split(";")[0];
  return mime === "text/html" ? fault("it is a page, not a script", "type") : undefined;
}

function troubleFault(trouble: Trouble, page: string): ScriptFault | undefined {
  if (trouble.kind === "mixed-content" || trouble.kind === "policy") return undefined;
  const { text, url } = trouble;
  const of = (address: string, why: string, kind: keyof typeof fixes): ScriptFault => ({
    says: `${nameOf(address, page)}: ${why}`,
    fix: fixes[kind],
    about: address,
  });
  if (trouble.kind === "exception") return exceptionFault(trouble, page);
  const address = /['“](https?:[^'”]+)['”]/.exec(text)?.[1] ?? url;
  if (/'integrity' attribute for resource/.test(text))
    return of(address, "it does not match its integrity", "integrity");
  if (/integrity attribute, but the resource requires the request to be CORS/.test(text))
    return of(address, "it is from another origin, and its tag has integrity without crossorigin", "cors");
  const mime = /MIME type (?:of "|\(')([^"']*)/.exec(text)?.[1];
  if (mime !== undefined && /script/.test(text))
    return of(
      /^https?:/.test(url) ? url : address,
      `its Content-Type is ${mime || "missing"} instead of text/javascript`,
      "type",
    );
  return undefined;
}

function exceptionFault(
  { text, url, line }: Extract<Trouble, { kind: "exception" }>,
  page: string,
): ScriptFault {
  const name = nameOf(url, page);
  const fault = (says: string, kind: keyof typeof fixes): ScriptFault => ({
    says,
    fix: fixes[kind],
    about: `${url} ${text}`,
  });
  const specifier = /resolve module specifier ["']([^"']*)["']/.exec(text)?.[1];
  if (specifier !== undefined)
    return fault(`“${specifier}”: it is not an address, and no import map has it`, "name");
  if (/^SyntaxError: Unexpected token '<'/.test(text))
    return fault(`${name}: it is a page, not a script`, "type");
  if (
    /^SyntaxError: (?:Unexpected token 'export'|Cannot use (?:import statement|'import\.meta') outside)/.test(
      text,
    )
  )
    return fault(`${name}: it is a module, and its tag has no type="module"`, "tag");
  const says = `${name}, line ${line}: ${text}`;
  // An error of another script may have nothing to do with it.
  return fault(/^SyntaxError/.test(text) || url.includes(tagName) ? says : `${noScript}; ${says}`, "error");
}
