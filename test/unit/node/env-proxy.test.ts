import assert from "node:assert/strict";
import { createServer } from "node:http";
import https from "node:https";
import { afterEach, describe, test, type TestContext } from "node:test";
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

describe("the kit of ./node, where the environment names a proxy that this Node does not use,", () => {
  const { HTTPS_PROXY: before } = process.env;
  afterEach(() => {
    if (before === undefined) delete process.env["HTTPS_PROXY"];
    else process.env["HTTPS_PROXY"] = before;
  });

  /** The warnings of a kit, once it is created. */
  async function warnings(
    url: string,
    more: Pick<server.LoginKitOptions, "transport"> = {},
    create: typeof createLoginKit = createLoginKit,
  ): Promise<server.LoginKitEvent[]> {
    process.env["HTTPS_PROXY"] = "http://user:hidden@proxy.example:3128";
    const events: server.LoginKitEvent[] = [];
    const kit = create({
      origin,
      tokenServer: { url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      signIn: () => ({}),
      onEvent: (event) => void events.push(event),
      ...more,
    });
    assert.deepEqual(events, []);
    await kit.health();
    return events;
  }

  test("warns once, and says no password", async () => {
    const [event, ...others] = await warnings("https://ts.example.com");
    assert.ok(event?.type === "proxy_unused");
    assert.deepEqual([event.level, event.variable, others], ["warn", "HTTPS_PROXY", []]);
    assert.match(event.description, /^HTTPS_PROXY is set, but this Node .*NODE_USE_ENV_PROXY=1/);
    assert.doesNotMatch(JSON.stringify(event), /hidden/);
  });

  test("says nothing of a Token Server on this machine, of a site's own transport or agent, and over fetch", async () => {
    assert.deepEqual(await warnings("http://localhost:3000"), []);
    const transport: server.Transport = (call) => nodeTransport(call);
    assert.deepEqual(await warnings("https://ts.example.com", { transport }), []);
    assert.deepEqual(await warnings("https://ts.example.com", {}, server.createLoginKit), []);
    const agent = https.globalAgent;
    https.globalAgent = new (class extends https.Agent {})();
    try {
      assert.deepEqual(await warnings("https://ts.example.com"), []);
    } finally {
      https.globalAgent = agent;
    }
  });
});
