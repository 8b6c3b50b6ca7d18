import { failed, ok, type Line } from "../../lines.js";
import type { Look } from "../browser/look-at-page.js";
import type { Trouble } from "../browser/page-record.js";
import { mainElement, tagName } from "../browser/read-page.js";
import { scriptFault } from "./script-fault.js";

type Violation = Extract<Trouble, { kind: "policy" }>;

/**
 * Whether `Content-Security-Policy` let the widget do its work, as the browser saw it. A page may block other things for reasons
 * of its own.
 */
export function policyLine(look: Look, page: URL, api: string): Line {
  const { document, state, troubles, registeredBy } = look;
  const header = document?.headers?.["content-security-policy"];
  const isDefined = state ? (mainElement(state)?.isDefined ?? false) : false;
  const phase = state && mainElement(state)?.phase;
  const errors = troubles.flatMap((each) => (each.kind === "error" ? [each.text] : []));
  const violations = troubles.flatMap((each) => (each.kind === "policy" ? [each] : []));
  if (errors.some((text) => /sandboxed and the 'allow-scripts'/.test(text)))
    return blocked(
      "allows no scripts (sandbox)",
      "remove sandbox, or add allow-scripts and allow-same-origin to it",
    );
  if (phase === "failed" && /(?:^|[;,])\s*sandbox(?![^;,]*allow-same-origin)/i.test(header ?? ""))
    return blocked(
      "gives the page an origin of no site (sandbox)",
      "remove sandbox, or add allow-same-origin to it",
    );
  const call = violations.find(
    ({ directive, blocked: at }) => directive === "connect-src" && isBelow(at, api),
  );
  if (call) return blocked("blocks the login API (connect-src)", `add ${sourceOf(api, page)} to connect-src`);
  if (violations.some(isTrustedTypes) && errors.some((text) => text.includes("'lit-html'")) && !isDefined)
    return blocked(
      "blocks the widget's Trusted Types policy (trusted-types)",
      "add lit-html to trusted-types, with 'allow-duplicates' if the page has a Lit of its own",
    );
  const sink = violations.find(
    ({ violation, source }) =>
      violation === "kTrustedTypesSinkViolation" &&
      source !== "" &&
      (source === registeredBy || source.includes(tagName)),
  );
  if (sink) return blocked(`stops the widget (${sink.directive})`, "add lit-html to trusted-types");
  if (!isDefined && violations.some(({ violation }) => violation === "kEvalViolation"))
    return blocked(
      "blocks eval (script-src)",
      "build the scripts without eval (webpack's devtool), or add 'unsafe-eval' to script-src",
    );
  const script = isDefined
    ? undefined
    : blockedScript(violations, page, scriptFault(look, page.href) !== undefined);
  if (script)
    return blocked(
      `blocks ${script.blocked === "" ? "a script in the page" : "the widget's script"} (script-src)`,
      script.blocked === ""
        ? "move the script to a file, or add its nonce or hash to script-src"
        : /'strict-dynamic'/i.test(header ?? "")
          ? "give the script's tag the policy's nonce: beside 'strict-dynamic' browsers ignore 'self'"
          : `add ${sourceOf(script.blocked, page)} to script-src`,
    );
  return ok(
    "csp-widget",
    header !== undefined || state?.hasMetaPolicy === true
      ? "the policy allows the widget"
      : "there is no policy that could block the widget",
  );
}

const blocked = (says: string, fix: string): Line =>
  failed(
    "csp-widget",
    `the policy ${says}`,
    `Change Content-Security-Policy of the login page: ${fix}. The widget runs under script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html.`,
  );

const isTrustedTypes = ({ violation }: Violation): boolean => violation === "kTrustedTypesPolicyViolation";

/**
 * The blocked script that is most likely the widget's: by its name, then by its origin. Others, and scripts in the page, are to
 * blame only if no other fault is known.
 */
function blockedScript(
  violations: readonly Violation[],
  page: URL,
  hasOtherFault: boolean,
): Violation | undefined {
  const scripts = violations.filter(({ directive }) => /^script-src(?:-elem)?$/.test(directive));
  const own =
    scripts.find(({ blocked: at }) => at.includes(tagName)) ??
    scripts.find(({ blocked: at }) => at.startsWith(`${page.origin}/`));
  if (own || hasOtherFault) return own;
  return (
    scripts.find(({ blocked: at, violation }) => at === "" && violation === "kInlineViolation") ??
    scripts.find(({ blocked: at }) => URL.canParse(at))
  );
}

const isBelow = (address: string, api: string): boolean =>
  address === api || address.startsWith(`${api.replace(/\/+$/, "")}/`);

const sourceOf = (address: string, page: URL): string =>
  new URL(address).origin === page.origin ? "'self'" : new URL(address).origin;
