import type { Apart, Requirement } from "./requirement.js";

/** V11 to V17: cryptography, TLS, configuration, data, architecture, logs. */
export const cryptographyToLogging = {
  apply: {
    "11.1.1": {
      what: "A policy for keys",
      fact: "[rotating secrets](../rotating-secrets.md)",
      site: "its policy, such as after NIST SP 800-57",
    },
    "11.1.2": {
      what: "An inventory of cryptography",
      fact: "[the inventory](#the-cryptography-in-use) on this page",
      site: "its certificates",
    },
    "11.2.1": {
      what: "Validated implementations",
      fact: "the Web Crypto and `node:crypto` of the site's own Node",
      site: "a validated build of Node, where it needs one",
    },
    "11.2.2": {
      what: "Cryptography can be changed",
      met: "keys are changed while the service runs",
      notMet: "algorithms are fixed: a new one takes a release",
    },
    "11.2.3": {
      what: "128 bits of security",
      fact: "SHA-256, HMAC-SHA-256, keys of at least 32 characters",
      site: "random keys",
      notMet: "the number on the phone (6.5.4)",
    },
    "11.4.1": {
      what: "Approved hash functions",
      fact: "SHA-256 alone, see [the inventory](#the-cryptography-in-use)",
    },
    "11.4.3": {
      what: "Hashes are long enough",
      fact: "SHA-256; [pseudonyms](../logs.md#pseudonyms) are shortened, and authenticate nothing",
    },
    "11.5.1": {
      what: "Random values of 128 bits",
      met: "attempts 128, cookies and tickets 256",
      notMet: "the number on the phone (6.5.4)",
    },
    "12.1.1": {
      what: "TLS 1.2 and 1.3",
      site: "its proxy. `serve` takes what its Node allows",
      notTested: "here",
    },
    "12.1.2": { what: "Recommended ciphers", site: "its proxy", notTested: "here" },
    "12.1.3": {
      what: "Client certificates are checked first",
      met: "on the internal port, with `internal-client-ca`",
    },
    "12.2.1": {
      what: "TLS for clients",
      fact: "an `origin` or a `tokenServer.url` with http is refused, except on loopback ([options](../kit-reference.md#options))",
      site: "its proxy",
    },
    "12.2.2": { what: "Public certificates", site: "its proxy. [`doctor`](../doctor.md) checks them" },
    "12.3.1": {
      what: "TLS for all other connections",
      site: "[Redis](../serve.md#tls-to-redis), [the internal port](../serve.md#tls-on-the-internal-port), metrics and logs: each is a choice, and off by default",
    },
    "12.3.2": {
      what: "Certificates of servers are checked",
      notTested:
        "Node checks them by default, and no option of this package turns that off; a variable of Node can",
      site: "its variables",
    },
    "12.3.3": { what: "TLS between internal services", site: "between proxy, service and backend" },
    "12.3.4": {
      what: "Internal certificates are trusted by name",
      site: "[the authorities](../serve.md#tls-on-the-internal-port) that it sets",
    },
    "13.1.1": {
      what: "Connections are documented",
      fact: "[what runs where](../serve.md#what-runs-where), [the calls to the Token Server](../token-server-calls.md)",
    },
    "13.2.1": {
      what: "Backends authenticate, not by unchanging secrets",
      met: "the callback by Basic authentication where it is set; `doctor`'s proxy by a password",
      notMet:
        "to the letter: the client's secret and the internal ones stay until somebody changes them. A client certificate can be required besides",
      site: "[rotating them](../rotating-secrets.md)",
    },
    "13.2.2": {
      what: "Backends have few rights",
      met: "each internal secret opens its own calls",
      site: "an ACL in Redis",
    },
    "13.2.3": {
      what: "No default credentials",
      met: "on another address than loopback `serve` starts only with a secret of the site's",
    },
    "13.2.4": {
      what: "An allowlist of systems to talk to",
      met: "the Token Server's address, checked at creation",
      site: "its firewall",
    },
    "13.2.5": {
      what: "The server may reach only what it needs",
      met: "the pages that `doctor` opens",
      site: "its firewall",
    },
    "13.3.1": {
      what: "Secrets are in a vault",
      fact: "[secrets by file](../serve.md#settings), read again on a signal",
      site: "its vault",
    },
    "13.3.2": {
      what: "Few can use a secret",
      met: "secrets of backend, operators and metrics are apart",
      site: "who has which",
    },
    "13.4.1": { what: "No source control files are served", site: "its deployment. The package has none" },
    "13.4.2": {
      what: "No debug mode in production",
      site: "`NODE_ENV`, and no `development` condition in its build",
    },
    "13.4.3": {
      what: "No directory listings",
      fact: "`serve` answers [its own addresses](../serve.md#the-page) alone",
      notTested: "by a claim of its own",
    },
    "13.4.4": {
      what: "No TRACE",
      fact: "other methods are 405 ([the login API](../kit-reference.md#the-login-api))",
      site: "its proxy",
      notTested: "by a claim of its own",
    },
    "13.4.5": {
      what: "No internal endpoint is public",
      met: "the public port has none",
      site: "[rules in the proxy](../deployment.md#rules-for-a-path)",
    },
    "14.1.1": {
      what: "Sensitive data is classified",
      fact: "[the table of secrets](../security.md)",
      site: "user ids, addresses and user agents",
    },
    "14.1.2": {
      what: "Each class has its protection",
      fact: "[what the site has to do](../security.md#what-the-site-has-to-do)",
      site: "its classes",
    },
    "14.2.1": {
      what: "No secrets in addresses",
      met: "an attempt's id and a ticket in an address are void without the browser's cookie",
      notMet:
        "to the letter: the ticket is in an address, by default. The number of the way back is in a fragment",
      site: "`app-link` and `qr-link` with the code in the fragment",
    },
    "14.2.2": {
      what: "No cache on the way keeps secrets",
      met: "every answer is `no-store`",
      site: "its pages",
    },
    "14.2.3": {
      what: "No sensitive data to others",
      met: "traces and the kit's own starts have nothing of a person",
      site: "no scripts of third parties",
    },
    "14.2.4": {
      what: "Stored data is protected as documented",
      met: "the cookie is stored as its hash",
      site: "TLS, ACL and retention of the store and the logs",
    },
    "14.3.1": { what: "Data is gone from the browser after a logout", site: "its pages. Shown for the demo" },
    "14.3.2": { what: "no-store", met: "every answer of the kit", site: "its pages. Shown for the demo" },
    "14.3.3": {
      what: "No sensitive data in the browser's storage",
      fact: "`localStorage` has an attempt's id, which is void without the cookie (`test/e2e/login/another-tab.test.ts`)",
    },
    "15.1.1": {
      what: "Times for fixing libraries are documented",
      notMet: "none is promised today: [a proposal](support.md#faults-in-security) is unsigned",
      site: "its own times",
    },
    "15.1.2": {
      what: "An inventory of libraries",
      fact: "[bills of materials](components.md) (CycloneDX)",
      site: "the same for a kit in its own application",
    },
    "15.1.3": {
      what: "Costly functions are documented",
      fact: "[performance](../performance.md), [limits](../kit-reference.md#limits)",
    },
    "15.2.1": {
      what: "No library is older than those times allow",
      notTested: "there are no times (15.1.1). `dependencies` are ranges, so a site can take a fix at once",
      site: "its lock file",
    },
    "15.2.2": { what: "Costly functions are limited", met: "bodies, streams, calls, memory and logs" },
    "15.2.3": {
      what: "Nothing for tests in production",
      met: "the emulator does not start in production",
      site: "its build",
    },
    "15.3.1": {
      what: "Answers have needed fields only",
      fact: "[the login API](../kit-reference.md#the-login-api) lists them all",
      notTested: "by a claim of its own",
    },
    "15.3.2": {
      what: "No redirect is followed",
      met: "with `fetch`; Node's own HTTP follows none",
      site: "a `transport` of its own",
    },
    "15.3.3": {
      what: "No fields that were not meant",
      met: "of a body only its own members count, by a schema",
    },
    "15.3.4": {
      what: "The client's address is right",
      met: "exactly the last hops; text that is no address is none",
      site: "[its number of proxies](../kit-reference.md#clientip)",
    },
    "15.3.5": {
      what: "Types are checked strictly",
      met: "`is_authenticated` must be the boolean; a frame is no function",
    },
    "15.3.6": { what: "No prototype pollution", met: "only own members of answers and bodies count" },
    "15.3.7": {
      what: "No parameter pollution",
      met: "no parameter can be added to a call; a cookie that came twice is none",
    },
    "16.1.1": {
      what: "An inventory of logs",
      fact: "[events](../kit-reference.md#events), [logs](../logs.md), [the audit](../logs.md#the-audit)",
      site: "where they are kept, who reads them, how long",
    },
    "16.2.1": {
      what: "Who, what, when, where",
      met: "`signIn` gets where and when a login began",
      fact: "[the audit](../logs.md#the-audit) has its schema",
    },
    "16.2.2": {
      what: "Clocks are synchronized, in UTC",
      fact: "the times of the login service's [log](../logs.md) and audit are ISO 8601 in UTC",
      site: "[NTP](../deployment.md#clocks)",
    },
    "16.2.3": {
      what: "Logs go only where it is documented",
      fact: "`serve` writes stdout and, if set, the audit's file ([logs](../logs.md))",
      notTested: "by a claim of its own",
    },
    "16.2.4": {
      what: "Logs can be read by machines",
      fact: "JSON lines; [the audit's schema](../logs.md#the-audit)",
    },
    "16.2.5": {
      what: "Secrets are not logged",
      met: "codes, cookies, tickets, numbers and secrets are in no log; names only without `pseudonym-key`",
      site: "its own logs, and no `Cookie` header",
    },
    "16.3.1": {
      what: "Logins are logged, good and bad",
      met: "the audit, if `audit-required`, or the process is not ready",
      site: "the kit's [events](../kit-reference.md#events) in its log",
    },
    "16.3.2": {
      what: "Refused rights are logged",
      met: "refused operators' calls, and the browser that brought a stolen ticket",
    },
    "16.3.3": {
      what: "Attempts to get around are logged",
      met: "unanswered numbers, limits, floods as a share, refused tickets",
    },
    "16.3.4": {
      what: "Errors are logged",
      met: "what the store has that nobody can read",
      fact: "[events](../kit-reference.md#events) of level `error`",
    },
    "16.4.1": {
      what: "No log injection",
      met: "operators' words, audit lines and `doctor`'s lines",
      fact: "the login service's [log](../logs.md) is JSON",
    },
    "16.4.2": {
      what: "Logs are protected",
      met: "the audit's file is for its owner alone",
      notMet: "its writer can change it",
      site: "access to logs",
    },
    "16.4.3": { what: "Logs go to another system", site: "[sending them away](../logs.md#the-audit)" },
    "16.5.1": {
      what: "Errors tell nothing internal",
      met: "no error has an option's value or a file's text",
    },
    "16.5.2": { what: "A failure elsewhere is survived", met: "a Token Server or a store that fails" },
    "16.5.3": { what: "Failures are safe", met: "what cannot be read, counted or asked refuses" },
  },
  doNotApply: [
    {
      ids: ["11.3.1", "11.3.2", "11.3.3"],
      why: "nothing is encrypted by this package: TLS and disks are the site's",
    },
    { ids: ["11.4.2", "11.4.4"], why: "no passwords are stored, and no keys are derived from them" },
    { ids: ["11.6.1"], why: "no key pairs are made and nothing is signed: the certificates are the site's" },
    {
      ids: ["17.1.1", "17.2.1", "17.2.2", "17.2.3", "17.2.4", "17.3.1", "17.3.2"],
      why: "there is no WebRTC",
    },
  ],
} as const satisfies { apply: Record<string, Requirement>; doNotApply: readonly Apart[] };
