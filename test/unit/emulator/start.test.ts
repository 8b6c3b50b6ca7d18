import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { basic, serve, type Answer } from "./support.js";

const isError = ({ status, body }: Answer, code: number, expectedStatus: number) => {
  assert.deepEqual([status, body["error"]], [expectedStatus, String(code)]);
  assert.equal(typeof body["error_description"], "string");
  assert.equal(Object.keys(body).length, 2);
};

suite("Starting a transaction", () => {
  test("answers with the transaction, its time to live in milliseconds and a code of 120 characters", async (t) => {
    const { postStart } = await serve(t, { types: [{ name: "qr-code", ttlSeconds: 300 }] });
    const { status, headers, body } = await postStart();
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.deepEqual(Object.keys(body), ["transaction_id", "auth_method", "time_to_live", "otp"]);
    assert.match(body["transaction_id"] as string, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.equal(body["auth_method"], "otp");
    assert.equal(body["time_to_live"], 300_000);
    assert.equal((body["otp"] as string).length, 120);
  });

  test("puts the transaction and 16 random bytes into the code, as compact JSON in padded base64", async (t) => {
    const { start } = await serve(t);
    const [first, second] = [await start(), await start()];
    const read = ({ otp }: { otp: string }) => Buffer.from(otp, "base64").toString("utf8");
    const { otp } = JSON.parse(read(first)) as { otp: string };
    assert.equal(read(first), `{"transaction_id":"${first.id}","otp":"${otp}"}`);
    assert.equal(Buffer.from(otp, "base64").length, 16);
    assert.equal(Buffer.from(read(first)).toString("base64"), first.otp);
    assert.notEqual(read(second), read(first));
  });

  test("gives a code 60 seconds by default", async (t) => {
    const { postStart } = await serve(t);
    assert.equal((await postStart()).body["time_to_live"], 60_000);
  });

  test("accepts secure_message, language_code and unknown parameters", async (t) => {
    const { postStart } = await serve(t);
    assert.equal((await postStart({ secure_message: "x", language_code: "nl", colour: "red" })).status, 200);
  });
});

suite("Starting a transaction fails with", () => {
  test("1000 while mobile authentication is disabled", async (t) => {
    const { postStart } = await serve(t, { enabled: false });
    isError(await postStart(), 1000, 404);
  });

  test("1002 while maxTransactions are kept, until old ones are removed", async (t) => {
    let now = 0;
    const { postStart } = await serve(t, { maxTransactions: 2, now: () => now });
    await postStart();
    await postStart();
    isError(await postStart(), 1002, 503);
    now += 10 * 60_000;
    assert.equal((await postStart()).status, 200);
  });

  for (const name of ["type", "callback_uri", "message"]) {
    test(`1003 if ${name} is missing or empty`, async (t) => {
      const { postStart } = await serve(t);
      for (const value of [undefined, ""]) {
        const answer = await postStart({ [name]: value });
        isError(answer, 1003, 400);
        assert.match(answer.body["error_description"] as string, new RegExp(name));
      }
    });
  }

  for (const uri of [
    "/callback",
    "callback",
    "ftp://bank.example/",
    "http://",
    "http://a:b@bank.example/",
    "http://a/\tb",
  ]) {
    test(`1003 for the callback_uri ${JSON.stringify(uri)}`, async (t) => {
      const { postStart } = await serve(t);
      isError(await postStart({ callback_uri: uri }), 1003, 400);
    });
  }

  test("1003 for a callback_uri that is not on the whitelist", async (t) => {
    const allowed = "https://bank.example/callback";
    const byList = await serve(t, { callbackUris: [allowed] });
    const byFunction = await serve(t, { callbackUris: (url) => url.hostname === "bank.example" });
    for (const { postStart } of [byList, byFunction]) {
      assert.equal((await postStart({ callback_uri: allowed })).status, 200);
      isError(await postStart({ callback_uri: "https://bank.example.org/callback" }), 1003, 400);
    }
    isError(await byList.postStart({ callback_uri: `${allowed}/` }), 1003, 400);
  });

  test("1003 for a user_id, even an empty one: the phone tells who the user is", async (t) => {
    const { postStart } = await serve(t);
    isError(await postStart({ user_id: "somebody" }), 1003, 400);
    isError(await postStart({ user_id: "" }), 1003, 400);
  });

  test("1003 for a repeated parameter", async (t) => {
    const { send } = await serve(t);
    isError(
      await send("/oauth/api/v4/authenticate/user", {
        method: "POST",
        headers: { authorization: basic(), "content-type": "application/x-www-form-urlencoded" },
        body: "type=qr-code&type=qr-code&message=x&callback_uri=http://127.0.0.1:1/",
      }),
      1003,
      400,
    );
  });

  test("1005 for a message of more than 155 characters, where an emoji counts as one", async (t) => {
    const { postStart } = await serve(t);
    for (const character of ["x", "é", "🙂"]) {
      assert.equal((await postStart({ message: character.repeat(155) })).status, 200);
      isError(await postStart({ message: character.repeat(156) }), 1005, 400);
    }
  });

  test("3005 for an unknown type, whatever its name", async (t) => {
    const { postStart } = await serve(t);
    for (const type of ["push", "QR-CODE", "__proto__", "constructor"])
      isError(await postStart({ type }), 3005, 404);
  });

  test("4000 for another path", async (t) => {
    const { send } = await serve(t);
    for (const path of ["/oauth/", "/oauth/api/v3/authenticate/user", "/oauth/api/v4/authenticate/user/"]) {
      isError(await send(path, { method: "POST" }), 4000, 404);
    }
  });

  test('error_code and description with `errorShape: "error_code"`', async (t) => {
    const { postStart } = await serve(t, { faults: { errorShape: "error_code" } });
    const { status, body } = await postStart({ type: undefined });
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(body), ["error_code", "description"]);
    assert.equal(body["error_code"], 1003);
  });
});

suite("The default message of a type", () => {
  const types = [{ name: "qr-code", defaultMessages: { en: "Log in?", nl: "Inloggen?" } }];
  const shown = async (t: Parameters<typeof serve>[0], parameters: Record<string, string>) => {
    const { start, enroll, scan } = await serve(t, { types });
    await enroll("lisa");
    return (await scan("lisa", (await start({ message: undefined, ...parameters })).otp)).body["message"];
  };

  test("is in the language that the site sends", async (t) => {
    assert.equal(await shown(t, { language_code: "nl" }), "Inloggen?");
    assert.equal(await shown(t, { language_code: "nl-BE" }), "Inloggen?");
  });

  test("is in English for a language without one", async (t) => {
    for (const language_code of ["fr", "tlh", "constructor", ""])
      assert.equal(await shown(t, { language_code }), "Log in?");
  });

  test("is not used if the site sends a message", async (t) => {
    assert.equal(await shown(t, { message: "Hello", language_code: "nl" }), "Hello");
  });

  test("is missing with 1003 if the type has it neither in that language nor in English", async (t) => {
    const { postStart } = await serve(t, {
      types: [{ name: "qr-code", defaultMessages: { de: "Anmelden?" } }],
    });
    isError(await postStart({ message: undefined, language_code: "nl" }), 1003, 400);
    assert.equal((await postStart({ message: undefined, language_code: "de" })).status, 200);
  });
});
