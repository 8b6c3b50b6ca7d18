import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type FailureReason } from "onegini-otp-login/emulator";
import { basic, serve, type Answer } from "./support.js";

const isUnknown = ({ status, body }: Answer) => assert.deepEqual([status, body["error"]], [404, "3004"]);

suite("The result", () => {
  test("of an accepted transaction has the user and only the members that the vendor lists", async (t) => {
    const now = Date.UTC(2026, 0, 2);
    const { start, enroll, scan, answer, result } = await serve(t, { now: () => now });
    await enroll("lisa");
    const { id, otp } = await start({ callback_uri: "http://127.0.0.1:1/callback" });
    await scan("lisa", otp);
    await answer(id, true);
    const { status, headers, body } = await result(id);
    assert.equal(status, 200);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.deepEqual(body, {
      callback_uri: "http://127.0.0.1:1/callback",
      transaction_id: id,
      timestamp: now,
      user_id: "lisa",
      is_authenticated: true,
      authentication_method: "otp",
    });
  });

  test("of a denied transaction is a 200 with not_accepted", async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t);
    await enroll("lisa");
    const { id, otp } = await start();
    await scan("lisa", otp);
    await answer(id, false);
    const { status, body } = await result(id);
    assert.equal(status, 200);
    assert.equal(body["is_authenticated"], false);
    assert.equal(body["user_id"], "lisa");
    const reason = body["not_authenticated_reason"] as Record<string, unknown>;
    assert.deepEqual(Object.keys(reason), ["reason", "description"]);
    assert.equal(reason["reason"], "not_accepted");
  });

  test("is 404 with 3004 while the phone has not answered: before the scan, after it, and after the code's time", async (t) => {
    let now = 0;
    const { start, enroll, scan, result } = await serve(t, { now: () => now });
    await enroll("lisa");
    const { id, otp } = await start();
    isUnknown(await result(id));
    await scan("lisa", otp);
    isUnknown(await result(id));
    now += 60_000;
    isUnknown(await result(id));
  });

  test('is false without a reason with `unanswered: "not_authenticated"`', async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t, {
      faults: { unanswered: "not_authenticated" },
    });
    await enroll("lisa");
    const { id, otp } = await start();
    const { status, body } = await result(id);
    assert.deepEqual([status, body["is_authenticated"]], [200, false]);
    assert.equal("not_authenticated_reason" in body || "user_id" in body, false);
    await scan("lisa", otp);
    await answer(id, true);
    assert.equal((await result(id)).body["is_authenticated"], true);
  });

  for (const reason of ["failed_to_send", "invalid_request", "invalid_answer"] satisfies FailureReason[]) {
    test(`can be set to a failure with the reason ${reason}`, async (t) => {
      const { tokenServer, start, result } = await serve(t);
      const { id } = await start();
      assert.equal(tokenServer.failTransaction(id, reason), true);
      const { status, body } = await result(id);
      assert.deepEqual([status, body["is_authenticated"]], [200, false]);
      assert.equal((body["not_authenticated_reason"] as { reason: string }).reason, reason);
      assert.equal("user_id" in body, false);
      assert.equal(tokenServer.failTransaction(id, reason), false);
    });
  }

  test("is kept for two minutes after the code's time", async (t) => {
    let now = 0;
    const { start, enroll, scan, answer, result } = await serve(t, { now: () => now });
    await enroll("lisa");
    const { id, otp } = await start();
    await scan("lisa", otp);
    await answer(id, true);
    now += 60_000 + 75_000;
    await start();
    assert.equal((await result(id)).status, 200);
    now += 60_000;
    await start();
    isUnknown(await result(id));
  });

  test("of an unknown transaction, or another client's, is 404 with 3004", async (t) => {
    const { start, result } = await serve(t, {
      clients: [
        { id: "bank", secret: "bank-secret" },
        { id: "shop", secret: "shop-secret" },
      ],
      faults: { unanswered: "not_authenticated" },
    });
    const { id } = await start();
    assert.equal((await result(id)).status, 200);
    isUnknown(await result(id, { authorization: basic("shop", "shop-secret") }));
    for (const unknown of [
      crypto.randomUUID(),
      id.toUpperCase(),
      "x",
      "%",
      "%00",
      "%E2%82",
      "__proto__",
      "x".repeat(5000),
    ]) {
      isUnknown(await result(unknown));
    }
  });

  test("is 1000 while mobile authentication is disabled", async (t) => {
    const { result } = await serve(t, { enabled: false });
    const { status, body } = await result(crypto.randomUUID());
    assert.deepEqual([status, body["error"]], [404, "1000"]);
  });
});

suite("Transactions", () => {
  test("are independent: a later start leaves earlier ones valid, and each has its own result", async (t) => {
    const { start, enroll, scan, answer, result } = await serve(t);
    await enroll("lisa");
    await enroll("bart");
    const [first, second, third] = [await start(), await start(), await start()];
    await scan("lisa", first.otp);
    await scan("bart", second.otp);
    await answer(second.id, false);
    await answer(first.id, true);
    assert.equal((await result(first.id)).body["user_id"], "lisa");
    assert.equal((await result(second.id)).body["is_authenticated"], false);
    isUnknown(await result(third.id));
    assert.equal((await scan("lisa", third.otp)).status, 200);
  });

  test("of different types have the lifetime of their type", async (t) => {
    let now = 0;
    const { start, enroll, scan } = await serve(t, {
      types: [
        { name: "long", ttlSeconds: 300 },
        { name: "short", ttlSeconds: 10 },
      ],
      now: () => now,
    });
    await enroll("lisa");
    const long = await start({ type: "long" });
    const short = await start({ type: "short" });
    now += 10_000;
    assert.equal((await scan("lisa", short.otp)).body["code"], 10013);
    assert.equal((await scan("lisa", long.otp)).status, 200);
  });
});
