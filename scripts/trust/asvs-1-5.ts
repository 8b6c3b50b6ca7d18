import type { Apart, Requirement } from "./requirement.js";

/** V1 to V5: encoding, validation, the browser, the API, files. */
export const encodingToFiles = {
  apply: {
    "1.1.1": {
      what: "Input is decoded once, and checked after that",
      met: "the callback's path in another spelling is refused; `sitePath` refuses an encoded address",
      site: "its own routes",
    },
    "1.1.2": {
      what: "Output is encoded last, or by what takes it",
      fact: "`URLSearchParams`, `JSON.stringify` and Lit encode; see [header injection](../security.md#header-injection)",
      notTested: "by a claim of its own",
    },
    "1.2.1": {
      what: "Output is encoded for HTML and headers",
      met: "no header of the kit has text of a request",
      site: "its pages",
    },
    "1.2.2": {
      what: "URLs are built with encoding, from safe schemes only",
      met: "values for the Token Server are form-encoded; the widget follows only http and https",
      site: "the addresses that it gives as `redirect_to`",
    },
    "1.2.3": {
      what: "Text in JavaScript and JSON is escaped",
      fact: "answers are JSON; what [`kit.begin`](../kit.md#beginning-with-the-page) gives needs no escaping",
      site: "other text in its pages' scripts",
    },
    "1.2.4": {
      what: "Queries of a database cannot be injected",
      met: "keys in Redis have only ids that match their pattern. There is no SQL",
      site: "its own database, with `userId`",
    },
    "1.2.5": {
      what: "Commands of the system cannot be injected",
      fact: "the kit and `serve` start no program. [`doctor`](../doctor.md) starts a browser, without a shell",
    },
    "1.2.9": {
      what: "Text in regular expressions is escaped",
      notTested:
        "patterns of `origins` and the secrets for redaction are escaped in code, which no claim's test holds",
    },
    "1.3.2": {
      what: "No code is evaluated",
      fact: "the element runs under [a strict policy](../widget.md#strict-pages) without `unsafe-eval`",
    },
    "1.3.3": {
      what: "Data for a risky place is limited first",
      met: "the user agent is cut to 512 characters",
    },
    "1.3.6": {
      what: "No request to an address that a stranger chooses",
      met: "ids are checked before they get into an address; `doctor` judges each address",
    },
    "1.4.3": {
      what: "Memory and resources are released",
      met: "streams, counters and what nobody watches end; attempts keep no request in memory",
    },
    "1.5.2": {
      what: "Untrusted data is deserialized into known types",
      met: "what cannot be read from the store is unknown. Bodies are JSON that is parsed by a schema",
    },
    "2.1.1": {
      what: "Rules of input are documented",
      fact: "[the login API](../kit-reference.md#the-login-api), `openapi.yaml` and `service.openapi.yaml`",
    },
    "2.1.2": {
      what: "Rules of combined input are documented",
      fact: "[the options](../kit-reference.md#options) and [the number](../kit-reference.md#pairing)",
    },
    "2.1.3": { what: "Limits are documented", fact: "[limits](../kit-reference.md#limits)" },
    "2.2.1": {
      what: "Input is compared with what is expected",
      met: "ids, languages, numbers, tickets, fragments and the Token Server's answer",
      site: "`userId` in its own database",
    },
    "2.2.2": {
      what: "The server validates, not the page alone",
      fact: "the kit decides on the server; [a login takes the Token Server's answer](../security.md#a-forged-callback)",
    },
    "2.2.3": { what: "Combined data fits together", met: "the result's transaction, and the user of a scan" },
    "2.3.1": {
      what: "Steps come in their order",
      met: "a final status never changes; no number before the acceptance",
    },
    "2.3.2": { what: "Limits of the flow hold", met: "tries, codes, repetitions and scans of one attempt" },
    "2.3.3": {
      what: "An operation succeeds as a whole or not at all",
      met: "a revocation is acknowledged when a replica has it; a pause is written back",
    },
    "2.3.4": {
      what: "Locks against double use",
      met: "an attempt, a ticket and a try are taken in one atomic step",
    },
    "2.4.1": {
      what: "Controls against automation",
      met: "limits by address, network, browser and attempt",
      site: "[limits in the proxy](../deployment.md#limits-by-address)",
      notMet: "callbacks and unknown attempts are not limited by the kit",
    },
    "3.2.1": {
      what: "An answer is not taken for another kind of content",
      fact: "answers are `application/json`, and `serve` sends its files with `nosniff`",
      notMet: "the kit's own answers have no `nosniff` (3.4.4)",
    },
    "3.2.2": {
      what: "Text is shown as text",
      fact: "Lit's bindings; the element uses no `innerHTML`, under [Trusted Types](../widget.md#strict-pages)",
    },
    "3.3.1": {
      what: "Cookies are Secure and have a prefix",
      met: "the kit's cookies are `__Host-` on https",
      site: "its session's cookie",
    },
    "3.3.2": {
      what: "SameSite fits the purpose",
      fact: "the kit's cookies are `SameSite=Lax`; the origin of each call that changes something is checked, too (3.5.1)",
      site: "its session's cookie",
    },
    "3.3.3": { what: "Cookies are __Host-", met: "the kit's cookies on https", site: "its session's cookie" },
    "3.3.4": { what: "Cookies are HttpOnly", met: "the kit's cookies", site: "its session's cookie" },
    "3.4.1": {
      what: "Strict-Transport-Security",
      site: "in the proxy; [our files](../deployment.md#hsts) send a year, without subdomains",
    },
    "3.4.2": {
      what: "CORS answers listed origins only",
      met: "without `origins` no header; with them the listed ones",
      site: "what it lists",
    },
    "3.4.3": {
      what: "Content Security Policy",
      site: "[what its login page has to send](../security.md#what-the-site-has-to-do)",
    },
    "3.4.4": {
      what: "nosniff on every answer",
      fact: "the files of `serve`",
      notMet: "answers of the login API do not have it: let the proxy add it",
      site: "its pages",
    },
    "3.4.5": {
      what: "Referrer policy",
      site: "its pages, above all the one that redeems [a ticket](../security.md#a-stolen-or-replayed-ticket)",
    },
    "3.4.6": { what: "frame-ancestors", site: "its login page. Shown for the demo" },
    "3.5.1": {
      what: "Requests of other origins are refused",
      met: "`Origin` and `Sec-Fetch-Site` are checked at start, renewal and login",
      site: "its own routes, such as logout and the one that redeems a ticket",
    },
    "3.5.2": {
      what: "Calls that rely on a preflight cannot do without",
      met: "the kit relies on none (3.5.1). The emulator's phone takes JSON alone",
    },
    "3.5.3": {
      what: "Sensitive calls are no GET",
      met: "a login takes a POST",
      site: "a ticket may come by GET: post it in a form instead",
    },
    "3.5.4": { what: "Each application has its own host name", site: "its host names" },
    "3.7.1": {
      what: "Supported browser technology",
      fact: "custom elements; [the browsers](../widget.md#browsers)",
    },
    "3.7.2": {
      what: "Redirects to other hosts by an allowlist",
      met: "`sitePath` gives only paths of the site",
      site: "its use; the widget follows another host in `redirect_to`",
    },
    "4.1.1": {
      what: "Content-Type fits the body",
      fact: "`application/json` or `text/event-stream` ([the login API](../kit-reference.md#the-login-api))",
      notTested: "by a claim of its own",
    },
    "4.1.2": {
      what: "Only pages redirect from http to https",
      site: "in the proxy. The kit redirects nothing",
    },
    "4.1.3": {
      what: "Headers of a proxy cannot be set by a client",
      met: "`X-Forwarded-*` and `Host` are believed nowhere by default",
      site: "[exactly its number of proxies](../kit-reference.md#clientip)",
    },
    "4.2.1": {
      what: "Request smuggling",
      site: "its proxy and its version of Node, whose HTTP parser the kit uses",
      notTested: "here",
    },
    "5.3.2": {
      what: "File names do not come from requests",
      fact: "`serve` has a fixed list of files ([the page](../serve.md#the-page)). The kit reads none",
      notTested: "by a claim of its own",
    },
  },
  doNotApply: [
    {
      ids: ["1.2.6", "1.2.7", "1.2.8", "1.3.8", "1.3.9", "1.3.11", "1.5.1"],
      why: "there is no LDAP, XPath, LaTeX, JNDI, memcache, mail or XML",
    },
    { ids: ["1.3.1", "1.3.4", "1.3.5"], why: "no HTML, SVG, Markdown or CSS of a user is taken" },
    {
      ids: ["1.3.7", "1.3.10"],
      why: "templates and formats are fixed. `message` is the site's own function",
    },
    { ids: ["1.4.1", "1.4.2"], why: "JavaScript is memory-safe, and its numbers do not wrap" },
    { ids: ["3.5.5"], why: "nothing listens to `postMessage`" },
    { ids: ["4.3.1", "4.3.2"], why: "there is no GraphQL" },
    {
      ids: ["4.4.1", "4.4.2", "4.4.3", "4.4.4"],
      why: "there are no WebSockets: the status comes by server-sent events",
    },
    {
      ids: ["5.1.1", "5.2.1", "5.2.2", "5.2.3", "5.3.1", "5.4.1", "5.4.2", "5.4.3"],
      why: "nobody can upload a file, and no file of a user is served",
    },
  ],
} as const satisfies { apply: Record<string, Requirement>; doNotApply: readonly Apart[] };
