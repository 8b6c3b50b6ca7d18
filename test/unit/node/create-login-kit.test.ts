import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { createLoginKit, nodeTransport } from "onegini-otp-login/node";
import * as server from "onegini-otp-login/server";
import { listen } from "../server/support/site.js";

const origin = "https://www.example.com";

/** Starts a login with a kit, and returns the `Accept-Encoding` of its call: `nodeTransport` asks for no compression. */
async function encodingOfStart(
  t: TestContext,
  create: typeof createLoginKit,
  options: Pick<server.LoginKitOptions, "transport"> = {},
): Promise<string | undefined> {
  let encoding: string | undefined;
  const url = await listen(
    t,
    createServer(({ headers }, res) => {
      encoding = headers["accept-encoding"];
      res.writeHead(503).end();
    }),
  );
  const kit = create({
    origin,
    tokenServer: { url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    signIn: () => Response.json({}),
    onEvent: () => undefined,
    ...options,
  });
  const { status } = await kit.fetch(
    new Request(`${origin}/otp-login`, { method: "POST", headers: { origin } }),
  );
  assert.equal(status, 503);
  return encoding;
}

test("the kit of ./node calls the Token Server over Node's http", async (t) => {
  assert.equal(await encodingOfStart(t, createLoginKit), "identity");
  assert.equal(await encodingOfStart(t, createLoginKit, { transport: undefined as never }), "identity");
});

test("the kit of ./server calls it over fetch", async (t) => {
  assert.match((await encodingOfStart(t, server.createLoginKit)) ?? "", /gzip/);
});

test("a transport of the site takes the place of the default", async (t) => {
  const calls: string[] = [];
  const transport: server.Transport = (call) => {
    calls.push(call.method);
    return nodeTransport(call);
  };
  assert.equal(await encodingOfStart(t, createLoginKit, { transport }), "identity");
  assert.deepEqual(calls, ["POST"]);
});
