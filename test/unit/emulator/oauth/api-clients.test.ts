import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { basic, serve, type Answer } from "../support.js";

const isInvalidClient = ({ status, headers, body }: Answer) => {
  assert.deepEqual([status, body["error"]], [401, "invalid_client"]);
  assert.equal(typeof body["error_description"], "string");
  assert.match(headers.get("www-authenticate") ?? "", /^Basic realm=/);
};

/** An id and a secret in which every character needs encoding somewhere. */
const odd = { id: "bänk:1", secret: "p%ss +&=:wörd€🙂" };
const formEncode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);

suite("Client authentication", () => {
  test("accepts HTTP Basic", async (t) => {
    const { postStart } = await serve(t);
    assert.equal((await postStart()).status, 200);
    assert.equal((await postStart({}, { authorization: basic().replace("Basic", "bASIC") })).status, 200);
  });

  test("accepts id and secret in the form", async (t) => {
    const { send } = await serve(t);
    const body = new URLSearchParams({
      type: "qr-code",
      callback_uri: "http://127.0.0.1:1/",
      message: "x",
      client_id: "bank",
      client_secret: "bank-secret",
    });
    assert.equal((await send("/oauth/api/v4/authenticate/user", { method: "POST", body })).status, 200);
  });

  test("form-decodes each half of Basic credentials, so that any id and secret can be sent", async (t) => {
    const { postStart } = await serve(t, { clients: [odd] });
    const encoded = basic(formEncode(odd.id), formEncode(odd.secret));
    assert.equal((await postStart({}, { authorization: encoded })).status, 200);
    const withPercent20 = basic(encodeURIComponent(odd.id), encodeURIComponent(odd.secret));
    assert.equal((await postStart({}, { authorization: withPercent20 })).status, 200);
    isInvalidClient(await postStart({}, { authorization: basic(odd.id, odd.secret) }));
  });

  test("accepts any id and secret in the form, encoded once", async (t) => {
    const { send } = await serve(t, { clients: [odd] });
    const body = new URLSearchParams({
      type: "qr-code",
      callback_uri: "http://127.0.0.1:1/",
      message: "x",
      client_id: odd.id,
      client_secret: odd.secret,
    });
    assert.equal((await send("/oauth/api/v4/authenticate/user", { method: "POST", body })).status, 200);
  });

  const refused: Record<string, string> = {
    "an unknown client": basic("nobody"),
    "a wrong secret": basic("bank", "wrong"),
    "an empty secret": basic("bank", ""),
    "no colon": `Basic ${btoa("bank")}`,
    "no base64": "Basic §§§".replaceAll("§", "*"),
    "broken percent-encoding": basic("bank", "%"),
    "another scheme": "Bearer bank-secret",
    "an empty header": "",
    "a name of every object": basic("constructor", "x"),
  };
  for (const [what, authorization] of Object.entries(refused)) {
    test(`rejects ${what} with 401, for a start and for a result`, async (t) => {
      const { postStart, start, result } = await serve(t);
      const { id } = await start();
      isInvalidClient(await postStart({}, { authorization }));
      isInvalidClient(await result(id, { authorization }));
    });
  }

  test("rejects a request without credentials, and credentials in the URL", async (t) => {
    const { send, start } = await serve(t);
    const { id } = await start();
    const path = `/oauth/api/v4/authenticate/transaction/${id}`;
    isInvalidClient(await send(path));
    isInvalidClient(await send(`${path}?client_id=bank&client_secret=bank-secret`));
  });

  test("rejects credentials that are in the form twice", async (t) => {
    const { send } = await serve(t);
    isInvalidClient(
      await send("/oauth/api/v4/authenticate/user", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "client_id=bank&client_secret=bank-secret&client_secret=bank-secret",
      }),
    );
  });

  test("rejects credentials that are in the header and in the form", async (t) => {
    const { postStart } = await serve(t);
    const { status, body } = await postStart({ client_id: "bank", client_secret: "bank-secret" });
    assert.deepEqual([status, body["error"]], [400, "invalid_request"]);
  });

  test('rejects a client without the scope "Mobile authentication"', async (t) => {
    const { postStart, result } = await serve(t, {
      clients: [{ id: "bank", secret: "bank-secret", mobileAuthentication: false }],
    });
    for (const { status, body } of [await postStart(), await result(crypto.randomUUID())]) {
      assert.deepEqual([status, body["error"]], [400, "unauthorized_client"]);
    }
  });

  test("is checked before the rest of the request", async (t) => {
    const { postStart } = await serve(t, { enabled: false });
    isInvalidClient(await postStart({ type: "nothing" }, { authorization: basic("nobody") }));
  });
});
