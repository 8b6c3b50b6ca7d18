import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { suite, test, type TestContext } from "node:test";
import { type CallbackDelivery, type Faults, type TokenServerOptions } from "onegini-otp-login/emulator";
import { listen } from "../../../support/listen.js";
import { clientOf, receiveCallbacks, serve, withResolvers } from "../support.js";

/** A Token Server with one transaction that a phone has scanned and not yet answered. */
async function scanned(t: TestContext, callback_uri: string, overrides: Partial<TokenServerOptions> = {}) {
  const server = await serve(t, overrides);
  await server.enroll("lisa");
  const { id, otp } = await server.start({ callback_uri });
  await server.scan("lisa", otp);
  return { ...server, id };
}

suite("The callback", { timeout: 20_000 }, () => {
  for (const accept of [true, false]) {
    test(`is sent after ${accept ? "an acceptance" : "a denial"}, with the address and the id and nothing else`, async (t) => {
      const site = await receiveCallbacks(t);
      const { id, answer } = await scanned(t, site.uri);
      await answer(id, accept);
      const { method, headers, body } = await site.next();
      assert.equal(method, "POST");
      assert.match(headers["content-type"] ?? "", /^application\/json/);
      assert.equal(headers.authorization, undefined);
      assert.deepEqual(body, { callback_uri: site.uri, transaction_id: id });
    });
  }

  test("is sent after any other failure", async (t) => {
    const site = await receiveCallbacks(t);
    const { tokenServer, start } = await serve(t);
    const { id } = await start({ callback_uri: site.uri });
    tokenServer.failTransaction(id, "invalid_answer");
    assert.deepEqual((await site.next()).body, { callback_uri: site.uri, transaction_id: id });
  });

  test("has Basic authentication if it is configured for exactly this URL", async (t) => {
    const site = await receiveCallbacks(t);
    const callbacks = [{ url: site.uri, username: "token-server", password: "pass:wörd" }];
    const exact = await scanned(t, site.uri, { callbacks });
    await exact.answer(exact.id, true);
    assert.equal(
      (await site.next()).headers.authorization,
      `Basic ${Buffer.from("token-server:pass:wörd").toString("base64")}`,
    );
    const other = await scanned(t, `${site.uri}?a=1`, { callbacks });
    await other.answer(other.id, true);
    assert.equal((await site.next()).headers.authorization, undefined);
  });

  test("does not delay the phone, which gets its response while the site is silent", async (t) => {
    const site = await receiveCallbacks(t, false);
    const { id, answer, result } = await scanned(t, site.uri);
    assert.equal((await answer(id, true)).status, 204);
    await site.next();
    assert.equal((await result(id)).body["is_authenticated"], true);
  });

  test("is reported if it fails, and the failure has no other effect", async (t) => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as { port: number };
    closed.close();
    const reported = withResolvers<CallbackDelivery>();
    const { id, answer, result } = await scanned(t, `http://127.0.0.1:${port}/`, {
      onCallback: reported.resolve,
    });
    assert.equal((await answer(id, true)).status, 204);
    const { transactionId, status, error } = await reported.promise;
    assert.deepEqual([transactionId, status], [id, undefined]);
    assert.ok(error instanceof Error);
    assert.equal((await result(id)).status, 200);
  });

  test("is reported with the site's status, and follows no redirect", async (t) => {
    const site = createServer((_request, response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(),
    );
    const reported = withResolvers<CallbackDelivery>();
    const { id, answer } = await scanned(t, `${await listen(t, site)}/`, { onCallback: reported.resolve });
    await answer(id, true);
    assert.equal((await reported.promise).status, 307);
  });

  test("is sent with the `fetch` of the options", async (t) => {
    const sent = withResolvers<string>();
    const fetch = (url: string | URL | Request) => {
      sent.resolve(url instanceof Request ? url.url : String(url));
      return Promise.resolve(new Response(null, { status: 204 }));
    };
    const { id, answer } = await scanned(t, "https://bank.example/callback", { fetch });
    await answer(id, true);
    assert.equal(await sent.promise, "https://bank.example/callback");
  });
});

suite("Faults of callbacks", { timeout: 20_000 }, () => {
  const withFaults = async (t: TestContext, callbacks: NonNullable<Faults["callbacks"]>) => {
    const site = await receiveCallbacks(t);
    const server = await scanned(t, site.uri, { faults: { callbacks } });
    await server.answer(server.id, true);
    return { site, ...server };
  };

  test("`lose` drops a callback, and the next one is sent once the fault ends", async (t) => {
    const { site, tokenServer, start, scan, answer } = await withFaults(t, { lose: true });
    tokenServer.setFaults({});
    const second = await start({ callback_uri: site.uri });
    await scan("lisa", second.otp);
    await answer(second.id, true);
    assert.deepEqual((await site.next()).body, { callback_uri: site.uri, transaction_id: second.id });
    assert.equal(site.arrived.length, 0);
  });

  test("`times` sends a callback more than once", async (t) => {
    const { site, id } = await withFaults(t, { times: 3 });
    for (let time = 0; time < 3; time++) {
      assert.deepEqual((await site.next()).body, { callback_uri: site.uri, transaction_id: id });
    }
  });

  test("`delayMilliseconds` sends a callback after the phone got its response and the site the result", async (t) => {
    const sent = withResolvers<void>();
    let isSent = false;
    const fetch = () => {
      isSent = true;
      sent.resolve();
      return Promise.resolve(new Response(null, { status: 204 }));
    };
    const { id, tokenServer } = await scanned(t, "https://bank.example/callback", {
      fetch,
      faults: { callbacks: { delayMilliseconds: 200 } },
    });
    // Without a network: its client would run its own timers by this clock.
    const client = clientOf(tokenServer);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    await client.answer(id, true);
    assert.equal((await client.result(id)).body["is_authenticated"], true);
    t.mock.timers.tick(199);
    await new Promise(setImmediate);
    assert.equal(isSent, false);
    t.mock.timers.tick(1);
    await sent.promise;
  });
});
