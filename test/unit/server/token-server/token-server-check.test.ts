import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { createTokenServer, type TokenServerOptions } from "onegini-otp-login/emulator";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import type { CommonOptions } from "../../../../src/server/options.js";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

/** A kit and an emulator in this process. `calls`: what the kit asked. */
function scene(
  t: TestContext,
  {
    tokenServer: mistakes,
    kit: options,
    transport,
  }: { tokenServer?: Partial<TokenServerOptions>; kit?: Partial<CommonOptions>; transport?: Transport } = {},
) {
  const clock = new VirtualClock();
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: "site-secret" }],
    ...mistakes,
  });
  const calls: URLSearchParams[] = [];
  const events: LoginKitEvent[] = [];
  const toEmulator: Transport = async ({ url, method, headers, body = null }) => {
    const answer = await tokenServer.fetch(new Request(url, { method, headers, body }));
    return { status: answer.status, text: await answer.text() };
  };
  const kit = createLoginKit(
    {
      origin: "https://www.example.com",
      tokenServer: {
        url: "http://localhost",
        clientId: "site",
        clientSecret: "site-secret",
        type: "qr-code",
      },
      message: "Log in",
      signIn: () => new Response(),
      transport(call) {
        calls.push(new URLSearchParams(call.body));
        return (transport ?? toEmulator)(call);
      },
      onEvent: (event) => void events.push(event),
      ...options,
    },
    clock,
  );
  t.after(() => kit.close());
  return { calls, clock, events, kit, tokenServer };
}

const failsWith =
  (code: string): Transport =>
  () =>
    Promise.reject(Object.assign(new Error("No answer"), { code }));

describe("kit.check()", () => {
  test("starts one code, and says that it works", async (t) => {
    const { calls, events, kit } = scene(t);
    assert.deepEqual(await kit.check(), { ok: true });
    assert.deepEqual(
      calls.map((form) => Object.fromEntries(form)),
      [
        {
          type: "qr-code",
          callback_uri: "https://www.example.com/otp-login/callback",
          message: "Log in",
          secure_message: "Log in",
        },
      ],
    );
    assert.deepEqual(events, []);
  });

  const faults: [of: string, where: Parameters<typeof scene>[1], result: object][] = [
    [
      "the client",
      { tokenServer: { clients: [{ id: "site", secret: "another" }] } },
      { reason: "answered 401", status: 401, code: "invalid_client" },
    ],
    [
      "the type",
      { tokenServer: { types: [{ name: "qrcode" }] } },
      { reason: "answered 404", status: 404, code: "3005" },
    ],
    [
      "the callback's address",
      { tokenServer: { callbackUris: ["https://www.example.com/callback"] } },
      { reason: "answered 400", status: 400, code: "1003" },
    ],
    [
      "a certificate that ran out",
      { transport: failsWith("CERT_HAS_EXPIRED") },
      { reason: "could not be reached at http://localhost (CERT_HAS_EXPIRED)" },
    ],
    [
      "a Token Server that is down",
      { transport: failsWith("ECONNREFUSED") },
      { reason: "could not be reached at http://localhost (ECONNREFUSED)" },
    ],
  ];
  for (const [of, where, result] of faults) {
    test(`says what is wrong with ${of}`, async (t) => {
      const check = await scene(t, where).kit.check();
      if (check.ok) throw new Error("It says that it works.");
      const { description, ...rest } = check;
      assert.deepEqual(rest, { ok: false, ...result });
      assert.equal(description === undefined, !("status" in result));
      assert.doesNotMatch(JSON.stringify(check), /site-secret/);
    });
  }

  test("keeps a result for 60 s, good or bad, and shares a call that runs", async (t) => {
    const { calls, clock, kit, tokenServer } = scene(t);
    assert.deepEqual(await Promise.all([kit.check(), kit.check()]), [{ ok: true }, { ok: true }]);
    tokenServer.setFaults({ start: 1002 });
    await clock.advance(59);
    assert.deepEqual([await kit.check(), calls.length], [{ ok: true }, 1]);
    await clock.advance(1);
    assert.equal((await kit.check()).ok, false);
    tokenServer.setFaults({});
    await clock.advance(59);
    assert.deepEqual([(await kit.check()).ok, calls.length], [false, 2]);
    await clock.advance(1);
    assert.deepEqual([(await kit.check()).ok, calls.length], [true, 3]);
  });

  test("sends no message where the type has its own, and one of its own for a function", async (t) => {
    const types = [{ name: "qr-code", defaultMessages: { en: "Log in" } }];
    const own = scene(t, { tokenServer: { types }, kit: { message: undefined as never } });
    assert.deepEqual([await own.kit.check(), own.calls[0]?.has("message")], [{ ok: true }, false]);
    const made = scene(t, {
      kit: {
        message: () => {
          throw new Error("There is no page");
        },
      },
    });
    assert.deepEqual([await made.kit.check(), made.calls[0]?.get("message")], [{ ok: true }, "Check"]);
  });

  test("is not part of health(): a Token Server that is down takes no server out, and is not asked", async (t) => {
    const { calls, kit } = scene(t, { transport: failsWith("ECONNREFUSED") });
    assert.equal((await kit.check()).ok, false);
    assert.deepEqual([(await kit.health()).healthy, calls.length], [true, 1]);
  });
});
