import type { Claims } from "./defence.js";

/** Who may call the login API, which attempt, how often, and what an answer contains. */
export const calls: Claims = {
  "test/unit/server/endpoints/other-site.test.ts": {
    "A kit does not know an attempt of another origin: no call of a page": {
      at: "src/server/attempt/attempts.ts: Attempts.#own",
      replace: ["attempt?.origin !== this.#origin", "!attempt"],
      title: "is unknown to every call of a page while it is …, and goes on at its own site",
    },
    "A kit does not know an attempt of another origin: its ticket": {
      at: "src/server/attempt/attempts.ts: Attempts.#own",
      replace: ["attempt?.origin !== this.#origin", "!attempt"],
      title: "gives no login by its ticket, which stays good at its own site",
    },
    "A kit does not know an attempt of another origin: a callback, a result call": {
      at: "src/server/attempt/attempts.ts: Attempts.#own",
      replace: ["attempt?.origin !== this.#origin", "!attempt"],
      title: "is not found by a callback: 204, no call to the Token Server, and nothing changes",
    },
    "A kit does not know an attempt of another origin: a scan": {
      at: "src/server/attempt/attempts.ts: Attempts.#own",
      replace: ["attempt?.origin !== this.#origin", "!attempt"],
      title: "is not marked by a scan that the other site's app tells",
    },
  },
  "test/e2e/login/security.test.ts": {
    "Claiming takes a POST that passes the CSRF check": {
      at: "src/server/endpoints/routes.ts: Routes.#route",
      remove: "checkCsrf(…);",
      title:
        "logs nobody in as the attacker: a page of the attacker cannot use an accepted attempt, even with a planted cookie",
    },
    "No other page can read a code or a status": {
      at: "src/server/http/csrf-and-cors.ts: Cors.mark",
      replace: [
        `if (!this.#pages.hasCrossOrigin) return;
    headers.append("vary", "Origin");
    const origin = request.headers.get("origin");
    if (origin === null || !this.#pages.callsCrossOrigin(origin))`,
        'const origin = request.headers.get("origin"); if (origin === null)',
      ],
      title: "gives a page of another origin no code and no status",
    },
  },
  "test/unit/server/endpoints/threats.test.ts": {
    "Claiming takes a POST that passes the CSRF check": {
      at: "src/server/endpoints/routes.ts: Routes.#route",
      remove: "checkCsrf(…);",
      title: "cannot log the victim in as the attacker from another origin, not even from the same site",
    },
    "For another browser's attempt and an unknown one the kit takes the same steps": {
      at: "src/server/attempt/attempts.ts: Attempts.get",
      replace: [
        "return",
        `if (attempt) await this.update(attempt, change, { kind: "time_over", at: this.#runtime.now() });
    return`,
      ],
      title: "tells another browser nothing about …: the kit does the same as for an unknown one",
    },
    "No header of an answer contains text of a request": {
      at: "src/server/http/csrf-and-cors.ts: Cors.mark",
      remove: "|| !this.#pages.callsCrossOrigin(origin)",
      title: "do not appear in the headers or the body of an answer",
    },
    "Keys in Redis contain only ids that match their pattern: attempts": {
      at: "src/server/attempt/attempts.ts: Attempts.read",
      replace: [
        "isAttemptId(id) ? this.#own(await this.#store.get(copyOf(id))) : undefined",
        "this.#own(await this.#store.get(copyOf(id)))",
      ],
      title: "do not reach the store if they cannot be the id of an attempt",
    },
    "A link with the attacker's ticket does not log the victim in": {
      at: "src/server/attempt/ticket.ts: redeemTicket",
      remove: 'if (attempt.browser !== browser) return refused("other_browser");',
      title: "in a link does not log the victim who follows it in as the attacker",
    },
    "A ticket that was read from a log is void": {
      at: "src/server/attempt/ticket.ts: redeemTicket",
      remove: 'if (attempt.browser !== browser) return refused("other_browser");',
      title: "from a log or a Referer is void for its reader, before and after its own browser used it",
    },
  },
  "test/unit/server/http/who-may-call.test.ts": {
    "The CSRF check stops a start, a renewal and a login from another origin": {
      at: "src/server/endpoints/routes.ts: Routes.#route",
      remove: "checkCsrf(…);",
      title: "applies to renewals and logins too, but not to a status or a callback",
    },
    "Without origins there is no CORS header at all": {
      at: "src/server/http/csrf-and-cors.ts: Cors.mark",
      remove: "if (!this.#pages.hasCrossOrigin) return;",
      title: "get no CORS header if the list is empty",
    },
    "With origins only those origins can read answers": {
      at: "src/server/http/csrf-and-cors.ts: Cors.preflight",
      replace: ['this.#pages.callsCrossOrigin(request.headers.get("origin") ?? "")', "true"],
      title: "get no CORS if they are not listed, and the callback has no preflight",
    },
    "On https the kit's cookie is __Host-, and the kit reads no other name": {
      at: "src/server/http/site-cookie.ts: SiteCookie.constructor",
      remove: "this.#secure ? `__Host-${name}` :",
      title: "has a __Host- name and is Secure on https",
    },
  },
  "test/unit/server/http/csrf-and-cors.test.ts": {
    "Origin must be the site's": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      remove: "match === undefined ||",
      title: "the CSRF check",
    },
    "Sec-Fetch-Site must be same-origin": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      remove: "|| !siteFits",
      title: "the CSRF check",
    },
    "At least one of Origin and Sec-Fetch-Site must be there": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      replace: ['(from === null || match === "pattern")', 'match === "pattern"'],
      title: "the CSRF check",
    },
    "Pages of apiOrigin itself may not call, unless it is listed": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      replace: [
        "= pages.match(from ?? pages.apiOrigin)",
        '= from === null || from === pages.apiOrigin ? "exact" : pages.match(from)',
      ],
      title: "the CSRF check of a login API at another origin than the page",
    },
    "The star is one label": {
      at: "src/server/http/page-origins.ts: patternOf",
      replace: ['"[a-z0-9_-]+"', '".+"'],
      title: "the CSRF check of an origin that a pattern names",
    },
    "A call of an origin that only a pattern names needs the browser's word on the site": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      replace: ['(from === null || match === "pattern")', "from === null"],
      title: "the CSRF check of an origin that a pattern names",
    },
  },
  "test/e2e/login/origins.test.ts": {
    "Only listed origins may call, not every host of the site": {
      at: "src/server/http/page-origins.ts: PageOrigins.match",
      replace: ["some((pattern) => pattern.test(origin))", "length > 0"],
      title: "a page on another host of the site may not call, and the log names the options",
    },
    "A page of another site does not get in by a pattern": {
      at: "src/server/http/csrf-and-cors.ts: checkCsrf",
      replace: ["!siteFits", '(!siteFits && match === "exact")'],
      title:
        "a stranger's page does not get in by a pattern below a name that the browser knows as a host of many",
    },
  },
  "test/unit/server/options.test.ts": {
    "A pattern is refused that is not below the site of origin": {
      at: "src/server/parse-options.ts: pageOriginsOf",
      replace: ["!isPatternOfSite(each, origin)", "each === origin"],
      title: "wrong options",
    },
    "A pattern below a public suffix such as co.uk is refused": {
      at: "src/server/http/same-site.ts: isPatternOfSite",
      remove: "isKnownSuffix(lastLabels(hostname, 2)) ? 3 :",
      title: "wrong options",
    },
  },
  "test/unit/server/endpoints/first-paint.test.ts": {
    "On a page that may not call no login begins": {
      at: "src/server/endpoints/first-paint.ts: FirstPaints.begin",
      remove: "|| !this.#pageCheck.allows(call.request, pageUrl)",
      title: "begins nothing on a page at …, and names the option in an event",
    },
    "A Host that differs decides nothing": {
      at: "src/server/endpoints/page-check.ts: PageCheck.allows",
      replace: ["?? origin", '?? `http://${headers.get("host")}`'],
      title: "begins whatever Host comes; one that differs is one warning",
    },
    "toWebRequest throws for no address": {
      at: "src/node/node-handler.ts: toWebRequest",
      replace: [
        "`http://localhost${originForm(requestTarget(req))}`",
        'new URL(requestTarget(req), "http://localhost").href',
      ],
      title: "accepts an invalid address: …",
    },
  },
  "test/unit/server/endpoints/login-api.test.ts": {
    "An attempt's id has 128 random bits": {
      at: "src/server/attempt/attempts.ts: attemptIdBytes",
      value: "8",
      title: "a start answers 201 with the listed keys and no others, and is not cached",
    },
    "A code can be accepted until its own time is up, also if the page shows a newer one": {
      at: "src/server/attempt/transitions.ts: decide",
      replace: ["...attempt.transactions, openTransaction", "openTransaction"],
      title: "an older code that is accepted after a renewal still logs in",
    },
    "A language is cut to two or three letters": {
      at: "src/server/http/content-negotiation.ts: primarySubtag",
      replace: ["([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*$", "([^]+)$"],
      title: "sends … for a page in … and a browser in …",
    },
    "Every answer with JSON is no-store": {
      at: "src/server/http/response.ts: jsonHeaders",
      remove: ", ...noStore",
      title: "a start answers 201 with the listed keys and no others, and is not cached",
    },
    "Another spelling of the callback's address does not get past a proxy's rule": {
      at: "src/server/endpoints/routes.ts: Routes.answer",
      replace: ["if (encodedLetter.test(", "if (false && encodedLetter.test("],
      title: "is answered 404, so that it cannot bypass a proxy's rule: …",
    },
  },
  "test/unit/server/http/errors.test.ts": {
    "Everybody but the browser that began an attempt gets the answers for one that does not exist": {
      at: "src/server/attempt/attempts.ts: Attempts.get",
      remove: "?.browser === browser ? attempt : undefined",
      title: "another browser's attempt and one that does not exist get the same answer to the byte",
    },
    "Every error is no-store": {
      at: "src/server/http/api-error.ts: ApiError.toResponse",
      replace: ["this.headers", '{ ...this.headers, "cache-control": "private" }'],
      title: "outside its path the kit answers 404 too",
    },
  },
  "test/unit/server/login/sign-in.test.ts": {
    "An attempt's id is useless without the cookie": {
      at: "src/server/attempt/attempts.ts: Attempts.get",
      remove: "?.browser === browser ? attempt : undefined",
      title: "is impossible for another browser, even if the attempt is approved",
    },
    "After 60 s a login cannot be repeated": {
      at: "src/server/attempt/claim.ts: repeat",
      remove: "leftMs <= 0 ||",
      title: "can be repeated by the same browser for a minute if the answer was lost, with the same attempt",
    },
    "A login is repeated 19 times at most": {
      at: "src/server/attempt/claim.ts: repeat",
      replace: ["> maxLogins", "> Infinity"],
      title:
        "is 429 from the 21st on, on every server, until the minute is over: signIn runs 20 times at most",
    },
    "An attempt is claimed once, in one atomic step": {
      at: "src/server/store/memory-store.ts: memoryStore",
      remove: "if (find(id)?.version !== version) return Promise.resolve(false);",
      title: "claims the attempt once for simultaneous requests; the others are repetitions",
    },
    "After the approval the browser has two minutes to log in": {
      at: "src/server/attempt/deadlines.ts: claimableUntil",
      replace: ["timeouts.claimSeconds", "9999"],
      title: "is impossible two minutes after the approval: the attempt is expired",
    },
    "After the approval the browser has two minutes to log in, also by its first call": {
      at: "src/server/attempt/deadlines.ts: claimableUntil",
      replace: ["timeouts.claimSeconds", "9999"],
      title: "is impossible two minutes after the approval, also as the first call after it",
    },
    "signIn is told where the login began, whoever finishes it from where": {
      at: "src/server/attempt/transitions.ts: beginAttempt",
      remove: "...(userAgent !== undefined && { userAgent }),",
      title: "tells signIn where and when the login began, whoever finishes it from where",
    },
    "The user agent is cut to 512 characters": {
      at: "src/server/http/call.ts: userAgentOf",
      replace: ["0, maxUserAgentCharacters", "0"],
      title: "tells signIn where and when the login began, whoever finishes it from where",
    },
    "The site's own answer to a login is no-store": {
      at: "src/server/login/sign-in.ts: copy",
      remove: "headers.set(…);",
      title: "passes on status, headers, several cookies and JSON of signIn, but nothing is cached",
    },
  },
  "test/unit/server/attempt/transitions.test.ts": {
    "A final status never changes: to approved": {
      at: "src/server/attempt/transitions.ts: decide",
      replace: [
        'isPending ? { ...withCallback(attempt, happened), state: { status: "approved"',
        'true ? { ...withCallback(attempt, happened), state: { status: "approved"',
      ],
      title: "once …, never changes",
    },
    "A final status never changes: to denied": {
      at: "src/server/attempt/transitions.ts: decide",
      replace: [
        'isPending ? { ...withCallback(attempt, happened), state: { status: "denied"',
        'true ? { ...withCallback(attempt, happened), state: { status: "denied"',
      ],
      title: "once …, never changes",
    },
  },
  "test/unit/server/endpoints/scanned.test.ts": {
    "A false scan changes nothing that is settled": {
      at: "src/server/attempt/transitions.ts: decide",
      replace: ["isPending ? markScanned", "true ? markScanned"],
      title: "logs nobody in, and changes nothing that is settled",
    },
    "signIn gets a scan only from the user who accepted": {
      at: "src/server/login/login-summary.ts: summaryOf",
      replace: [".find((each) => each.userId === undefined)", "[0]"],
      title: "tells signIn nothing of a stranger's scan, whenever that came, if the app names its user",
    },
    "Later scans write nothing": {
      at: "src/server/attempt/transitions.ts: markScanned",
      remove: "scans.length >= maxScans ||",
      title: "is kept for each user, for at most five: later scans write nothing",
    },
    "A scan hides a code no longer than until it expires": {
      at: "src/server/attempt/deadlines.ts: isAcceptable",
      remove: "&& now < endsAt",
      title: "is ignored if it is unknown, over, or no transaction at all",
    },
  },
  "test/unit/server/http/browser-cookie.test.ts": {
    "The browser's cookie has 256 random bits": {
      at: "src/server/http/browser-cookie.ts: valueBytes",
      value: "16",
      title: "has 256 random bits from the runtime",
    },
    "The browser's cookie is HttpOnly": {
      at: "src/server/http/site-cookie.ts: SiteCookie.attributes",
      replace: ["true", "false"],
      title: "is a session cookie for the whole site, HttpOnly and SameSite=Lax",
    },
  },
  "test/e2e/login/neighbour-cookies.test.ts": {
    "Browsers accept the kit's cookie from www.example.com alone": {
      at: "src/server/http/site-cookie.ts: SiteCookie.constructor",
      remove: "this.#secure ? `__Host-${name}` :",
      title: "do not reach the kit under its cookie's name, and one with another name is ignored",
    },
  },
  "test/unit/server/endpoints/callback-endpoint.test.ts": {
    "An answer without a body is no-store": {
      at: "src/server/http/response.ts: emptyResponse",
      replace: ["headers: { ...noStore, ...headers }", "headers"],
      title: "is answered 204 without a body or a cookie, and leads to a result call",
    },
  },
  "test/unit/server/endpoints/status-stream.test.ts": {
    "The stream is no-store": {
      at: "src/server/endpoints/status-stream.ts: streamHeaders",
      replace: ['`${noStore["cache-control"]}, no-transform`', '"no-transform"'],
      title: "has the headers that keep proxies from buffering it, and sets no cookie",
    },
  },
  "test/unit/node/node-handler.test.ts": {
    "The Node adapter answers an address with a user name with 400": {
      at: "src/node/node-handler.ts: toNodeHandler",
      replace: ["hasUserInfo(target)", "target === undefined"],
      title: "… is answered …",
    },
  },
  "test/unit/server/login/tickets.test.ts": {
    "A ticket is redeemed once": {
      at: "src/server/attempt/ticket.ts: redeemTicket",
      remove: 'if (state.ticket.redeemedAt !== undefined) return refused("used");',
      title: "can be redeemed once: later, at the same moment, and on another server",
    },
    "A ticket is good for the browser that began the login": {
      at: "src/server/attempt/ticket.ts: redeemTicket",
      remove: 'if (attempt.browser !== browser) return refused("other_browser");',
      title: "is void for another browser, and stays good for its own",
    },
    "A ticket is good for 60 s": {
      at: "src/server/attempt/ticket.ts: redeemTicket",
      remove: 'if (at >= state.ticket.endsAt) return refused("expired");',
      title: "is good for 60 s, or for as long as the site says",
    },
    "A ticket is random": {
      at: "src/server/attempt/ticket.ts: createTicketSecret",
      replace: ["base64url(runtime.random(secretBytes))", '"A".repeat(43)'],
      title: "is replaced by the next one when the login call is repeated within 60 s",
    },
    "A repeated login call replaces the ticket": {
      at: "src/server/attempt/claim.ts: repeat",
      replace: ["logins, ...ticketOf(claimed, timeouts)", "logins"],
      title: "is replaced by the next one when the login call is repeated within 60 s",
    },
    "After its redemption there is no other ticket": {
      at: "src/server/attempt/claim.ts: repeat",
      remove: "|| state.ticket?.redeemedAt !== undefined",
      title:
        "ends its attempt when it is redeemed: the login call is 409 attempt_settled, and a later one too",
    },
    "The store keeps a ticket's hash": {
      at: "src/server/attempt/ticket.ts: createTicketSecret",
      replace: ["await sha256(secret)", "secret"],
      title: "is not in the store, only its hash is",
    },
    "For every refused ticket the kit takes the same steps": {
      at: "src/server/login/tickets.ts: Tickets.redeem",
      replace: [
        'await sha256(browserSecret ?? "")',
        'browserSecret === undefined ? "" : await sha256(browserSecret)',
      ],
      title: "that is unknown, replaced, used, expired or another browser's takes the same steps",
    },
    "Refused tickets are one warning a minute": {
      at: "src/server/login/tickets.ts: Tickets.redeem",
      replace: ['this.#throttle.level(reason, "warn")', '"warn" as const'],
      title: "that is refused is one warning a minute for each reason, because strangers can send any",
    },
    "handOver.to cannot leave the origin to which the kit's cookie belongs": {
      at: "src/server/parse-options.ts: checkedHandOver",
      remove: "url.origin === origin &&",
      title: "is refused at creation if it is …",
    },
    "Whatever is sent as a ticket is refused": {
      at: "src/server/attempt/ticket.ts: parseTicket",
      replace: ['(typeof text === "string" && wellFormed.exec(text))', "wellFormed.exec(text as string)"],
      title: "is refused as unknown whatever it is, and nothing is thrown",
    },
    "No event contains a ticket": {
      at: "src/server/login/hand-over.ts: answerTicket",
      replace: ["attempt, userId, transaction, ...(", "attempt: ticket, userId, transaction, ...("],
      title: "is in no event",
    },
  },
  "test/resilience/nodes/tickets.test.ts": {
    "A ticket is redeemed in one atomic step": {
      at: "src/server/attempt/attempts.ts: Attempts.update",
      replace: [
        "if (await this.#store.compareAndSet(current.id, current.version, next))",
        "await this.#store.compareAndSet(current.id, current.version, next);",
      ],
      title: "Twenty redemptions of one ticket at once, on two nodes with one Redis, give one login",
    },
  },
  "test/unit/server/endpoints/secrets.test.ts": {
    "No event and no console contains a ticket": {
      at: "src/server/login/hand-over.ts: answerTicket",
      replace: ["attempt, userId, transaction, ...(", "attempt: ticket, userId, transaction, ...("],
      title: "puts no ticket into … or another browser's answers",
    },
  },
  "test/resilience/redis/redis-secrets.test.ts": {
    "Redis has the hash of a ticket": {
      at: "src/server/attempt/ticket.ts: createTicketSecret",
      replace: ["await sha256(secret)", "secret"],
      title: "A login that the site takes over puts no ticket into Redis, only its hash",
    },
  },
  "test/resilience/model/kit.test.ts": {
    "Tickets are as the model has them": {
      at: "src/server/attempt/claim.ts: repeat",
      replace: ["logins, ...ticketOf(claimed, timeouts)", "logins"],
      title: "the kit answers as the model of an attempt, in any order of steps",
    },
  },
};
