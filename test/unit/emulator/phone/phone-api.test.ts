import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { serve, type Answer } from "../support.js";

const isRefused = ({ status, body }: Answer, code: number) => {
  assert.ok(status >= 400 && status < 500, `status ${status}`);
  assert.deepEqual(Object.keys(body), ["code", "message"]);
  assert.equal(body["code"], code);
  assert.equal(typeof body["message"], "string");
};

/** The content of a code for a transaction that this Token Server never started. */
const foreignOtp = btoa(JSON.stringify({ transaction_id: crypto.randomUUID(), otp: btoa("x".repeat(16)) }));

suite("The phone API", () => {
  test("enrolls, scans and accepts", async (t) => {
    const { start, enroll, scan, answer } = await serve(t);
    const enrolled = await enroll("lisa");
    assert.deepEqual([enrolled.status, enrolled.body], [204, {}]);
    const { id, otp } = await start({ message: "Log in to Demo Bank" });
    const scanned = await scan("lisa", otp);
    assert.equal(scanned.status, 200);
    assert.deepEqual(scanned.body, { transaction_id: id, message: "Log in to Demo Bank" });
    const answered = await answer(id, true);
    assert.deepEqual([answered.status, answered.body], [204, {}]);
  });

  test("takes JSON from application/json only, which a page of another site cannot send", async (t) => {
    const { send } = await serve(t);
    const enroll = async (headers: HeadersInit): Promise<number> =>
      (await send("/phone/users/lisa", { method: "PUT", body: '{"enrolled":true}', headers })).status;
    assert.equal(await enroll({ "content-type": "application/json;charset=utf-8" }), 204);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
      assert.equal(await enroll({ "content-type": type }), 415, type);
    assert.equal(await enroll({}), 415);
  });

  test("answers 9021 if the user never enrolled", async (t) => {
    const { start, scan } = await serve(t);
    isRefused(await scan("lisa", (await start()).otp), 9021);
  });

  test("answers 9020 once the user is disenrolled, until enrolled again", async (t) => {
    const { start, enroll, scan } = await serve(t);
    const { otp } = await start();
    await enroll("lisa");
    await enroll("lisa", false);
    isRefused(await scan("lisa", otp), 9020);
    await enroll("lisa");
    assert.equal((await scan("lisa", otp)).status, 200);
  });

  test("answers 9029 for a code that any user has scanned before", async (t) => {
    const { start, enroll, scan } = await serve(t);
    await enroll("lisa");
    await enroll("bart");
    const { otp } = await start();
    assert.equal((await scan("lisa", otp)).status, 200);
    isRefused(await scan("lisa", otp), 9029);
    isRefused(await scan("bart", otp), 9029);
  });

  for (const accept of [true, false]) {
    test(`answers 9029 for a code that was ${accept ? "accepted" : "denied"} before`, async (t) => {
      const { start, enroll, scan, answer } = await serve(t);
      await enroll("lisa");
      const { id, otp } = await start();
      await scan("lisa", otp);
      await answer(id, accept);
      isRefused(await scan("lisa", otp), 9029);
    });
  }

  test("answers 10013 for a code that is expired or unknown", async (t) => {
    let now = 0;
    const { start, enroll, scan } = await serve(t, { now: () => now });
    await enroll("lisa");
    const [late, just] = [await start(), await start()];
    now += 59_999;
    assert.equal((await scan("lisa", just.otp)).status, 200);
    now += 1;
    isRefused(await scan("lisa", late.otp), 10013);
    isRefused(await scan("lisa", foreignOtp), 10013);
  });

  test("answers 10013 for the right transaction with the wrong secret, and the code stays valid", async (t) => {
    const { start, enroll, scan } = await serve(t);
    await enroll("lisa");
    const { id, otp } = await start();
    const guess = btoa(JSON.stringify({ transaction_id: id, otp: btoa("x".repeat(16)) }));
    isRefused(await scan("lisa", guess), 10013);
    assert.equal((await scan("lisa", otp)).status, 200);
  });

  const noCodes: Record<string, unknown> = {
    nothing: undefined,
    "an empty text": "",
    "a number": 7,
    "a list": ["x"],
    "an address": "https://bank.example/",
    "base64 of no JSON": btoa("hello"),
    "base64 of JSON that is no object": btoa("null"),
    "base64 of other JSON": btoa('{"transaction_id":7,"otp":"x"}'),
    "half a code": foreignOtp.slice(0, 60),
    "a code with a space": `${foreignOtp} `,
    "a very long text": "A".repeat(3000),
  };
  for (const [what, otp] of Object.entries(noCodes)) {
    test(`answers 10015 for ${what} as a code`, async (t) => {
      const { enroll, scan } = await serve(t);
      await enroll("lisa");
      isRefused(await scan("lisa", otp), 10015);
    });
  }

  test("answers 10015 for a body that is not a JSON object", async (t) => {
    const { phone } = await serve(t);
    for (const body of ["", "{", "null", "7", '"x"', "[]"])
      isRefused(await phone("POST", "users/lisa/scan", body), 10015);
  });

  test("checks in the order 10015, 9021 or 9020, 9029, 10013", async (t) => {
    let now = 0;
    const { start, enroll, scan } = await serve(t, { now: () => now });
    await enroll("lisa");
    await enroll("gone", false);
    const { otp } = await start();
    await scan("lisa", otp);
    isRefused(await scan("nobody", "no code"), 10015);
    isRefused(await scan("nobody", otp), 9021);
    isRefused(await scan("nobody", foreignOtp), 9021);
    isRefused(await scan("gone", otp), 9020);
    now += 60_000;
    isRefused(await scan("lisa", otp), 9029);
  });

  test("allows several open scans, answered in any order", async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t);
    await enroll("lisa");
    const [first, second] = [await start(), await start()];
    await scan("lisa", first.otp);
    await scan("lisa", second.otp);
    assert.equal((await answer(second.id, true)).status, 204);
    assert.equal((await answer(first.id, true)).status, 204);
    assert.equal((await result(first.id)).body["is_authenticated"], true);
    assert.equal((await result(second.id)).body["is_authenticated"], true);
  });

  test("accepts an answer until the transaction's own time is up", async (t) => {
    let now = 0;
    const { start, enroll, scan, answer, result } = await serve(t, { now: () => now });
    await enroll("lisa");
    const [just, late] = [await start(), await start()];
    await scan("lisa", just.otp);
    await scan("lisa", late.otp);
    now += 59_999;
    assert.equal((await answer(just.id, true)).status, 204);
    now += 1;
    isRefused(await answer(late.id, true), 10013);
    assert.equal((await result(late.id)).status, 404);
  });

  test("rejects a second answer, which changes nothing", async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t);
    await enroll("lisa");
    const { id, otp } = await start();
    await scan("lisa", otp);
    await answer(id, false);
    isRefused(await answer(id, true), 10013);
    assert.equal((await result(id)).body["is_authenticated"], false);
  });

  test("accepts an answer after the user was disenrolled", async (t) => {
    const { start, enroll, scan, answer } = await serve(t);
    await enroll("lisa");
    const { id, otp } = await start();
    await scan("lisa", otp);
    await enroll("lisa", false);
    assert.equal((await answer(id, true)).status, 204);
  });

  test("rejects an answer to a transaction that was not scanned or is unknown", async (t) => {
    const { start, answer, result } = await serve(t);
    const { id } = await start();
    isRefused(await answer(id, true), 10013);
    assert.equal((await result(id)).status, 404);
    for (const unknown of [crypto.randomUUID(), "%", "%00", "__proto__"])
      isRefused(await answer(unknown, true), 10013);
  });

  test("answers 400 if accept or enrolled is not a boolean", async (t) => {
    const { phone } = await serve(t);
    for (const body of [
      "",
      "{",
      "[]",
      "null",
      "{}",
      '{"accept":"true","enrolled":"true"}',
      '{"accept":1,"enrolled":1}',
    ]) {
      isRefused(await phone("POST", "transactions/x/answer", body), 10018);
      isRefused(await phone("PUT", "users/lisa", body), 10018);
    }
  });

  test("accepts every user name without control characters", async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t);
    for (const user of ["Zoë 🙂", "a/b?c#d", "%", "__proto__", "x".repeat(256)]) {
      const { id, otp } = await start();
      await enroll(encodeURIComponent(user));
      await scan(encodeURIComponent(user), otp);
      await answer(id, true);
      assert.equal((await result(id)).body["user_id"], user);
    }
  });

  test("rejects an invalid user name", async (t) => {
    const { enroll } = await serve(t);
    for (const user of ["%", "%E2%82", "%ED%A0%80", "a%00b", "a%0Ab", "x".repeat(257)]) {
      const refused = await enroll(user);
      isRefused(refused, 10018);
      assert.equal(refused.status, 400);
    }
  });

  test("answers 404 for other paths and 405 for other methods", async (t) => {
    const { phone, send } = await serve(t);
    for (const path of [
      "",
      "users",
      "users/",
      "users/lisa/",
      "users/lisa/answer",
      "transactions/x",
      "transactions//answer",
    ]) {
      const refused = await phone("POST", path, {});
      isRefused(refused, 10018);
      assert.equal(refused.status, 404);
    }
    for (const [path, allow] of [
      ["users/lisa", "PUT"],
      ["users/lisa/scan", "POST"],
      ["transactions/x/answer", "POST"],
    ] as const) {
      for (const method of ["GET", "DELETE", "OPTIONS"]) {
        const refused = await send(`/phone/${path}`, { method });
        isRefused(refused, 10018);
        assert.deepEqual([refused.status, refused.headers.get("allow")], [405, allow]);
      }
    }
  });

  test("answers 413 for a body of more than 4 kB", async (t) => {
    const { phone } = await serve(t);
    const body = JSON.stringify({ otp: "A".repeat(5000), accept: true, enrolled: true });
    for (const [method, path] of [
      ["PUT", "users/lisa"],
      ["POST", "users/lisa/scan"],
      ["POST", "transactions/x/answer"],
    ] as const) {
      const refused = await phone(method, path, body);
      isRefused(refused, 10018);
      assert.equal(refused.status, 413);
    }
  });
});
