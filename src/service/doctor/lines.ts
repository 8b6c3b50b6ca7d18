/** The checks by id, with their titles: the vendor's console's own words where it has any. */
export const titles = {
  name: "Name",
  port: "Port",
  "tls-version": "TLS version",
  "tls-chain": "TLS certificate's issuer",
  "tls-date": "TLS certificate's dates",
  "tls-name": "TLS certificate's name",
  "token-server": "Token Server",
  client: "API client → Client ID and Client secret",
  scope: "API client → Valid for APIs",
  feature: "Features → Mobile authentication",
  "type-name": "Mobile authentication type → Name",
  "type-method": "Mobile authentication type → Authentication method",
  message: "Message",
  "callback-allowed": "Callback URL is allowed",
  code: "Code",
  lifetime: "Request expires in",
  result: "Result of the code",
  "callback-reachable": "Callback URL can be reached",
  scan: "Scan",
  callback: "Callback",
  "callback-auth": "Callback config → Username and Password",
  page: "Login page",
  "widget-script": "Widget's script",
  "csp-widget": "Login page's policy, for the widget",
  element: "Element",
  "page-code": "Code on the page",
  "page-stream": "Stream on the page",
  language: "Element's language",
  "page-errors": "Page's errors",
  "login-api": "Login API",
  origin: "Login page's origin",
  "other-origins": "Login API from other sites",
  "content-type": "Login API's Content-Type",
  "cache-control": "Login API's Cache-Control",
  cookie: "Login API's cookie",
  status: "Login API's status",
  stream: "Login API's stream",
  clock: "Clock",
  hsts: "Login page's HSTS",
  "csp-framing": "Login page in frames",
  "return-address": "Return address",
  "return-element": "Return address's element",
  "return-scripts": "Return address's scripts",
} as const;

export type CheckId = keyof typeof titles;

/** The result of one check, for a person. No line holds a secret. */
export type Line = { check: CheckId; says: string } & (
  | { result: "ok" }
  /** `fix`: what to change, and where. */
  | { result: "failed"; fix: string }
  /** "Could not tell." */
  | { result: "unknown" }
);

export const ok = (check: CheckId, says: string): Line => ({ check, result: "ok", says });

export const failed = (check: CheckId, says: string, fix: string): Line => ({
  check,
  result: "failed",
  says,
  fix,
});

export const unknown = (check: CheckId, says: string): Line => ({ check, result: "unknown", says });

/** The lines of checks that wait for another one. */
export const notChecked = (checks: readonly CheckId[], why: string): Line[] =>
  checks.map((check) => unknown(check, why));

/** The reason for a check that has to wait until another one passes. */
export const fixFirst = (check: CheckId): string => `skipped: fix “${titles[check]}” first`;
