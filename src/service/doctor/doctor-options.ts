import { basicAuthorization } from "../../server/token-server/client-credentials.js";
import type { Environment } from "../settings/given-values.js";
import { readSettings, type SettingsResult } from "../settings/read-settings.js";
import { settingNames, settingOf, type SettingName } from "../settings/setting-list.js";
import { isLoopback } from "../../protocol/loopback.js";
import { isSafe, parseUrl } from "../../server/text/safe-url.js";
import type { DoctorSettings } from "./doctor-settings.js";
import type { Site } from "./site/site.js";
import { readHeader, secretsIn, type GivenHeader } from "./site/given-headers.js";
import { callbackAuthorizations } from "./tenant/callback-listener.js";
import { kitOptions, type CheckedSetting } from "./wording.js";

/** What doctor is asked to look at. */
export type Subject =
  | { kind: "tenant"; settings: DoctorSettings; callbackUri: string; wantsScan: boolean }
  /** `page`: the address of the first. */
  | { kind: "site"; page: string; site: Site | undefined; wayBack: Site | undefined };

type DoctorOptions =
  | { kind: "help" }
  | { kind: "wrong"; problems: string[]; warnings: string[] }
  | {
      kind: "options";
      subject: Subject;
      json: boolean;
      /** The file for the report. */
      report: string | undefined;
      /** The settings that were given, for the report, without secrets. */
      given: readonly string[];
      /** Texts that no output may hold. */
      secrets: readonly string[];
      warnings: string[];
    };

/** What the checks of a tenant require. Only `serve` needs the others. */
const ofTenant: readonly SettingName[] = ["token-server-url", "client-id", "client-secret", "type"];

/** Reads what follows `doctor`. */
export function readDoctorOptions(
  args: readonly string[],
  environment: Environment,
  read?: (path: string) => string,
): DoctorOptions {
  const isSite = args.some((arg) => /^--(?:site|return)(?:=|$)/.test(arg));
  const result = readSettings(args, environment, read, {
    switches: ["json", "no-scan", "no-browser", "no-sandbox"],
    texts: ["site", "return", "report", "browser"],
    lists: ["header"],
    notNeeded: ["origin", "internal-secret", "pairing-keys", ...(isSite ? ofTenant : [])],
    missing: (name, expected) => `--${name} is missing${optionOf(name)}. Give ${expected}.`,
  });
  if (result.kind !== "settings") return result;
  const { settings, givenAt, switches, texts, lists, warnings } = result;
  const pages = { site: texts.get("site"), return: texts.get("return") };
  const headers = (lists.get("header") ?? []).map(readHeader);
  const problems = headers.flatMap((each) => ("problem" in each ? [each.problem] : []));
  if (problems.length > 0) return { kind: "wrong", problems, warnings };
  const given = headers as GivenHeader[];
  const browserFlag = (["browser", "no-browser", "no-sandbox"] as const).find(
    (name) => texts.has(name) || switches.has(name),
  );
  if (!isSite && browserFlag !== undefined)
    return { kind: "wrong", problems: [`--${browserFlag} needs --site or --return.`], warnings };
  const subject = isSite ? readPages(result, given, pages) : readTenant(result, given);
  if (typeof subject === "string") return { kind: "wrong", problems: [subject], warnings };
  const secretNames = settingNames.filter((name) => settingOf(name).isSecret);
  return {
    kind: "options",
    subject,
    json: switches.has("json"),
    report: texts.get("report"),
    given: settingNames
      .filter((name) => givenAt.has(name))
      .map((name) => `${name}: ${settingOf(name).isSecret ? "(secret)" : JSON.stringify(settings[name])}`),
    secrets: [
      ...secretNames.flatMap((name) => (settings[name] as string | readonly string[] | undefined) ?? []),
      ...(subject.kind === "tenant" ? authorizationsOf(subject.settings) : secretsIn(given)),
    ],
    warnings,
  };
}

type Given = Extract<SettingsResult, { kind: "settings" }>;

/** The tenant, or the problem. */
function readTenant(
  { settings, givenAt, isByFlags, switches }: Given,
  headers: readonly GivenHeader[],
): Subject | string {
  if (headers.length > 0) return "--header needs --site or --return.";
  // May be undefined: with callback-uri doctor does not need it.
  const origin = settings.origin as string | undefined;
  const apiOrigin = settings["api-origin"] ?? origin;
  const callbackUri = settings["callback-uri"] ?? (apiOrigin && `${apiOrigin}${settings.path}/callback`);
  if (callbackUri === undefined)
    return "--origin is missing. Give --origin or --callback-uri: the Token Server has to allow the callback's address.";
  const backend = isByFlags && [...givenAt.keys()].every(isForBoth) ? "kit" : "service";
  const isPortGiven = backend === "service" || givenAt.has("port");
  const port = isPortGiven ? settings.port : ownPort(callbackUri);
  const wantsScan = !switches.has("no-scan");
  return { kind: "tenant", settings: { ...settings, backend, port }, callbackUri, wantsScan };
}

const pageFlags = {
  site: "the address of the login page",
  return: "the address that the app opens after Accept",
} as const;

type PageFlag = keyof typeof pageFlags;

/** The pages to look at, or the problem. */
function readPages(
  result: Given,
  headers: readonly GivenHeader[],
  pages: Readonly<Record<PageFlag, string | undefined>>,
): Subject | string {
  const read = (flag: PageFlag): Site | string | undefined => {
    const page = pages[flag];
    return page === undefined ? undefined : readSite(result, headers, flag, page);
  };
  const [site, wayBack] = [read("site"), read("return")];
  if (typeof site === "string") return site;
  if (typeof wayBack === "string") return wayBack;
  if (site && wayBack && new URL(site.page).origin !== new URL(wayBack.page).origin)
    return "--return is at another origin than --site: run doctor once for each.";
  return { kind: "site", page: (site ?? wayBack)?.page ?? "", site, wayBack };
}

/** The site, or the problem. */
function readSite(
  { settings, givenAt, switches, texts }: Given,
  headers: readonly GivenHeader[],
  flag: PageFlag,
  page: string,
): Site | string {
  const url = parseUrl(page);
  if (!isSafe(url) || url.username !== "" || url.hash !== "")
    return `--${flag} must be ${pageFlags[flag]}, such as https://www.example.com/login: https (http on loopback only), without user or fragment.`;
  if (switches.has("no-scan")) return `--no-scan cannot be combined with --${flag}, which shows no code.`;
  const path = texts.get("browser");
  if (switches.has("no-browser") && (path !== undefined || switches.has("no-sandbox")))
    return "--no-browser cannot be combined with --browser or --no-sandbox.";
  return {
    page: url.href,
    path: settings.path,
    apiOrigin: settings["api-origin"] ?? url.origin,
    isApiGiven: givenAt.has("path") || givenAt.has("api-origin"),
    browser: switches.has("no-browser")
      ? { isUsed: false }
      : { isUsed: true, path, isSandboxed: !switches.has("no-sandbox") },
    headers,
  };
}

/** Whether the kit has a setting too. `host` and `port` are where callbacks arrive. */
const isForBoth = (name: SettingName): boolean => name in kitOptions || name === "host" || name === "port";

const optionOf = (name: SettingName): string =>
  name in kitOptions ? `, the kit's ${kitOptions[name as CheckedSetting]}` : "";

/** The port of a callback's address on this machine. Undefined for other addresses: the port behind their proxy is unknown. */
function ownPort(callbackUri: string): number | undefined {
  const { protocol, hostname, port } = new URL(callbackUri);
  return protocol === "http:" && isLoopback(hostname) ? Number(port || 80) : undefined;
}

/** The secrets as headers hold them. */
function authorizationsOf(settings: DoctorSettings): string[] {
  const { "client-id": id, "client-secret": clientSecrets } = settings;
  const headers = [
    ...clientSecrets.map((secret) => basicAuthorization(id, secret)),
    ...callbackAuthorizations(settings),
  ];
  return headers.map((header) => header.replace(/^Basic |=+$/g, ""));
}

const flagLine = (flag: string, meaning: string): string => `  ${flag.padEnd(39)}${meaning}`;

const settingLines = (Object.keys(kitOptions) as CheckedSetting[])
  .map((name) => flagLine(`--${name} <${settingOf(name).value}>`, kitOptions[name]))
  .join("\n");

export const doctorHelp = `Usage: onegini-otp-login doctor [flags]

Checks a Token Server's settings from the outside in, shows a code to scan, and prints what to change. With --site or
--return it looks at a running site through an installed browser.

Flags:
${flagLine("--no-scan", "shows no code, so the phone and the callback are not checked")}
${flagLine("--site <url>", "the login page of a running site, https://www.example.com/login")}
${flagLine("--return <url>", "the address that the app opens after Accept, alone or with --site")}
${flagLine("--browser <path>", "for these two: the browser (CHROME_PATH, or an installed Chrome or Edge)")}
${flagLine("--no-browser", "for these two: checks only what needs none")}
${flagLine("--no-sandbox", "for these two: the browser runs without a sandbox, as root in a container")}
${flagLine('--header "<name>: <value>"', "for these two: a header of each request to the site; repeatable")}
${flagLine("--json", "the result as JSON on stdout; the code goes to stderr")}
${flagLine("--report <file>", "also writes a report without secrets, for the vendor's support")}
${flagLine("--config <file>", "the file of serve")}

Settings, each with the kit's option. The first four are required, and --origin or --callback-uri. With --site or
--return none is required; give --path if it is not /otp-login, and --api-origin if it is not the page's:
${settingLines}
${flagLine("--host <address>", "where the site's server listens behind its proxy (127.0.0.1)")}
${flagLine("--port <number>", "its port (for a callback address on this machine: its port)")}

A secret can be read from a file: --client-secret-file, --callback-password-file. For the login service, give the
settings of serve: its file, its variables or its flags (npx onegini-otp-login serve --help).

Exit codes: 0 no check failed ("could not tell" is not a failure), 1 a check failed, 2 a flag or a setting is wrong.

Examples:
  npx onegini-otp-login doctor --token-server-url https://ts.example.com --client-id site --client-secret-file secret \\
    --type qr-code --origin https://www.example.com
  npx onegini-otp-login doctor --config /etc/onegini-login.yaml --no-scan --report report.txt
  npx onegini-otp-login doctor --site https://www.example.com/login --return https://www.example.com/login
`;
