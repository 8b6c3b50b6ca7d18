import type { Claims } from "./defence.js";

/** The login service: its two ports, and what it writes. */
export const service: Claims = {
  "test/unit/service/serve/service.test.ts": {
    "The internal port needs the secret": {
      at: "src/service/serve/ports/credentials.ts: credentialOf",
      replace: ["return fits[0]", 'return fits[0] ?? (given === "" ? undefined : "internal-secret")'],
      title: "needs the secret for every address but /health and /ready, and uses no ticket without it",
    },
    "The public port has nothing of the internal one": {
      at: "src/service/serve/service.ts: startService",
      replace: [
        "createPublicServer({ kit, files, path: settings.path, readiness })",
        "createInternalServer({ ...prepared, kit, readiness, strangers, forgotten, secrets: () => secrets }, {})",
      ],
      title: "serves nothing of the internal one, even with the secret",
    },
  },
  "test/unit/service/serve/scoped-secrets.test.ts": {
    "A secret of the internal port opens its own calls alone": {
      at: "src/service/serve/ports/internal-server.ts: requireSecret",
      remove: "requireCredential(c, allowed, secrets());",
      title: "open the calls of their own, and no others",
    },
    "All browsers are forgotten with the operator's secret alone": {
      at: "src/service/serve/ports/internal-server.ts: addForgetCalls",
      remove: "requireCredential(…, service.secrets());",
      title: "open the calls of their own, and no others",
    },
    "Where operators have a secret, the backend's is not theirs": {
      at: "src/service/serve/ports/credentials.ts: inUse",
      replace: ["secrets[credential] === undefined", "credential !== undefined"],
      title: "count as refused at each call that they do not open, and change nothing",
    },
    "POST /forget-browsers is limited": {
      at: "src/service/serve/ports/internal-server.ts: forgetLimit",
      replace: ["allowed || (await burst.count(whose)).allowed", "resetMs >= 0"],
      title: "takes a burst of a hundred calls and then ten a second, and says when to come again",
    },
  },
  "test/unit/service/serve/ports/internal-tls.test.ts": {
    "With internal-client-ca a secret is void without a certificate": {
      at: "src/service/serve/ports/internal-server.ts: requireSecret",
      remove: "if (withClientCertificates && …) throw …;",
      title: "is open to probes without a certificate, and to no other call",
    },
    "A resumed TLS session without a certificate opens nothing": {
      at: "src/service/serve/ports/internal-server.ts: contextOf",
      value: "pem",
      title: "resumes no session, which would stand for a certificate that the call has not shown",
    },
    "A certificate of another authority names nobody": {
      at: "src/service/serve/ports/peer.ts: certificateOf",
      replace: ["tls.authorized === true", "tls.getPeerX509Certificate"],
      title: "names the caller by its certificate, else by its address",
    },
    "A certificate that is not whole does not replace a good one": {
      at: "src/service/serve/certificates.ts: readPem",
      replace: ["!areCertificates(text)", "text === undefined"],
      title: "uses files that have changed for the next connection, and keeps what it had where one is wrong",
    },
  },
  "test/unit/service/serve/watch-files.test.ts": {
    "A file that is being written is not read": {
      at: "src/service/serve/watch-files.ts: watchFiles",
      replace: [
        "if (!isDeepStrictEqual(found, before)) looksLeft = 1;",
        "if (!isDeepStrictEqual(found, before)) { looksLeft = undefined; void use(textsIn(found)); }",
      ],
      title: "is not read while it is being written, or gone for a moment",
    },
  },
  "test/unit/service/opentelemetry/exported-span.test.ts": {
    "The preset for OpenTelemetry exports nothing of a person": {
      at: "src/service/opentelemetry/exported-span.ts: exportedSpan",
      replace: ["pick(span.attributes, names)", "span.attributes"],
      title: "a span goes out with its identity, its times and its kind, and without a person",
    },
    "Nor what an error repeats": {
      at: "src/service/opentelemetry/exported-span.ts: exportedSpan",
      replace: ['pick(event.attributes, ["exception.type"])', "event.attributes"],
      title: "a span goes out with its identity, its times and its kind, and without a person",
    },
    "Nor what a client writes as Host": {
      at: "src/service/opentelemetry/exported-span.ts: exportedSpan",
      replace: ["? exported :", "? exportedOfCalls :"],
      title:
        "the server's name goes out with a call that this process makes, and not with a request, whose client wrote it",
    },
  },
  "test/unit/service/serve/audit/ten-logins.test.ts": {
    "The audit says which browser brought a stolen ticket": {
      at: "src/server/login/tickets.ts: Tickets.redeem",
      remove: "...(browserSecret !== undefined && { browserId: browserIdOf(browser) }),",
      title: "ten logins, three of them attacks, are told from the audit alone",
    },
  },
  "test/unit/service/serve/audit/audit.test.ts": {
    "Strangers cannot fill the audit": {
      at: "src/service/serve/audit/audit.ts: Audit.event",
      remove: 'if (kind === "none") return;',
      title: "has no line for what strangers begin, renew or send",
    },
    "Refusals of one login are bounded in the audit": {
      at: "src/service/serve/audit/audit.ts: Audit.#recordRefusal",
      remove: 'if (bound !== "omitted")',
      title: "has at most twenty refusals a minute of one accepted login, and says so",
    },
    "A process whose audit is required and cannot be written is not ready": {
      at: "src/service/serve/ports/readiness.ts: createReadiness",
      remove: "if (audit?.isReady === false) return …;",
      title: "that is required makes /ready 503 while it cannot be written, and logins go on",
    },
  },
  "test/unit/service/serve/audit/audit-file.test.ts": {
    "The audit's file is for its owner alone": {
      at: "src/service/serve/audit/audit-file.ts: fileMode",
      value: "0o644",
      title: "is for its owner alone, and is added to",
    },
    "A full disk does not fill the memory": {
      at: "src/service/serve/audit/audit-file.ts: AuditFile.open",
      remove: ", maxLength: queueBytes",
      title: "counts what its queue has no room for",
    },
  },
  "test/unit/service/serve/audit/operator-calls.test.ts": {
    "A refused call of an operator is in the audit": {
      at: "src/service/serve/audit/operator-calls.ts: auditOperatorCalls",
      replace: ["if (!operatorCalls", "if (c.error || !operatorCalls"],
      title: "is in the audit when it is refused, with what is known of it",
    },
    "X-Operator forges no line": {
      at: "src/service/serve/audit/operator-calls.ts: operatorOf",
      replace: ['? { name } : "invalid"', "? { name } : { name }"],
      title: "takes an X-Operator of at most 100 printable characters",
    },
    "Refused calls without the secret cannot fill the audit": {
      at: "src/service/serve/audit/audit.ts: Audit.operatorCall",
      replace: ["call.status < 400", "true"],
      title: "that is refused is at most twenty lines a minute, which hide none that was done",
    },
  },
  "test/unit/service/serve/audit/fingerprint.test.ts": {
    "The settings' fingerprint tells nothing of a secret": {
      at: "src/service/serve/audit/fingerprint.ts: settingsFingerprint",
      replace: ["countOf(settings[name])", "settings[name]"],
      title: "tells nothing of a secret",
    },
  },
  "test/unit/service/audit/audit-command.test.ts": {
    "A line of the audit cannot control the terminal": {
      at: "src/service/audit/read-lines.ts: lineOf",
      replace: ["visible(String(value))", "String(value)"],
      title: "prints no control characters of a line",
    },
  },
  "test/unit/service/serve/telemetry/pseudonyms.test.ts": {
    "With a key the log names nobody": {
      at: "src/service/serve/service.ts: prepare",
      replace: ["withPseudonyms(given, pseudonyms)", "given"],
      title: "is all that the log has of a user and an address; the audit has both",
    },
    "The log does not tell browsers apart": {
      at: "src/service/serve/telemetry/log.ts: logEvent",
      remove: '...("browserId" in event && { browserId: undefined, userAgent: undefined }),',
      title: "is all that the log has of a user and an address; the audit has both",
    },
    "With a key the log has no address in the Token Server's words": {
      at: "src/service/serve/telemetry/pseudonyms.ts: withPseudonyms",
      replace: ["replaced(withoutUser, String(address), place)", "withoutUser"],
      title: "takes the place of an address in the words of the Token Server, too",
    },
  },
  "test/unit/service/serve/telemetry/stranger-sampling.test.ts": {
    "A flood is a share of its lines in the log": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.#count",
      remove: "if (!isIn(oneOf)) return 0;",
      title: "are a share in a flood of …, and say how many they stand for",
    },
    "A flood of refused calls of one attempt is a share of its lines": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.standsFor",
      replace: [".ofLine()", ".ofAttempt((event as { attempt: string }).attempt)"],
      title: "that may be any number of one attempt are a share each",
    },
    "A flood hides no warning and no acceptance in the log": {
      at: "src/service/serve/telemetry/stranger-sampling.ts: StrangerSampling.standsFor",
      remove: "if (…) return 1;",
      title: "leave out no warning, no error and nothing from an acceptance on",
    },
    "The service's log of a flood is a share": {
      at: "src/service/serve/create-kit.ts: createKit",
      replace: ["(log, namingSettings(event), sampling.standsFor(event));", "(log, namingSettings(event));"],
      title: "writes a share of a flood, counts all of it, and logs a login in it from the acceptance on",
    },
  },
  "test/unit/service/serve/telemetry/traces.test.ts": {
    "A trace says nobody's name": {
      at: "src/service/serve/telemetry/traces.ts: attributesOf",
      replace: ["attributeNames.includes(entry[0])", "true"],
      title: "a login is one trace over all nodes, and nobody's secret or name is in it",
    },
    "A refused request makes no span": {
      at: "src/service/serve/telemetry/traces.ts: traceEvent",
      remove: "|| unwanted.includes(event.type)",
      title: "a refused request makes no span, whatever attempt it names",
    },
  },
  "test/unit/service/serve/several-processes.test.ts": {
    "Services with a prefix each share nothing on one Redis": {
      at: "src/service/serve/store/store.ts: openStore",
      replace: ["prefix, onError", "onError"],
      title: "services with a redis-prefix each share nothing on one Redis, not even for one origin",
    },
  },
  "test/unit/service/serve/serve-command.test.ts": {
    "--check shows no secret": {
      at: "src/service/serve/serve-command.ts: summaryOf",
      remove: 'settingOf(name).isSecret ? "(secret)" :',
      title: "says with --check what it would do, without a secret, and exits with 0",
    },
  },
  "test/unit/service/settings/read-settings.test.ts": {
    "A settings file that cannot be read shows nothing of its text": {
      at: "src/service/settings/parse-yaml.ts: parseYaml",
      replace: ["problem(wrong.code, wrong.pos[0])", "{ problem: wrong.message }"],
      title: "is a code and a place in the file, and nothing of its text: …",
    },
    "An unknown key of a settings file is not shown": {
      at: "src/service/settings/given-values.ts: readConfigFile",
      replace: ["${parsed.placeOf(name)}", ": ${name}"],
      title: "is an unknown key of the file, by its place alone: a secret may stand there",
    },
    "The internal port is not open to others without a secret of the site's": {
      at: "src/service/settings/read-settings.ts: problemsTogether",
      replace: ["!isLoopback(internalHost)", "false"],
      title: "is named for: …",
    },
  },
  "test/unit/service/doctor/tenant/check-tenant.test.ts": {
    "doctor prints a server's words on one line, without control characters": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["inWritingOrder(redact(given))", "given"],
      title: "has no control character, no line and no direction of a server's, in lines, JSON and report",
    },
    "doctor prints no secret that a server repeats": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["redact(given)", "given"],
      title: "has no secret that the Token Server repeats in its errors",
    },
    "doctor cuts a server's words only when its secrets are out": {
      at: "src/service/doctor/clean-lines.ts: cleaner",
      replace: ["shortened(text(line.says), mostCharacters)", "text(shortened(line.says, mostCharacters))"],
      title: "removes a secret before a long text is cut",
    },
  },
  "test/unit/service/doctor/site/browser/look-at-page.test.ts": {
    "The headers of --header go to the site alone": {
      at: "src/service/doctor/site/browser/look-at-page.ts: Visit.#letThrough",
      replace: ["origins.includes(origin)", "origin"],
      title: "sends them to the site from the page and its workers, and to no other origin",
    },
    "A page does not tell doctor where to call": {
      at: "src/service/doctor/site/site-visit.ts: visitSite",
      replace: ["![origin, given.apiOrigin].includes(site.apiOrigin)", "origin === ''"],
      title: "calls no login API at another origin that only the page names, and says how to",
    },
    "doctor's browser has its sandbox, unless --no-sandbox takes it away": {
      at: "src/service/doctor/site/browser/browser.ts: startBrowser",
      replace: ['isSandboxed ? [] : ["--no-sandbox"]', '["--no-sandbox"]'],
      title: "is not used as root with its sandbox, and doctor says what to do",
    },
  },
  "test/unit/service/doctor/site/browser/page-proxy.test.ts": {
    "Of a page that doctor opens, its own name leads nowhere else later": {
      at: "src/service/doctor/site/browser/reach.ts: Reach.#allowed",
      replace: ["mayReach(this.#page, spaceOf(address))", "address"],
      title: "reaches nothing here when its own name leads here later",
    },
    "A page in a private network does not reach this machine": {
      at: "src/service/doctor/site/browser/reach.ts: Reach.#allowed",
      replace: ["mayReach(this.#page, spaceOf(address))", "address"],
      title: "in a private network reaches nothing on this machine",
    },
    "A page that doctor opens does not reach what is less public": {
      at: "src/service/doctor/site/browser/reach.ts: Reach.#allowed",
      replace: ["mayReach(this.#page, spaceOf(address))", "address"],
      title: "cannot reach …",
    },
    "The proxy of doctor's browser needs its password": {
      at: "src/service/doctor/site/browser/page-proxy.ts: startPageProxy",
      replace: [
        'timingSafeEqual(digest(headers["proxy-authorization"] ?? ""), expected)',
        "headers.host !== expected.toString()",
      ],
      title: "is no proxy for others, who do not have its password",
    },
    "A name with a private address does not go to a proxy of the network": {
      at: "src/service/doctor/site/browser/reach.ts: Reach.#allowed",
      remove: "|| (isByProxy && allowed.length < addresses.length)",
      title: "refuses what is known here to be private, except what was given",
    },
  },
  "test/unit/service/doctor/site/browser/address-space.test.ts": {
    "An address in another spelling is judged by what it embeds": {
      at: "src/service/doctor/site/browser/address-space.ts: spaceOf",
      remove: 'if (address.match(unspecified, 96) || embedding.includes(range)) return "this machine";',
      title: "is … for …",
    },
  },
};
