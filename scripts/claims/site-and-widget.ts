import type { Claims } from "./defence.js";

/** The widget, the demo's pages and sessions, and the emulator. */
export const siteAndWidget: Claims = {
  "test/unit/demo/link-values.test.ts": {
    "A link to the playground sets no address of another origin": {
      threat: "emulator",
      asvs: ["1.2.2"],
      at: "demo/client/playground/link-values.ts: mayComeFromLink",
      remove: "&& origin === new URL(page).origin",
      title: "may not set … to …",
    },
  },
  "test/e2e/login/security.test.ts": {
    "A planted session is ignored": {
      threat: "session-fixation",
      asvs: ["7.2.4"],
      at: "demo/server/sessions.ts: memorySessions",
      replace: ['randomBytes(32).toString("base64url")', '"planted-by-somebody-who-knows-it"'],
      title: "starts a new session at a login, and ignores a planted one",
    },
    "The login page cannot be framed": {
      threat: "framing",
      asvs: ["3.4.6"],
      at: "demo/server/page-headers.ts",
      replace: [
        'import { secureHeaders } from "hono/secure-headers";',
        "const secureHeaders = (_: object) => createMiddleware((_, next) => next());",
      ],
      title: "cannot be framed by any page",
    },
    "Going back after a logout does not show the account": {
      threat: "after-logout",
      asvs: ["14.3.1"],
      at: "demo/server/bank-site.ts: accountPages",
      replace: [
        "if (!session) return c.html(notLoggedInPage(settingOf(c, demo)), 401); const all",
        "const all",
      ],
      title: "does not show the account by the back button after a logout",
    },
    "Browsers do not keep pages of people who are logged in": {
      threat: "after-logout",
      asvs: ["14.3.2"],
      at: "demo/server/bank-site.ts: accountPages",
      replace: [
        '"/account", plainPageHeaders, noStore, async (c)',
        '"/account", plainPageHeaders, async (c)',
      ],
      title: "does not show the account from the back-forward cache after a logout in another tab",
    },
    "A code from before the logout logs nobody in": {
      threat: "after-logout",
      asvs: ["7.4.1"],
      at: "demo/server/bank-site.ts: deleteCookies",
      remove: "for (const [name, value] of forget()) c.header(name, value, { append: true });",
      title: "restores a login page after a logout with a new code, and the old code logs nobody in",
    },
  },
  "test/unit/demo/demo-parts.test.ts": {
    "The demo makes a new session id at each login": {
      threat: "session-fixation",
      asvs: ["7.2.3"],
      at: "demo/server/sessions.ts: memorySessions",
      replace: ['= randomBytes(32).toString("base64url")', '= userId.padEnd(43, "x")'],
      title: "have random ids",
    },
    "One attempt has one session": {
      threat: "replay",
      asvs: ["7.2.4"],
      at: "demo/server/sessions.ts: memorySessions",
      remove: "if (session) session.ids.push(id); else",
      title: "are one for each attempt: a repeated login leads to the same session",
    },
  },
  "test/e2e/demo/site.test.ts": {
    "A repetition of a login whose session was ended begins no new one": {
      threat: "replay",
      asvs: ["7.4.1"],
      at: "demo/server/sessions.ts: memorySessions",
      remove: "if (session?.isEnded) return Promise.resolve(undefined);",
      title: "ends another login by its attempt, and a repetition of that login begins no new session",
    },
    "The demo sets frame-ancestors 'none' on every page": {
      threat: "framing",
      asvs: ["3.4.6"],
      at: "demo/server/page-headers.ts: policy",
      remove: `frameAncestors: ["'none'"],`,
      title: "has a strict policy on every page",
    },
    "The demo answers 421 at a host name that is not its own": {
      threat: "emulator",
      asvs: ["4.1.3"],
      at: "demo/server/demo-server.ts: listenerOf",
      replace: ["isOwnHost(request.headers.host, new URL(origin).hostname)", "origin"],
      title: "answers 421 at a host that is not its own, so that no other site can read its answers",
    },
  },
  "test/resilience/nodes/sessions.test.ts": {
    "A repetition of a login whose session was ended begins no new one, on any node": {
      threat: "replay",
      asvs: ["7.4.1"],
      at: "demo/server/sessions.ts: redisSessions",
      replace: [
        "(made === null && !(await read(attempt))) return undefined;",
        "(made === null) await client.set(sessionKey(attempt), text, { PX });",
      ],
      title: "stay ended when signIn runs again for their attempt, on any node",
    },
  },
  "test/unit/server/http/who-may-call.test.ts": {
    "kit.forget ends the browser's other attempts": {
      threat: "after-logout",
      asvs: ["7.4.1"],
      at: "src/server/http/site-cookie.ts: SiteCookie.endHeader",
      value: 'return this.header("", 1);',
      title: "is deleted by the header that forget() returns, and then the browser's attempts are unknown",
    },
  },
  "test/e2e/login/login.test.ts": {
    "A logout ends the session on the server": {
      threat: "after-logout",
      asvs: ["7.4.1"],
      at: "demo/server/bank-site.ts: accountPages",
      remove: "for (const session of await sessionsOf(c, options)) await sessions.end(session);",
      title: "logs out by …: the session and the browser's other attempts end",
    },
    "A page that was used for a login leaves no entry in the history": {
      threat: "after-logout",
      asvs: ["14.3.1"],
      at: "src/element/onegini-otp-login.ts: OneginiOtpLogin.#finish",
      replace: ["replace", "assign"],
      title: "replaces the login page in the history by the account",
    },
  },
  "test/element/flow/come-back.test.ts": {
    "The way back: a browser in which no login began requests nothing": {
      threat: "relayed-link",
      asvs: ["6.6.2"],
      at: "src/element/flow/login-flow.ts: comeBack",
      replace: [
        'fail(new RequestError("other_browser"), "start", environment)',
        "start(backend, environment)",
      ],
      title: "requests nothing in a browser that kept no attempt",
    },
    "The way back: no number is posted while the login is pending, and none after 15 s": {
      threat: "relayed-link",
      asvs: ["2.3.1"],
      at: "src/element/flow/login-flow.ts: comeBack",
      remove: "held.number = undefined;",
      title: "sends none while the login is pending, and holds it for 15 s",
    },
    "The way back: one number of an attempt is posted with nobody's press": {
      threat: "relayed-link",
      asvs: ["2.3.2"],
      at: "src/element/flow/finish-login.ts: signIn",
      remove: "&& shared.takeUnattended()",
      title: "sends one number of an attempt with nobody's press",
    },
  },
  "test/element/app-link/shared-attempt.test.ts": {
    "The way back: one number of an attempt, in all tabs": {
      threat: "relayed-link",
      asvs: ["2.3.2"],
      at: "src/element/app-link/shared-attempt.ts: sharedAttempt",
      remove: 'if (isFirst) markAttempt(endpoint, attempt, "sent");',
      title: "gives the right to send a number with nobody's press once, also to another tab",
    },
  },
  "test/element/app-link/app-return.test.ts": {
    "The way back: a fragment with several numbers, or a malformed one, has none": {
      threat: "relayed-link",
      asvs: ["2.2.1"],
      at: "src/element/app-link/app-return.ts: takeFromAddress",
      remove: "second === undefined &&",
      title: "removes a malformed …, and takes it for none",
    },
  },
  "test/element/app-link/browser-name.test.ts": {
    "{browser} is a name of a fixed set, whatever the browser says": {
      threat: "relayed-link",
      asvs: ["2.2.1"],
      at: "src/element/app-link/browser-name.ts: browserName",
      replace: [': "other"', ": userAgent"],
      title: "is never more than a name of the set, whatever the browser says",
    },
  },
  "test/element/flow/finish-login.test.ts": {
    "One of two tabs logs in: it asks for the status while it holds the lock": {
      threat: "replay",
      asvs: ["2.3.4"],
      at: "src/element/flow/finish-login.ts: signIn",
      replace: ["shared.locked(settledStatus(login)", 'shared.locked(of("approved" as const)'],
      title: "asks for the status in the lock, becomes the owner, and logs in",
    },
    "One of two tabs logs in: the other one has no claim": {
      threat: "replay",
      asvs: ["2.3.4"],
      at: "src/element/flow/finish-login.ts: signIn",
      remove: "|| !shared.isOwner()",
      title: "is another tab's if the status in the lock is `completed`",
    },
  },
  "test/element/redirect.test.ts": {
    "The widget follows redirect_to only to http and https": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/element/links.ts: redirectTarget",
      replace: ["/^https?:$/.test(url.protocol)", "url"],
      title: "the page goes to `redirect` if the answer's URL is rejected",
    },
    "The widget follows no inherited redirect_to": {
      threat: "polluted-prototype",
      asvs: ["15.3.6"],
      at: "src/element/onegini-otp-login.ts: OneginiOtpLogin.#finish",
      replace: ["ownMembers(answer)", "answer"],
      title: "the page goes to `redirect` if the answer's URL is only inherited",
    },
    "The login event gives the URL that the widget would follow": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/element/onegini-otp-login.ts: OneginiOtpLogin.#finish",
      replace: ["(answer, target)", "(answer, (answer.redirect_to || this.redirect) ?? undefined)"],
      title: "a listener gets the URL that the element would follow: …, else …",
    },
    "If redirect is rejected too, the page stays": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/element/links.ts: redirectTarget",
      replace: ["/^https?:$/.test(url.protocol)", "url"],
      title: "the page stays if both URLs are rejected",
    },
  },
  "test/unit/protocol/login-api.test.ts": {
    "An answer of the login API has its own members only": {
      threat: "polluted-prototype",
      asvs: ["15.3.6"],
      at: "src/protocol/login-api.ts: ownMembers",
      replace: ["{ __proto__: null, ...(value as object) }", "{ ...(value as object) }"],
      title: "find no code, start, error or question in an answer that has none of its own",
    },
    "A status has its own members only": {
      threat: "polluted-prototype",
      asvs: ["15.3.6"],
      at: "src/protocol/login-api.ts: parseStatusAnswer",
      replace: ["return ownMembers", "return"],
      title: "find no scan and no time in a status without them",
    },
    "A login's result has no __proto__": {
      threat: "polluted-prototype",
      asvs: ["15.3.6"],
      at: "src/protocol/login-api.ts: parseLoginAnswer",
      remove: 'delete answer["__proto__"];',
      title: "has no `__proto__`, which a page would make the prototype of a copy",
    },
  },
  "test/unit/server/http/json-body.test.ts": {
    "A request's body has its own members only": {
      threat: "polluted-prototype",
      asvs: ["15.3.6", "15.3.3"],
      at: "src/protocol/login-api.ts: ownMembers",
      replace: ["{ __proto__: null, ...(value as object) }", "{ ...(value as object) }"],
      title: "has no inherited member: …",
    },
  },
  "test/unit/server/token-server/token-server-answers.test.ts": {
    "A Token Server's answer has its own members only": {
      threat: "polluted-prototype",
      asvs: ["15.3.6"],
      at: "src/server/text/own-object.ts: ownObject",
      replace: ["(isObject(value) ? ownMembers(value) : value)", "value"],
      title: "approve nobody by an inherited user",
    },
  },
  "test/unit/service/serve/ports/internal-bodies.test.ts": {
    "A body of the internal port has its own members only": {
      threat: "polluted-prototype",
      asvs: ["15.3.6", "15.3.3"],
      at: "src/server/text/own-object.ts: ownObject",
      replace: ["ownMembers(members)", "members"],
      title: "have only their own members",
    },
  },
  "test/element/first-paint.test.ts": {
    "A frame with the name of the early answer does not keep the element from starting": {
      threat: "polluted-prototype",
      asvs: ["15.3.5"],
      at: "src/element/api/http-backend.ts: takeEarlyAnswer",
      remove: 'Object.hasOwn(page, "oneginiOtpLoginEarly") &&',
      title: "is not a frame of its name …: the element sends its own request",
    },
  },
  "test/element/i18n/languages.test.ts": {
    "A frame with the name of the languages' registry keeps no language from it": {
      threat: "polluted-prototype",
      asvs: ["15.3.5"],
      at: "src/locales/nl.ts",
      replace: ["!Array.isArray(globalThis.oneginiOtpLoginLocales)", "!globalThis.oneginiOtpLoginLocales"],
      title: "is registered where a frame of the page has the registry's name, too",
    },
  },
  "test/unit/protocol/site-path.test.ts": {
    "sitePath gives a path that leads nowhere but to this site": {
      threat: "open-redirect",
      asvs: ["3.7.2"],
      at: "src/protocol/site-path.ts: sitePath",
      remove: '|| pathname.startsWith("//")',
      title: "gives a path that leads nowhere but to this site, from whatever comes",
    },
    "sitePath gives no path that HTML reads as another site's address": {
      threat: "open-redirect",
      asvs: ["3.7.2"],
      at: "src/protocol/site-path.ts: sitePath",
      remove: '.replaceAll("&", "%26")',
      title: "gives a path that leads nowhere but to this site, from whatever comes",
    },
    "sitePath refuses another site's address, encoded too": {
      threat: "open-redirect",
      asvs: ["3.7.2", "1.1.1"],
      at: "src/protocol/site-path.ts: sitePath",
      remove: "|| slashesIn(plain) > slashesIn(pathname)",
      title: "refuses …",
    },
  },
  "test/element/links.test.ts": {
    "Only http and https are followed": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/element/links.ts: redirectTarget",
      replace: ["/^https?:$/.test(url.protocol)", "url"],
      title: "is missing if the attribute's is rejected too",
    },
    "app-link rejects javascript:, data: and blob:": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/element/links.ts: appLinkFor",
      replace: ["!/^(javascript|data|blob):$/.test(url.protocol)", "url"],
      title: "rejects …",
    },
    "app-link rejects them whatever the code contains": {
      threat: "open-redirect",
      asvs: ["1.2.2"],
      at: "src/protocol/qr-link.ts: fillOtp",
      replace: ["encodeURIComponent(otp)", "otp"],
      title: "cannot be turned into another scheme by an OTP",
    },
  },
  "test/unit/service/command/flags.test.ts": {
    "The emulator does not start in production": {
      threat: "emulator",
      asvs: ["15.2.3"],
      at: "src/service/command/flags.ts: readCommand",
      replace: ['"production"', '""'],
      title: "do not start the emulator in production: exit code 2, and what to do",
    },
    "The demo does not start with its emulator in production": {
      threat: "emulator",
      asvs: ["15.2.3"],
      at: "demo/server/demo-config.ts: readConfig",
      replace: [
        "(isProduction && output.EMULATOR === undefined)",
        "(isProduction && output.EMULATOR === null)",
      ],
      title: "start the demo's own emulator in production only with --emulator public",
    },
  },
  "test/e2e/demo/start.test.ts": {
    "The demo does not start with its emulator at a public origin": {
      threat: "emulator",
      asvs: ["15.2.3"],
      at: "demo/server/demo-config.ts: readConfig",
      replace: ["isPublic && output.EMULATOR === undefined", "output.EMULATOR === null"],
      title: "does not start with its emulator at a public origin, and says what to do",
    },
    "A public demo says so on every page": {
      threat: "emulator",
      asvs: ["15.2.3"],
      at: "demo/pages/page-layout.ts: layout",
      remove: "isPublic ? texts.publicNotice :",
      title: "says on every page that everybody can use the emulator, with EMULATOR=public",
    },
  },
  "test/unit/emulator/phone/phone.test.ts": {
    "The emulator answers 421 at a host name that is not its own": {
      threat: "emulator",
      asvs: ["4.1.3"],
      at: "src/emulator/token-server.ts: createTokenServer",
      replace: ["!config.isOwnHost(hostname)", "hostname === undefined"],
      title: "answers 421 at a host that is not its own",
    },
  },
  "test/unit/emulator/phone/phone-api.test.ts": {
    "The phone's calls take application/json only": {
      threat: "emulator",
      asvs: ["3.5.2"],
      at: "src/emulator/phone/phone-api.ts: readJson",
      replace: ['!/^application\\/json *(;|$)/i.test(type ?? "")', 'type === ""'],
      title: "takes JSON from application/json only, which a page of another site cannot send",
    },
    "One phone can answer a code, once": {
      threat: "replay",
      asvs: ["6.5.1"],
      at: "src/emulator/phone/phone-api.ts: createPhoneApi",
      remove: 'if (transaction.state.kind !== "waiting") throw new MobileAuthError(9029);',
      title: "answers 9029 for a code that any user has scanned before",
    },
  },
};
