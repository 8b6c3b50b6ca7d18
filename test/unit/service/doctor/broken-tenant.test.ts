import assert from "node:assert/strict";
import { createServer } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, it } from "node:test";
import { checksThat, assertFailed, foundIn } from "./run-doctor.js";
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

/** One setting is broken in each. `says`: words of the line that names it, or of its advice. */
const broken: (Tenant & { title: string; expected: string[]; says: RegExp })[] = [
  {
    title: "the Token Server's name is misspelt",
    settings: { "token-server-url": "https://no-such-tenant.invalid" },
    expected: ["name"],
    says: /no-such-tenant\.invalid cannot be resolved/,
  },
  {
    title: "nothing listens at the Token Server's port",
    settings: { "token-server-url": "http://127.0.0.1:1" },
    expected: ["port"],
    says: /ECONNREFUSED/,
  },
  {
    title: "the address is of another web server",
    front: () => html(404),
    expected: ["token-server"],
    says: /its answer is not that of a Token Server \(404\).*Engine base urls/s,
  },
  {
    title: "the address is of a page that takes everything",
    front: () => html(200),
    expected: ["token-server"],
    says: /\(200, and not JSON\)/,
  },
  {
    title: "the address redirects",
    front: () => html(302, { location: "https://www.example.com/" }),
    expected: ["token-server"],
    says: /redirects \(302\)/,
  },
  {
    title: "the address has a path",
    settings: (url) => ({ "token-server-url": `${url}/oauth` }),
    expected: ["token-server"],
    says: /Its path is now \/oauth/,
  },
  {
    title: "the proxy in front of the Token Server finds nothing behind it",
    front: () => html(502),
    expected: ["token-server"],
    says: /Two possible causes: a proxy answers and the Token Server behind it is stopped/,
  },
  {
    title: "the Token Server is temporarily unavailable",
    front: () => Promise.resolve(vendorError(1002, 503)),
    expected: ["token-server"],
    says: /temporarily unavailable/,
  },
  {
    title: "the Token Server does not answer",
    front: () => new Promise(() => undefined),
    edge: { timeoutMs: 500 },
    expected: ["token-server"],
    says: /no answer in 0\.5 s/,
  },
  {
    title: "the client's id is wrong",
    settings: { "client-id": "sight" },
    expected: ["client"],
    says: /the id is wrong, the secret is wrong/,
  },
  {
    title: "the client's secret is wrong",
    settings: { "client-secret": `${clientSecret}x` },
    expected: ["client"],
    says: /API clients → Client ID and Client secret/,
  },
  {
    title: "the client is not valid for the API",
    tokenServer: () => ({ clients: [{ id: "site", secret: clientSecret, mobileAuthentication: false }] }),
    expected: ["scope"],
    says: /API clients → site → Valid for APIs: add Mobile authentication/,
  },
  {
    title: "the feature is off",
    tokenServer: () => ({ enabled: false }),
    expected: ["feature"],
    says: /System → Features: check Mobile authentication/,
  },
  {
    title: "the type's name is misspelt",
    settings: { type: "qr-cod" },
    expected: ["type-name"],
    says: /there is no type “qr-cod”.*Mobile authentication types/s,
  },
  {
    title: "the Token Server says only not_found",
    faults: { start: "not_found" },
    expected: ["type-name"],
    says: /Two possible causes: there is no type “qr-code”.*or the feature is off/s,
  },
  {
    title: "the type's method is push, which asks for a user",
    faults: { start: (usual) => (usual.status === 200 ? vendorError(1003, 400) : vendorError(1001, 404)) },
    expected: ["type-method"],
    says: /Authentication method OTP \(One Time Password\)/,
  },
  {
    title: "the type's method answers without an OTP",
    faults: { start: { status: 200, body: '{"transaction_id":"a"}', contentType: "application/json" } },
    expected: ["type-method"],
    says: /\(?200, without otp.*Authentication method of the type .* is not OTP/s,
  },
  {
    title: "a code has no time that the kit takes",
    faults: { start: changed({ time_to_live: "300000" }) },
    expected: ["lifetime"],
    says: /its time_to_live is a string, not milliseconds, from 1 to 86400000/,
  },
  {
    title: "a result has a user who is no string",
    faults: { result: async (usual) => (usual.status === 200 ? changed({ user_id: 42 })(usual) : usual) },
    expected: ["scan"],
    says: /its user_id is a number, not a string/,
  },
  {
    title: "the message is too long for this tenant",
    settings: { message: "x".repeat(156), "max-message-length": "200" },
    expected: ["message"],
    says: /has 156 characters, which is too long \(400, 1005.*max-message-length/s,
  },
  {
    title: "there is no message, and the type has no default one",
    settings: { message: undefined },
    expected: ["message"],
    says: /Set message, or .* → qr-code → Default messages/,
  },
  {
    title: "the Token Server does not take a character of the message",
    settings: { message: "Log in \u0007" },
    front: async (request, pass) => {
      const isRefused = (await request.clone().text()).includes("%07");
      return isRefused ? vendorError(1003, 400) : pass(request);
    },
    expected: ["message"],
    says: /remove unusual characters, such as the character U\+0007/,
  },
  {
    title: "the callback's address is not preconfigured",
    tokenServer: () => ({ callbackUris: ["https://www.example.com/otp-login/callback"] }),
    expected: ["callback-allowed"],
    says: /Callback config: add exactly this Callback URL/,
  },
  {
    title: "a code lives for too short a time",
    tokenServer: () => ({ types: [{ name: "qr-code", ttlSeconds: 5 }] }),
    expected: ["lifetime"],
    says: /5 s, which is too short.*Request expires in/s,
  },
  {
    title: "the start of a code fails",
    faults: { start: { status: 500, body: "" } },
    expected: ["code"],
    says: /\(500\)/,
  },
  {
    title: "a gateway lets no result call through",
    faults: { result: { status: 403, body: "" } },
    expected: ["result"],
    says: /GET \/oauth\/api\/v4/,
  },
  {
    title: "the callback's name is not known",
    settings: { "callback-uri": "https://no-such-site.invalid/otp-login/callback" },
    edge: { times: { callbackMs: 1 } },
    expected: ["callback-reachable"],
    says: /its name cannot be resolved/,
  },
  {
    title: "nothing listens at the callback's address",
    settings: { port: "0" },
    expected: ["callback-reachable"],
    edge: { times: { callbackMs: 1 } },
    says: /nothing answers there \(ECONNREFUSED\)/,
  },
  {
    title: "the callbacks get lost",
    faults: { callbacks: { lose: true } },
    edge: { times: { callbackMs: 100 } },
    expected: ["callback"],
    says: /did not come; doctor got the answer only by polling/,
  },
  {
    title: "only the settings have a user name and a password of the callback",
    settings: basicInSettings,
    expected: ["callback-auth"],
    says: /came without a user name and a password/,
  },
  {
    title: "the console has another password of the callback",
    settings: basicInSettings,
    tokenServer: basicInConsole("ts", "another pässword"),
    expected: ["callback-auth"],
    says: /set Username and Password to those of callback-username and callback-password/,
  },
  {
    title: "only the console has a user name and a password of the callback",
    tokenServer: basicInConsole("ts", callbackPassword),
    expected: ["callback-auth"],
    says: /they are not checked/,
  },
  {
    title: "the Token Server answers compressed with gzip",
    front: compressed("gzip", gzipSync),
    expected: ["token-server"],
    says: /compressed \(gzip\).*Turn compression off/s,
  },
  {
    title: "the Token Server answers compressed with brotli",
    front: compressed("br", brotliCompressSync),
    expected: ["token-server"],
    says: /compressed \(br\)/,
  },
  {
    title: "a code's transaction_id is a number",
    faults: { start: changed({ transaction_id: 42 }) },
    expected: ["code"],
    says: /its transaction_id is a number, not a string/,
  },
  {
    title: "a start is answered with an array",
    faults: { start: () => Response.json([]) },
    expected: ["code"],
    says: /200, and an array, not an object/,
  },
  {
    title: "is_authenticated of a result is a string",
    faults: {
      result: async (usual) => (usual.status === 200 ? changed({ is_authenticated: "true" })(usual) : usual),
    },
    expected: ["scan"],
    says: /its is_authenticated is a string, not true or false/,
  },
  {
    title: "the proxy in front of the Token Server wants a client certificate",
    front: () =>
      Promise.resolve(new Response("<h1>400</h1>No required SSL certificate was sent", { status: 400 })),
    expected: ["token-server"],
    says: /it requires a client certificate \(400\).*https\.globalAgent/s,
  },
  ...(
    [
      [
        "a form",
        ["POST", "application/x-www-form-urlencoded"],
        /came by POST with application\/x-www-form-urlencoded, and the kit answers 415/,
      ],
      ["a plain text", ["POST", "text/plain"], /came by POST with text\/plain, and the kit answers 415/],
      ["a GET", ["GET", undefined], /came by GET, and the kit answers 405/],
    ] as const
  ).map(([what, [method, type], says]) => ({
    title: `the callback comes as ${what}`,
    callback: (url: string, id: string) =>
      fetch(method === "GET" ? `${url}?transaction_id=${id}` : url, {
        method,
        ...(type && {
          headers: { "content-type": type },
          body: type.includes("form") ? `transaction_id=${id}` : JSON.stringify({ transaction_id: id }),
        }),
      }),
    expected: ["callback"],
    says,
  })),
  {
    title: "no QR code holds the OTP",
    faults: { start: changed({ otp: "x".repeat(3000) }) },
    expected: ["code"],
    says: /3000 characters, too many for a QR code/,
  },
  {
    title: "no phone reads the code of the OTP",
    faults: { start: changed({ otp: "x".repeat(1500) }) },
    expected: ["code"],
    says: /1500 characters makes a QR code of 129 modules per side; .* phones can read 65/,
  },
  {
    title: "a redirect leads to another place",
    front: () => html(307, { location: "https://login.example.com/sso" }),
    expected: ["token-server"],
    says: /redirects \(307\) to https:\/\/login\.example\.com\/sso/,
  },
  {
    title: "a code's life is given in seconds",
    faults: { start: changed({ time_to_live: 60 }) },
    expected: ["lifetime"],
    says: /time_to_live is 60, .*Probably 60 seconds are meant/,
  },
  {
    title: "the type has another method, and the error names the user",
    faults: {
      start: () => Response.json({ error: "1003", error_description: "user_id is missing" }, { status: 400 }),
    },
    expected: ["type-method"],
    says: /requires a user, so it is not OTP/,
  },
  {
    title: "the type has another method, which starts for a user",
    front: async (request, pass) => {
      if (request.method !== "POST") return pass(request);
      return (await request.clone().text()).includes("user_id=")
        ? Response.json({ transaction_id: "a", auth_method: "push", time_to_live: 60_000 })
        : vendorError(1003, 400);
    },
    expected: ["type-method"],
    says: /requires a user, so it is not OTP/,
  },
  {
    title: "the type has another method, and the answer names it",
    faults: {
      start: () => Response.json({ transaction_id: "a", auth_method: "push", time_to_live: 60_000 }),
    },
    expected: ["type-method"],
    says: /its auth_method is “push”/,
  },
  {
    title: "a gateway has a limit of calls",
    front: () => Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "30" } })),
    expected: ["token-server"],
    says: /too many calls \(429, Retry-After: 30\).*Wait 30 s/s,
  },
  {
    title: "the Token Server has a limit of starts",
    front: async (request, pass) =>
      request.method === "POST"
        ? new Response("", { status: 429, headers: { "retry-after": "30" } })
        : pass(request),
    expected: ["code"],
    says: /too many calls \(429, Retry-After: 30\)/,
  },
  {
    title: "the callback is late",
    faults: { callbacks: { delayMilliseconds: 400 } },
    edge: { times: { callbackMs: 1, lateMs: 30_000 } },
    expected: ["callback"],
    says: /late: it came \d+\.\d s after the answer/,
  },
  {
    title: "the callback names another transaction",
    callback: (url, id) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ transaction_id: `other-${id.slice(0, 4)}` }),
      }),
    edge: { times: { callbackMs: 100 } },
    expected: ["callback"],
    says: /did not come; one came for another transaction, other-/,
  },
  {
    title: "the answer of the phone fails at the Token Server",
    phone: "fail",
    expected: ["scan"],
    says: /closed it: invalid_answer/,
  },
];

// Side by side: each has a tenant of its own, and some wait for a callback.
describe(
  "doctor names the one setting of a tenant that is wrong, and nothing else, when",
  { concurrency: 4 },
  () => {
    for (const { title, expected, says, ...tenant } of broken)
      it(title, async (t) => {
        const run = await examine(t, tenant);
        assertFailed(run, expected);
        const [line] = foundIn(run).checks.filter(({ result }) => result === "failed");
        assert.match(`${line?.says}\n${line?.fix}`, says);
        assert.ok(run.report.includes(`✗ ${line?.title}: `), run.report);
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
