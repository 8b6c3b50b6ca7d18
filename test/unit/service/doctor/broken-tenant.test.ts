import assert from "node:assert/strict";
import { createServer } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, it } from "node:test";
import { assertFailed, assertOneFails, checksThat, type OneFails } from "./run-doctor.js";
import { callbackPassword, clientSecret, examine, type Tenant } from "./tenant.js";
import { freePort } from "../../../support/services/free-port.js";

const html = (status: number, headers = {}) =>
  Promise.resolve(
    new Response("<h1>Hello</h1>", { status, headers: { "content-type": "text/html", ...headers } }),
  );
const vendorError = (code: number, status: number) => Response.json({ error: String(code) }, { status });
const basicInConsole =
  (username: string, password: string): NonNullable<Tenant["tokenServer"]> =>
  (url) => ({ callbacks: [{ url, username, password }] });
const basicInSettings = { "callback-username": "ts", "callback-password": callbackPassword };

const changed = (changes: object) => async (usual: Response) =>
  Response.json({ ...((await usual.json()) as object), ...changes });

/** The Token Server behind a proxy that compresses all that passes. */
const compressed =
  (encoding: string, compress: (bytes: Uint8Array) => Uint8Array): NonNullable<Tenant["front"]> =>
  async (request, pass) => {
    const answer = await pass(request);
    const body = new Uint8Array(compress(new Uint8Array(await answer.arrayBuffer())));
    return new Response(body, { status: answer.status, headers: { "content-encoding": encoding } });
  };

/** How the Token Server's call of the callback comes. */
const sent =
  (method: "GET" | "POST", type?: string): NonNullable<Tenant["callback"]> =>
  (url, id) =>
    fetch(method === "GET" ? `${url}?transaction_id=${id}` : url, {
      method,
      ...(type && {
        headers: { "content-type": type },
        body: type.includes("form") ? `transaction_id=${id}` : JSON.stringify({ transaction_id: id }),
      }),
    });

/** One setting is broken in each. */
const broken: Readonly<Record<string, Tenant & OneFails>> = {
  "the Token Server's name is misspelt": {
    settings: { "token-server-url": "https://no-such-tenant.invalid" },
    fails: ["name", /no-such-tenant\.invalid cannot be resolved/],
  },
  "nothing listens at the Token Server's port": {
    settings: { "token-server-url": "http://127.0.0.1:1" },
    fails: ["port", /ECONNREFUSED/],
  },
  "the address is of another web server": {
    front: () => html(404),
    fails: ["token-server", /its answer is not that of a Token Server \(404\).*Engine base urls/s],
  },
  "the address is of a page that takes everything": {
    front: () => html(200),
    fails: ["token-server", /\(200, and not JSON\)/],
  },
  "the address redirects": {
    front: () => html(302, { location: "https://www.example.com/" }),
    fails: ["token-server", /redirects \(302\)/],
  },
  "the address has a path": {
    settings: (url) => ({ "token-server-url": `${url}/oauth` }),
    fails: ["token-server", /Its path is now \/oauth/],
  },
  "the proxy in front of the Token Server finds nothing behind it": {
    front: () => html(502),
    fails: ["token-server", /Two possible causes: a proxy answers and the Token Server behind it is stopped/],
  },
  "the Token Server is temporarily unavailable": {
    front: () => Promise.resolve(vendorError(1002, 503)),
    fails: ["token-server", /temporarily unavailable/],
  },
  "the Token Server does not answer": {
    front: () => new Promise(() => undefined),
    edge: { timeoutMs: 500 },
    fails: ["token-server", /no answer in 0\.5 s/],
  },
  "the client's id is wrong": {
    settings: { "client-id": "sight" },
    fails: ["client", /the id is wrong, the secret is wrong/],
  },
  "the client's secret is wrong": {
    settings: { "client-secret": `${clientSecret}x` },
    fails: ["client", /API clients → Client ID and Client secret/],
  },
  "the client is not valid for the API": {
    tokenServer: () => ({ clients: [{ id: "site", secret: clientSecret, mobileAuthentication: false }] }),
    fails: ["scope", /API clients → site → Valid for APIs: add Mobile authentication/],
  },
  "the feature is off": {
    tokenServer: () => ({ enabled: false }),
    fails: ["feature", /System → Features: check Mobile authentication/],
  },
  "the type's name is misspelt": {
    settings: { type: "qr-cod" },
    fails: ["type-name", /there is no type “qr-cod”.*Mobile authentication types/s],
  },
  "the Token Server says only not_found": {
    faults: { start: "not_found" },
    fails: ["type-name", /Two possible causes: there is no type “qr-code”.*or the feature is off/s],
  },
  "the type's method is push, which asks for a user": {
    faults: { start: (usual) => (usual.status === 200 ? vendorError(1003, 400) : vendorError(1001, 404)) },
    fails: ["type-method", /Authentication method OTP \(One Time Password\)/],
  },
  "the type's method answers without an OTP": {
    faults: { start: { status: 200, body: '{"transaction_id":"a"}', contentType: "application/json" } },
    fails: ["type-method", /\(?200, without otp.*Authentication method of the type .* is not OTP/s],
  },
  "a code has no time that the kit takes": {
    faults: { start: changed({ time_to_live: "300000" }) },
    fails: ["lifetime", /its time_to_live is a string, not milliseconds, from 1 to 86400000/],
  },
  "a result has a user who is no string": {
    faults: { result: async (usual) => (usual.status === 200 ? changed({ user_id: 42 })(usual) : usual) },
    fails: ["scan", /its user_id is a number, not a string/],
  },
  "the message is too long for this tenant": {
    settings: { message: "x".repeat(156), "max-message-length": "200" },
    fails: ["message", /has 156 characters, which is too long \(400, 1005.*max-message-length/s],
  },
  "there is no message, and the type has no default one": {
    settings: { message: undefined },
    fails: ["message", /Set message, or .* → qr-code → Default messages/],
  },
  "the Token Server does not take a character of the message": {
    settings: { message: "Log in \u0007" },
    front: async (request, pass) => {
      const isRefused = (await request.clone().text()).includes("%07");
      return isRefused ? vendorError(1003, 400) : pass(request);
    },
    fails: ["message", /remove unusual characters, such as the character U\+0007/],
  },
  "the callback's address is not preconfigured": {
    tokenServer: () => ({ callbackUris: ["https://www.example.com/otp-login/callback"] }),
    fails: ["callback-allowed", /Callback config: add exactly this Callback URL/],
  },
  "a code lives for too short a time": {
    tokenServer: () => ({ types: [{ name: "qr-code", ttlSeconds: 5 }] }),
    fails: ["lifetime", /5 s, which is too short.*Request expires in/s],
  },
  "the start of a code fails": { faults: { start: { status: 500, body: "" } }, fails: ["code", /\(500\)/] },
  "a gateway lets no result call through": {
    faults: { result: { status: 403, body: "" } },
    fails: ["result", /GET \/oauth\/api\/v4/],
  },
  "the callback's name is not known": {
    settings: { "callback-uri": "https://no-such-site.invalid/otp-login/callback" },
    edge: { times: { callbackMs: 1 } },
    fails: ["callback-reachable", /its name cannot be resolved/],
  },
  "nothing listens at the callback's address": {
    settings: { port: "0" },
    edge: { times: { callbackMs: 1 } },
    fails: ["callback-reachable", /nothing answers there \(ECONNREFUSED\)/],
  },
  "the callbacks get lost": {
    faults: { callbacks: { lose: true } },
    edge: { times: { callbackMs: 100 } },
    fails: ["callback", /did not come; doctor got the answer only by polling/],
  },
  "only the settings have a user name and a password of the callback": {
    settings: basicInSettings,
    fails: ["callback-auth", /came without a user name and a password/],
  },
  "the console has another password of the callback": {
    settings: basicInSettings,
    tokenServer: basicInConsole("ts", "another pässword"),
    fails: ["callback-auth", /set Username and Password to those of callback-username and callback-password/],
  },
  "only the console has a user name and a password of the callback": {
    tokenServer: basicInConsole("ts", callbackPassword),
    fails: ["callback-auth", /they are not checked/],
  },
  "the Token Server answers compressed with gzip": {
    front: compressed("gzip", gzipSync),
    fails: ["token-server", /compressed \(gzip\).*Turn compression off/s],
  },
  "the Token Server answers compressed with brotli": {
    front: compressed("br", brotliCompressSync),
    fails: ["token-server", /compressed \(br\)/],
  },
  "a code's transaction_id is a number": {
    faults: { start: changed({ transaction_id: 42 }) },
    fails: ["code", /its transaction_id is a number, not a string/],
  },
  "a start is answered with an array": {
    faults: { start: () => Response.json([]) },
    fails: ["code", /200, and an array, not an object/],
  },
  "is_authenticated of a result is a string": {
    faults: {
      result: async (usual) => (usual.status === 200 ? changed({ is_authenticated: "true" })(usual) : usual),
    },
    fails: ["scan", /its is_authenticated is a string, not true or false/],
  },
  "the proxy in front of the Token Server wants a client certificate": {
    front: () =>
      Promise.resolve(new Response("<h1>400</h1>No required SSL certificate was sent", { status: 400 })),
    fails: ["token-server", /it requires a client certificate \(400\).*https\.globalAgent/s],
  },
  "the callback comes as a form": {
    callback: sent("POST", "application/x-www-form-urlencoded"),
    fails: ["callback", /came by POST with application\/x-www-form-urlencoded, and the kit answers 415/],
  },
  "the callback comes as a plain text": {
    callback: sent("POST", "text/plain"),
    fails: ["callback", /came by POST with text\/plain, and the kit answers 415/],
  },
  "the callback comes as a GET": {
    callback: sent("GET"),
    fails: ["callback", /came by GET, and the kit answers 405/],
  },
  "the callback is larger than the kit takes": {
    callback: (url, id) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ padding: "x".repeat(5000), transaction_id: id }),
      }),
    fails: ["callback", /^larger than 4 kB, and the kit answers 413\n.* forward it unchanged/],
  },
  "no QR code holds the OTP": {
    faults: { start: changed({ otp: "x".repeat(3000) }) },
    fails: ["code", /3000 characters, too many for a QR code/],
  },
  "no phone reads the code of the OTP": {
    faults: { start: changed({ otp: "x".repeat(1500) }) },
    fails: ["code", /1500 characters makes a QR code of 129 modules per side; .* phones can read 65/],
  },
  "a redirect leads to another place": {
    front: () => html(307, { location: "https://login.example.com/sso" }),
    fails: ["token-server", /redirects \(307\) to https:\/\/login\.example\.com\/sso/],
  },
  "a code's life is given in seconds": {
    faults: { start: changed({ time_to_live: 60 }) },
    fails: ["lifetime", /time_to_live is 60, .*Probably 60 seconds are meant/],
  },
  "the type has another method, and the error names the user": {
    faults: {
      start: () => Response.json({ error: "1003", error_description: "user_id is missing" }, { status: 400 }),
    },
    fails: ["type-method", /requires a user, so it is not OTP/],
  },
  "the type has another method, which starts for a user": {
    front: async (request, pass) => {
      if (request.method !== "POST") return pass(request);
      return (await request.clone().text()).includes("user_id=")
        ? Response.json({ transaction_id: "a", auth_method: "push", time_to_live: 60_000 })
        : vendorError(1003, 400);
    },
    fails: ["type-method", /requires a user, so it is not OTP/],
  },
  "the type has another method, and the answer names it": {
    faults: {
      start: () => Response.json({ transaction_id: "a", auth_method: "push", time_to_live: 60_000 }),
    },
    fails: ["type-method", /its auth_method is “push”/],
  },
  "a gateway has a limit of calls": {
    front: () => Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "30" } })),
    fails: ["token-server", /too many calls \(429, Retry-After: 30\).*Wait 30 s/s],
  },
  "the Token Server has a limit of starts": {
    front: async (request, pass) =>
      request.method === "POST"
        ? new Response("", { status: 429, headers: { "retry-after": "30" } })
        : pass(request),
    fails: ["code", /too many calls \(429, Retry-After: 30\)/],
  },
  "the callback is late": {
    faults: { callbacks: { delayMilliseconds: 400 } },
    edge: { times: { callbackMs: 1, lateMs: 30_000 } },
    fails: ["callback", /late: it came \d+\.\d s after the answer/],
  },
  "the callback names another transaction": {
    callback: (url, id) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ transaction_id: `other-${id.slice(0, 4)}` }),
      }),
    edge: { times: { callbackMs: 100 } },
    fails: ["callback", /did not come; one came for another transaction, other-/],
  },
  "the answer of the phone fails at the Token Server": {
    phone: "fail",
    fails: ["scan", /closed it: invalid_answer/],
  },
};

// Side by side: each has a tenant of its own, and some wait for a callback.
describe(
  "doctor names the one setting of a tenant that is wrong, and nothing else, when",
  { concurrency: 4 },
  () => {
    for (const [title, { fails, ...tenant }] of Object.entries(broken))
      it(title, async (t) => {
        const run = await examine(t, tenant);
        const { title } = assertOneFails(run, fails);
        assert.ok(run.report.includes(`✗ ${title}: `), run.report);
      });

    it("what comes after it cannot be told, and what comes before is right", async (t) => {
      const run = await examine(t, { settings: { type: "qr-cod" } });
      assert.deepEqual(checksThat(run, "ok"), [
        "name",
        "port",
        "token-server",
        "client",
        "callback-reachable",
      ]);
    });

    it("something else answers at the callback's address", async (t) => {
      for (const [answer, says] of [
        [(): Response => new Response(null, { status: 302, headers: { location: "/login" } }), /\(302\)/],
        [(): Response => new Response(null, { status: 401 }), /refuses the user name and password/],
      ] as const) {
        const port = await freePort();
        const site = createServer((_request, response) => {
          const { status, headers } = answer();
          response.writeHead(status, Object.fromEntries(headers)).end();
        }).listen(port, "127.0.0.1");
        t.after(() => site.close());
        const run = await examine(t, {
          settings: { "callback-uri": `http://127.0.0.1:${port}/cb`, port: "0" },
          // None comes.
          edge: { times: { callbackMs: 100 } },
        });
        assertFailed(run, ["callback-reachable"]);
        assert.match(run.stdout, says);
      }
    });
  },
);
