import type { Defence } from "./defence.js";

/** The widget, the demo's pages and sessions, and the emulator. */

const security = "test/e2e/login/security.test.ts";
const login = "test/e2e/login/login.test.ts";
const site = "test/e2e/demo/site.test.ts";
const demoParts = "test/unit/demo/demo-parts.test.ts";
const anotherTab = "test/element/flow/another-tab.test.ts";
const redirect = "test/element/redirect.test.ts";
const links = "test/element/links.test.ts";
const sitePath = "test/unit/protocol/site-path.test.ts";
const newSessionId = `const id = randomBytes(32).toString("base64url");
      const session`;

export const siteAndWidget: readonly Defence[] = [
  {
    claim: "A planted session is ignored",
    file: "demo/server/sessions.ts",
    text: newSessionId,
    without: `const id = "planted-by-somebody-who-knows-it";
      const session`,
    test: security,
    title: "starts a new session at a login, and ignores a planted one",
  },
  {
    claim: "The demo makes a new session id at each login",
    file: "demo/server/sessions.ts",
    text: newSessionId,
    without: `const id = userId.padEnd(43, "x");
      const session`,
    test: demoParts,
    title: "have random ids",
  },
  {
    claim: "One attempt has one session",
    file: "demo/server/sessions.ts",
    text: `if (session) session.ids.push(id);
      else {`,
    without: "{",
    test: demoParts,
    title: "are one for each attempt: a repeated login leads to the same session",
  },
  {
    claim: "A repetition of a login whose session was ended begins no new one",
    file: "demo/server/sessions.ts",
    text: "if (session?.isEnded) return Promise.resolve(undefined);",
    without: "",
    test: site,
    title: "ends another login by its attempt, and a repetition of that login begins no new session",
  },
  {
    claim: "A repetition of a login whose session was ended begins no new one, on any node",
    file: "demo/server/sessions.ts",
    text: "if (made === null && !(await read(attempt))) return undefined;",
    without: "if (made === null) await client.set(sessionKey(attempt), text, { PX });",
    test: "test/resilience/nodes/sessions.test.ts",
    title: "stay ended when signIn runs again for their attempt, on any node",
  },
  {
    claim: "The login page cannot be framed",
    file: "demo/server/page-headers.ts",
    text: `import { secureHeaders } from "hono/secure-headers";`,
    without: "const secureHeaders = (_: object) => createMiddleware((_, next) => next());",
    test: security,
    title: "cannot be framed by any page",
  },
  {
    claim: "The demo sets frame-ancestors 'none' on every page",
    file: "demo/server/page-headers.ts",
    text: `frameAncestors: ["'none'"],`,
    without: "",
    test: site,
    title: "has a strict policy on every page",
  },
  {
    claim: "Going back after a logout does not show the account",
    file: "demo/server/bank-site.ts",
    text: "if (!session) return c.html(notLoggedInPage(settingOf(c)), 401);\n    const all",
    without: "const all",
    test: security,
    title: "does not show the account by the back button after a logout",
  },
  {
    claim: "Browsers do not keep pages of people who are logged in",
    file: "demo/server/bank-site.ts",
    text: `site.get("/account", plainPageHeaders, noStore, async (c) => {`,
    without: `site.get("/account", plainPageHeaders, async (c) => {`,
    test: security,
    title: "does not show the account from the back-forward cache after a logout in another tab",
  },
  {
    claim: "A code from before the logout logs nobody in",
    file: "demo/server/bank-site.ts",
    text: "for (const [name, value] of forget()) c.header(name, value, { append: true });",
    without: "",
    test: security,
    title: "restores a login page after a logout with a new code, and the old code logs nobody in",
  },
  {
    claim: "kit.forget ends the browser's other attempts",
    file: "src/server/http/browser-cookie.ts",
    text: `{ ...this.#attributes(), maxAge: 0 }`,
    without: "{ ...this.#attributes(), maxAge: 600 }",
    test: "test/unit/server/http/who-may-call.test.ts",
    title: "is deleted by the header that forget() returns, and then the browser's attempts are unknown",
  },
  {
    claim: "A logout ends the session on the server",
    file: "demo/server/bank-site.ts",
    text: "for (const session of await sessionsOf(c)) await sessions.end(session);",
    without: "",
    test: login,
    title: "logs out by …: the session and the browser's other attempts end",
  },
  {
    claim: "A page that was used for a login leaves no entry in the history",
    file: "src/element/onegini-otp-login.ts",
    text: "location.replace(target);",
    without: "location.assign(target);",
    test: login,
    title: "replaces the login page in the history by the account",
  },
  {
    claim: "One of two tabs logs in: it asks for the status while it holds the lock",
    file: "src/element/flow/login-flow.ts",
    text: `claim.locked(
        defer(() => followStatus(attempt, backend, environment, EMPTY, true))`,
    without: `claim.locked(
        of<StatusAnswer>({ status: "approved" })`,
    test: anotherTab,
    title: "asks for the status in the lock, claims, and logs in",
  },
  {
    claim: "One of two tabs logs in: the other one has no claim",
    file: "src/element/flow/login-flow.ts",
    text: `else if (status !== "completed" || !claim.isMine())`,
    without: `else if (status !== "completed")`,
    test: anotherTab,
    title: "is another tab's if the status in the lock is `completed`",
  },
  {
    claim: "The widget follows redirect_to only to http and https",
    file: "src/element/links.ts",
    text: "/^https?:$/.test(url.protocol)",
    without: "url",
    test: redirect,
    title: "the page goes to `redirect` if the answer's URL is rejected",
  },
  {
    claim: "sitePath gives a path that leads nowhere but to this site",
    file: "src/protocol/site-path.ts",
    text: `|| pathname.startsWith("//")`,
    without: "",
    test: sitePath,
    title: "gives a path that leads nowhere but to this site, from whatever comes",
  },
  {
    claim: "sitePath gives no path that HTML reads as another site's address",
    file: "src/protocol/site-path.ts",
    text: `.replaceAll("&", "%26")`,
    without: "",
    test: sitePath,
    title: "gives a path that leads nowhere but to this site, from whatever comes",
  },
  {
    claim: "sitePath refuses another site's address, encoded too",
    file: "src/protocol/site-path.ts",
    text: "|| slashesIn(plain) > slashesIn(pathname)",
    without: "",
    test: sitePath,
    title: "refuses …",
  },
  {
    claim: "The login event gives the URL that the widget would follow",
    file: "src/element/onegini-otp-login.ts",
    text: "new LoginEvent(answer, target)",
    without: "new LoginEvent(answer, (answer.redirect_to || this.redirect) ?? undefined)",
    test: redirect,
    title: "a listener gets the URL that the element would follow: …, else …",
  },
  {
    claim: "If redirect is rejected too, the page stays",
    file: "src/element/links.ts",
    text: "/^https?:$/.test(url.protocol)",
    without: "url",
    test: redirect,
    title: "the page stays if both URLs are rejected",
  },
  {
    claim: "Only http and https are followed",
    file: "src/element/links.ts",
    text: "/^https?:$/.test(url.protocol)",
    without: "url",
    test: links,
    title: "is missing if the attribute's is rejected too",
  },
  {
    claim: "app-link rejects javascript:, data: and blob:",
    file: "src/element/links.ts",
    text: "!/^(javascript|data|blob):$/.test(url.protocol)",
    without: "url",
    test: links,
    title: "rejects …",
  },
  {
    claim: "app-link rejects them whatever the code contains",
    file: "src/protocol/qr.ts",
    text: `link.replaceAll("{otp}", encodeURIComponent(otp));`,
    without: `link.replaceAll("{otp}", otp);`,
    test: links,
    title: "cannot be turned into another scheme by an OTP",
  },
  {
    claim: "The demo does not start with its emulator at a public origin",
    file: "demo/server/demo-config.ts",
    text: "if (isPublic && output.EMULATOR === undefined)",
    without: "if (output.EMULATOR === null)",
    test: "test/e2e/demo/start.test.ts",
    title: "does not start with its emulator at a public origin, and says what to do",
  },
  {
    claim: "A public demo says so on every page",
    file: "demo/pages/page-layout.ts",
    text: "isPublic ? texts.publicNotice : texts.demoNotice",
    without: "texts.demoNotice",
    test: "test/e2e/demo/start.test.ts",
    title: "says on every page that everybody can use the emulator, with EMULATOR=public",
  },
  {
    claim: "The demo answers 421 at a host name that is not its own",
    file: "demo/server/demo-server.ts",
    text: "if (isOwnHost(request.headers.host, hostname))",
    without: "if (hostname)",
    test: site,
    title: "answers 421 at a host that is not its own, so that no other site can read its answers",
  },
  {
    claim: "The emulator answers 421 at a host name that is not its own",
    file: "src/emulator/token-server.ts",
    text: "if (!config.isOwnHost(hostname)) {",
    without: "if (hostname === undefined) {",
    test: "test/unit/emulator/phone.test.ts",
    title: "answers 421 at a host that is not its own",
  },
  {
    claim: "The phone's calls take application/json only",
    file: "src/emulator/phone/phone-api.ts",
    text: `!/^application\\/json *(;|$)/i.test(type ?? "")`,
    without: `type === ""`,
    test: "test/unit/emulator/phone-api.test.ts",
    title: "takes JSON from application/json only, which a page of another site cannot send",
  },
  {
    claim: "One phone can answer a code, once",
    file: "src/emulator/phone/phone-api.ts",
    text: `if (transaction.state.kind !== "waiting") throw new MobileAuthError(9029);`,
    without: "",
    test: "test/unit/emulator/phone-api.test.ts",
    title: "answers 9029 for a code that any user has scanned before",
  },
];
