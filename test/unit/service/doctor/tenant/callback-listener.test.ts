import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { DoctorSettings } from "../../../../../src/service/doctor/doctor-settings.js";
import {
  listenForCallbacks,
  type CallbackListener,
} from "../../../../../src/service/doctor/tenant/callback-listener.js";

const transactionId = "a-transaction";

async function listen(t: TestContext, credentials: Partial<DoctorSettings>): Promise<CallbackListener> {
  const settings = { host: "127.0.0.1", port: 0, path: "/otp-login", ...credentials } as DoctorSettings;
  const listening = await listenForCallbacks(settings, Date.now);
  if ("error" in listening) throw new Error(listening.error);
  t.after(() => listening.close());
  return listening;
}

const post = async (
  { address }: CallbackListener,
  headers: Record<string, string>,
  { type = "application/json", padding = "" } = {},
): Promise<number> => {
  const response = await fetch(`${address}/otp-login/callback`, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body: JSON.stringify({ transaction_id: transactionId, padding }),
  });
  return response.status;
};

const encoded = Buffer.from("user:password?>").toString("base64");
const withPassword = { "callback-username": "user", "callback-password": ["password?>"] };

describe("doctor takes a callback for right as the kit does,", () => {
  it("that comes with its password once it was asked for it", async (t) => {
    const listener = await listen(t, withPassword);
    assert.equal(await post(listener, {}), 401);
    assert.equal(listener.received(transactionId)?.authentication, "none");
    assert.equal(await post(listener, { authorization: `Basic ${encoded}` }), 204);
    const received = listener.received(transactionId);
    assert.deepEqual([received?.authentication, received?.isAccepted], ["as-set", true]);
  });

  it("that was of a wrong type first", async (t) => {
    const listener = await listen(t, {});
    assert.equal(await post(listener, {}, { type: "text/plain" }), 415);
    assert.equal(listener.received(transactionId)?.isAccepted, false);
    assert.equal(await post(listener, {}), 204);
    assert.equal(listener.received(transactionId)?.refusal, undefined);
  });

  it("that has 4 kB at most, and answers a larger one 413", async (t) => {
    const listener = await listen(t, {});
    const { length } = JSON.stringify({ transaction_id: transactionId, padding: "" });
    for (const size of [4097, 1_000_000]) {
      assert.equal(await post(listener, {}, { padding: "x".repeat(size - length) }), 413);
      assert.equal(listener.received(transactionId)?.refusal, "larger than 4 kB, and the kit answers 413");
    }
    assert.equal(await post(listener, {}, { padding: "x".repeat(4096 - length) }), 204);
    assert.equal(listener.received(transactionId)?.isAccepted, true);
  });

  it("whose credentials are written in another way, and no others", async (t) => {
    const listener = await listen(t, withPassword);
    assert.equal(await post(listener, { authorization: "Basic bm86bm8=" }), 401);
    assert.equal(listener.received(transactionId)?.authentication, "other");
    assert.equal(await post(listener, { authorization: `basic ${encoded.replaceAll("=", "")}` }), 204);
    assert.equal(listener.received(transactionId)?.authentication, "as-set");
  });

  it("that has another kind of authorization where none is set", async (t) => {
    const listener = await listen(t, {});
    assert.equal(await post(listener, { authorization: "Bearer x" }), 204);
    assert.equal(listener.received(transactionId)?.authentication, "as-set");
  });
});
