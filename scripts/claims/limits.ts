import type { Claims } from "./defence.js";

/** Floods, and the client's address, by which they are counted. */
export const limits: Claims = {
  "test/unit/server/limits/limits.test.ts": {
    "Starts are limited for each address": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/endpoints/start-limits.ts: StartLimits.count",
      remove: "...(hasAddress ? countedNetworks(address()) : []),",
      title: "above the limit are 429 for every browser, without a call to the Token Server",
    },
    "Starts are counted for each site that shares a store": {
      threat: "shared-store",
      asvs: ["8.4.1"],
      at: "src/server/store/store-guard.ts: StoreGuard.#keyOf",
      replace: ["`${this.#origin}|${key}`", "key"],
      title: "use up nothing of the other one's limits",
    },
    "All unknown addresses, such as those of connections that are reset, count as one": {
      threat: "forged-address",
      asvs: ["2.4.1"],
      at: "src/server/http/call.ts: callOf",
      replace: ["areKnown(context)", "addressOf(request, context) !== undefined"],
      title: "are counted too if the connection is gone when the kit gets the request",
    },
    "Starts are counted for the address that the connection had": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/http/call.ts: callOf",
      remove: "resultOf",
      title: "are counted for the address that the connection had when the request came",
    },
    "Starts are limited for each IPv6 network of 56 bits": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/limits/networks.ts: countedNetworks",
      remove: '["startsPerIpv6Prefix56", network(parsed, 56)],',
      title: "from one IPv6 network of … bits have a limit too, which does not affect others",
    },
    "Starts are limited for each IPv6 network of 48 bits": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/limits/networks.ts: countedNetworks",
      remove: '["startsPerIpv6Prefix48", network(parsed, 48)],',
      title: "from one IPv6 network of … bits have a limit too, which does not affect others",
    },
    "Starts are limited for each browser": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/endpoints/start-limits.ts: StartLimits.count",
      replace: ["browser === undefined", "browser !== null"],
      title: "above the limit are 429; another browser at the same address may start",
    },
    "Token Server calls are limited": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/limits/call-quota.ts: CallQuota.reserve",
      remove: "if (this.retryAfterMs(purpose, client) > 0) return undefined;",
      title: "above the limit are not made: a start, a renewal and a poll are 503",
    },
    "Token Server calls are counted separately for each purpose": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/call-quota.ts: CallQuota.#periods",
      replace: [
        "= new Map<Purpose, Period>()",
        `= new (class extends Map<Purpose, Period> {
    override get = () => super.get("start");
    override set = (_: Purpose, period: Period) => super.set("start", period);
  })()`,
      ],
      title: "a browser that renews and polls without end does not stop others from starting and logging in",
    },
    "One address gets about half of the calls": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/usage-by-client.ts: UsageByClient.isUsedUp",
      remove: "this.#isAbove(limit / 4, customer) ||",
      title:
        "are counted together for …: its starts, renewals and polls are 503, and those of others are not",
    },
    "Starts on connections that are reset are those of one client": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/endpoints/otp-endpoint.ts: OtpEndpoint.begin",
      replace: [
        "call.hasAddress ? clientAt(call.address()) : undefined",
        "this.#core.config.addresses.clientAt(call.address())",
      ],
      title: "are those of one client, which leaves calls to others",
    },
    "Streams are limited for each browser": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/stream-places.ts: StreamPlaces.limitError",
      replace: [">= streamsPerBrowser", ">= Infinity"],
      title: "above the limit are 429, until another one ends",
    },
    "Streams are limited for each server": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/stream-places.ts: StreamPlaces.limitError",
      replace: ["!== false && this.#usage.isUsedUp(streamsPerNode, addresses.clientAt(address))", "=== 0"],
      title: "above the limit are 503 for every browser; health() counts them",
    },
    "One address gets about half of a server's streams": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/usage-by-client.ts: UsageByClient.isUsedUp",
      remove: "this.#isAbove(limit / 4, customer) ||",
      title: "are limited for … once half of them are open, and others can still open theirs",
    },
    "One network gets about half of a server's streams": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/usage-by-client.ts: UsageByClient.isUsedUp",
      remove: "|| (network !== undefined && this.#isAbove(limit / 2, network))",
      title: "are limited to half for … that changes its address for each",
    },
    "One network gets about half of the calls": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/usage-by-client.ts: UsageByClient.isUsedUp",
      remove: "|| (network !== undefined && this.#isAbove(limit / 2, network))",
      title: "have half of the quota for … that changes its address for each",
    },
    "Streams that are asked for at one moment are limited too": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/live-attempts.ts: LiveAttempts.join",
      replace: ["this.limitError(attempt)", "attempt === undefined"],
      title: "are no more than …: streams above it end with the time of the next try",
    },
    "Logs: one warning a minute about what strangers do": {
      threat: "log-flood",
      asvs: ["16.3.3"],
      at: "src/server/endpoints/error-log.ts: ErrorLog.#reportAnswer",
      replace: ['this.#throttle.level(limit.name, "warn")', '"warn"'],
      title: "are reported as one warning a minute each, otherwise as info",
    },
  },
  "test/unit/server/http/errors.test.ts": {
    "Codes are limited for each attempt": {
      threat: "floods",
      asvs: ["2.3.2"],
      at: "src/server/attempt/transitions.ts: decide",
      remove: "&& attempt.startedCount < happened.maxTransactions",
      title: "the twenty-first is 429 with Retry-After, and the attempt continues",
    },
    "Bodies are limited in size also without Content-Length": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/http/json-body.ts: readBytes",
      replace: ["(request.body, maxBytes)", "(request.body, (maxBytes = Infinity))"],
      title: "a large body is 413 also without Content-Length",
    },
    "Bodies are counted while they are read": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/text/bytes.ts: readUpTo",
      remove: "if (…) return undefined;",
      title: "a body that does not end is 413 as soon as it is too large",
    },
  },
  "test/unit/server/http/json-body.test.ts": {
    "A body is not read if its Content-Length is too large": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/http/json-body.ts: readBytes",
      remove: "if (Number(contentLength) > maxBytes) throw tooLarge(maxBytes);",
      title: "is not read if its Content-Length is too large",
    },
    "Bodies are limited in size, whatever their Content-Length says": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/http/json-body.ts: readBytes",
      remove: "&& bytes.byteLength <= maxBytes",
      title: "has at most as many bytes as are allowed",
    },
  },
  "test/unit/server/endpoints/threats.test.ts": {
    "One address that forges callbacks and reopens its streams delays nobody's approval": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/limits/usage-by-client.ts: UsageByClient.isUsedUp",
      remove: "this.#isAbove(limit / 4, customer) ||",
      title: "does not delay the approvals of others: …",
    },
    "What is no IP address is no address: of clientIp": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "is no address, whatever it is: …",
    },
    "What is no IP address is no address: in kit.begin": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "is no address where a login begins together with a page",
    },
    "What is no IP address is no address: in kit.scanned": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/endpoints/scanned.ts: markScanned",
      replace: ['addressCheck.ipAddress(given, "scanned")', "given"],
      title: "is no address of a phone, which is reported once",
    },
  },
  "test/unit/server/endpoints/status-stream.test.ts": {
    "Streams are limited for each attempt": {
      threat: "floods",
      asvs: ["2.3.2"],
      at: "src/server/live/live-attempt.ts: LiveAttempt.join",
      replace: ["config.limits.streamsPerAttempt", "Infinity"],
      title: "is limited to two for each attempt: a third ends the oldest",
    },
  },
  "test/unit/node/node-handler.test.ts": {
    "Bodies are limited in the time to arrive": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/http/json-body.ts: readJsonObject",
      replace: [
        "await withTimeout(readBytes(request, maxBytes), maxMs, runtime)",
        "await readBytes(request, maxBytes)",
      ],
      title:
        "a body that does not arrive is answered 400 after ten seconds, and does not hold close() any longer",
    },
    "When a connection is closed, all its streams and held polls end": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/node/node-handler.ts: toNodeHandler",
      remove: "closeWithConnection(…);",
      title: "that is closed leaves no stream and no held poll behind",
    },
    "When a connection is closed, no stream begins on it later": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/node/node-handler.ts: toNodeHandler",
      remove: "closeWithConnection(…);",
      title: "that is closed before the streams begin leaves none behind",
    },
    "What is no IP address is no address: in ./node": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: 'takes no text for an address, also if "trust proxy" believes every proxy',
    },
  },
  "test/unit/server/address/client-ip.test.ts": {
    "clientIpBehind(n) accepts exactly the last n hops": {
      threat: "forged-address",
      asvs: ["4.1.3", "15.3.4"],
      at: "src/server/address/client-ip.ts: clientIpBehind",
      replace: ["nthFromEnd(value, proxies)", 'value.split(",")[0]?.trim() ?? ""'],
      title: "the client's address behind trusted proxies",
    },
  },
  "test/unit/server/endpoints/login-api.test.ts": {
    "X-Forwarded-For is ignored by default": {
      threat: "forged-address",
      asvs: ["4.1.3"],
      at: "src/server/parse-options.ts: parseOptions",
      replace: [
        "clientIp ? siteAddresses(clientIp) : socketAddresses",
        'siteAddresses(clientIp ?? ((request) => request.headers.get("x-forwarded-for") ?? undefined))',
      ],
      title: "ignores X-Forwarded-For by default",
    },
  },
  "test/unit/next.test.ts": {
    "X-Forwarded-For is ignored by default: in ./next": {
      threat: "forged-address",
      asvs: ["4.1.3"],
      at: "src/server/parse-options.ts: parseOptions",
      replace: [
        "clientIp ? siteAddresses(clientIp) : socketAddresses",
        'siteAddresses(clientIp ?? ((request) => request.headers.get("x-forwarded-for") ?? undefined))',
      ],
      title: "ignores X-Forwarded-For by default",
    },
    "What is no IP address is no address: in ./next": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "takes no text for the address of a client, from a site that believes every proxy",
    },
  },
  "test/unit/fastify.test.ts": {
    "X-Forwarded-For is ignored by default: in ./fastify": {
      threat: "forged-address",
      asvs: ["4.1.3"],
      at: "src/fastify.ts: mount",
      replace: ["request.ip", 'String(request.headers["x-forwarded-for"] ?? request.ip)'],
      title: "have the address that trustProxy gives",
    },
    "What is no IP address is no address: in ./fastify": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "have no address if trustProxy believes every proxy, and a client sent what is none",
    },
  },
  "test/unit/better-auth.test.ts": {
    "X-Forwarded-For is ignored by default: in ./better-auth": {
      threat: "forged-address",
      asvs: ["4.1.3"],
      at: "src/better-auth.ts: createKit",
      replace: ["(knowsAddresses(initial) ? addressByBetterAuth : undefined)", "addressByBetterAuth"],
      title: "has no address while advanced.ipAddress …, whatever a client sends, and warns once",
    },
    "What is no IP address is no address: in ./better-auth": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "takes no text of the site's own clientIp for an address",
    },
  },
  "test/unit/service/serve/service.test.ts": {
    "X-Forwarded-For is ignored by default: in serve": {
      threat: "forged-address",
      asvs: ["4.1.3"],
      at: "src/service/serve/create-kit.ts: createKit",
      replace: ["(settings.proxies)", "(1)"],
      title: "ignores X-Forwarded-For while proxies is 0",
    },
    "What is no IP address is no address: in serve": {
      threat: "forged-address",
      asvs: ["15.3.4"],
      at: "src/server/http/call.ts: callOf",
      replace: [
        'addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")',
        "clientIp(request, context)",
      ],
      title: "takes what is no IP address for none, and logs once for each call what to send",
    },
  },
  "test/unit/server/token-server/hostile-starts.test.ts": {
    "Failed starts of one client keep nobody out: the kit's own start decides": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.#startForNobody",
      remove: "if (…) return this.#succeeded();",
      title: "keeps nobody else out, on a site of three visitors…: the firewall …",
    },
    "Failed starts of one client keep nobody out, in whatever order": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.#startForNobody",
      remove: "if (…) return this.#succeeded();",
      title: "keep nobody out, in whatever order they come and are answered",
    },
    "A start that has succeeded in the meantime weighs more than the kit's own": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.#startForNobody",
      replace: ["!== failing)", "?.isDown === true)"],
      title: "open nothing if a visitor's start succeeds while the kit's own fails",
    },
    "The kit finds out by itself that the Token Server is back, also where timers are dropped": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.admits",
      remove: "this.#check(this.#failing);",
      title:
        "does not hold the breaker open once it works again, although its starts are those that may call",
    },
    "An answer of a firewall to one client does not close the breaker": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.start",
      replace: [
        '"rejected":',
        `"rejected":
        this.#succeeded();`,
      ],
      title: "does not close the breaker by an answer of the firewall, such as 403",
    },
  },
  "test/unit/server/token-server/start-breaker.test.ts": {
    "The kit starts by itself at most every five seconds": {
      threat: "failing-starts",
      asvs: ["2.4.1"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.#check",
      remove: "|| now < this.#nextCheckAt",
      title:
        "(…) is called by the kit itself and by one start in five seconds each, and the others are 503 at once",
    },
    "The kit finds out by itself that the Token Server is back, although nobody comes": {
      threat: "failing-starts",
      asvs: ["16.5.2"],
      at: "src/server/token-server/start-breaker.ts: StartBreaker.#startForNobody",
      remove: "this.#checkAgain(failing);",
      title: "is found to work again by the kit itself within five seconds, although nobody comes",
    },
    "The kit's own start has nothing of a client": {
      threat: "failing-starts",
      asvs: ["14.2.3"],
      at: "src/server/token-server/token-server-check.ts: TokenServerChecks.start",
      replace: ["ipAddress: undefined,", 'ipAddress: "203.0.113.7",'],
      title: "is tried by the kit with nothing of a client, and with the message of kit.check",
    },
    "A start that the breaker refuses counts for its browser": {
      threat: "failing-starts",
      asvs: ["2.4.1"],
      at: "src/server/endpoints/otp-endpoint.ts: OtpEndpoint.begin",
      remove: "if (sentCookie !== undefined) await startLimits.countRefused(call, await sha256(sentCookie));",
      title: "counts for its browser",
    },
    "A start that the breaker refuses does not count for its address": {
      threat: "failing-starts",
      asvs: ["2.4.1"],
      at: "src/server/endpoints/start-limits.ts: StartLimits.countRefused",
      replace: ["`refused|${key}`", "key"],
      title: "does not count for its address, and is not refused for it",
    },
    "Refused starts leave no counters of made-up cookies without end": {
      threat: "failing-starts",
      asvs: ["1.4.3"],
      at: "src/server/endpoints/start-limits.ts: StartLimits.countRefused",
      replace: ["await this.#count([...networks,", "await this.#count([...networks.slice(0, 0), "],
      title: "leaves counters behind for no more made-up cookies than starts that call do",
    },
  },
  "test/resilience/nodes/proxy-limits.test.ts": {
    "HAProxy limits the requests of an address": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "docs/deployment/haproxy.cfg",
      replace: ["sc_http_req_rate(0) gt 3000", "sc_http_req_rate(0) gt 3000000"],
      title: "answers 429 to an address with more requests than its limit, and to no other",
    },
    "HAProxy limits the streams of an address": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "docs/deployment/haproxy.cfg",
      replace: ["sc_conn_cur(0) gt 2000", "sc_conn_cur(0) gt 2000000"],
      title: "answers 429 to one stream too many of an address, also if one connection has them all",
    },
    "An office passes HAProxy's limits": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "docs/deployment/haproxy.cfg",
      replace: ["sc_conn_cur(0) gt 2000", "sc_conn_cur(0) gt 20"],
      title: "lets an office with as many pages as the kit allows pass, all at once",
    },
    "HAProxy lets only the Token Server call the callback": {
      threat: "forged-callback",
      asvs: ["8.2.1"],
      at: "docs/deployment/haproxy.cfg",
      replace: [
        "deny deny_status 403 if callback !{ src 192.0.2.0/28 }",
        "deny deny_status 403 if callback { method TRACE }",
      ],
      title: "lets only the Token Server call the callback, in every spelling of its path",
    },
  },
  "test/unit/server/address/compare-addresses.test.ts": {
    "compareAddresses says whether two addresses are in the same network": {
      threat: "relayed-code",
      asvs: [],
      at: "src/server/address/compare-addresses.ts: compareNetworks",
      replace: ['one.match(other, one.kind() === "ipv4" ? 24 : 48)', "true"],
      title: "the addresses of screen and phone",
    },
  },
  "test/unit/server/text/copy.test.ts": {
    "An attempt keeps no request in memory": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/server/http/call.ts: userAgentOf",
      replace: ["copyOf(userAgent)", "userAgent"],
      title:
        "keeps no request in memory: an attempt with headers of 15 kB takes what one with short ones takes",
    },
    "An event keeps no request in memory": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/server/event-reporter.ts: withPrintableTexts",
      replace: ["copyOf(printable(value))", "printable(value)"],
      title: "keeps no request in memory: an event",
    },
    "A scan keeps no request in memory": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/server/endpoints/scanned.ts: markScanned",
      replace: ["copyOf(userId)", "userId"],
      title: "keeps no request in memory: what the site's app said of a scan",
    },
    "The id of an attempt keeps no request in memory": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/server/attempt/attempts.ts: Attempts.read",
      replace: ["copyOf(id)", "id"],
      title: "keeps no request in memory: the id of an attempt that a store is asked for",
    },
  },
  "test/unit/server/live/waiting-places.test.ts": {
    "Logins that wait for a scan are limited for each address": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/waiting-places.ts: WaitingPlaces.#check",
      replace: [">= perAddress", ">= Infinity * perAddress"],
      title: "are 429 for an address that has all of its own; a place that is free again can be taken",
    },
    "Above the total of logins that wait, addresses with few come first": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/waiting-places.ts: WaitingPlaces.#check",
      replace: ["(own + 1) * this.#perAddress.size > this.#used", "own > Infinity"],
      title:
        "are 503 above the total for addresses above the mean, and for nobody else, up to a quarter more",
    },
  },
  "test/resilience/redis/full-redis.test.ts": {
    "Logins that wait for a scan are limited in all": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/waiting-places.ts: WaitingPlaces.#check",
      replace: ["< total", "< Infinity * total"],
      title: "has room for everybody else while 21 addresses start all that they can (limits.waiting)",
    },
  },
  "test/unit/server/live/waiting-attempts.test.ts": {
    "What nobody scanned and nobody watches is forgotten with its code": {
      threat: "floods",
      asvs: ["1.4.3"],
      at: "src/server/attempt/deadlines.ts: forgetAt",
      replace: ["length > 0", "length >= 0"],
      title: "has one last call after its grace, and is forgotten then",
    },
    "The last calls of what nobody watches delay nobody": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/live/live-attempt.ts: LiveAttempt.callLast",
      replace: ['"last"', '"result" as never'],
      title: "has its last call from a quota of its own, which delays nobody",
    },
    "An attacker's own app frees few places of logins that wait": {
      threat: "floods",
      asvs: ["2.4.1"],
      at: "src/server/live/waiting-attempts.ts: WaitingAttempts.#scanned",
      replace: ["(allowed)", "(allowed !== undefined)"],
      title: "are freed by 20 scans of one user in an hour, so that an app cannot free any number",
    },
  },
  "test/unit/server/endpoints/health.test.ts": {
    "A store that is full is told by the health, and has recovered when it takes writes": {
      threat: "floods",
      asvs: ["16.5.2"],
      at: "src/server/store/store-guard.ts: StoreGuard.#run",
      replace: ["false", "true"],
      title: "is unhealthy while the store can be read but refuses writes, and says when it takes them again",
    },
  },
};
