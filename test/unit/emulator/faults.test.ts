import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createTokenServer } from "onegini-otp-login/emulator";
import { options, serve } from "./support.js";

suite("Faults of the Token Server", () => {
  test("a numbered error replaces the response to a start or a result call", async (t) => {
    const { tokenServer, postStart, start, result } = await serve(t, { faults: { start: 1002 } });
    const refused = await postStart();
    assert.deepEqual([refused.status, refused.body["error"]], [503, "1002"]);
    tokenServer.setFaults({ result: 4000, errorShape: "error_code" });
    const { id } = await start();
    const failed = await result(id);
    assert.deepEqual([failed.status, failed.body["error_code"]], [404, 4000]);
  });

  test("an error without a number replaces the response, in both shapes", async (t) => {
    const { tokenServer, postStart, start, result } = await serve(t, { faults: { start: "not_found" } });
    const description = "Not found.";
    const { status, body } = await postStart();
    assert.deepEqual([status, body], [404, { error: "not_found", error_description: description }]);
    tokenServer.setFaults({ result: "not_found", errorShape: "error_code" });
    const { id } = await start();
    const unknown = await result(id);
    assert.deepEqual([unknown.status, unknown.body], [404, { error_code: "not_found", description }]);
  });

  test("a text replaces the response, with the given status and type", async (t) => {
    const { url } = await serve(t, { faults: { start: { status: 502, body: "<h1>Bad gateway</h1>" } } });
    const html = await fetch(`${url}/oauth/api/v4/authenticate/user`, { method: "POST" });
    assert.equal(html.status, 502);
    assert.match(html.headers.get("content-type") ?? "", /^text\/html/);
    assert.equal(await html.text(), "<h1>Bad gateway</h1>");
  });

  test("half a JSON text replaces the response", async (t) => {
    const half = { status: 200, body: '{"transaction_id":', contentType: "application/json" };
    const { url, tokenServer, start } = await serve(t);
    const { id } = await start();
    tokenServer.setFaults({ result: half });
    const response = await fetch(`${url}/oauth/api/v4/authenticate/transaction/${id}`);
    assert.deepEqual([response.status, await response.text()], [200, half.body]);
    assert.equal(response.headers.get("content-type"), "application/json");
  });

  test("a function changes the usual response", async (t) => {
    const { tokenServer, start, enroll, scan, answer, result } = await serve(t);
    await enroll("lisa");
    const { id, otp } = await start();
    await scan("lisa", otp);
    await answer(id, true);
    tokenServer.setFaults({
      result: async (usual) =>
        Response.json({ ...((await usual.json()) as object), is_authenticated: "true", user_id: "" }),
    });
    const { body } = await result(id);
    assert.deepEqual([body["transaction_id"], body["is_authenticated"], body["user_id"]], [id, "true", ""]);
  });

  test("`delayMilliseconds` delays every response", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const tokenServer = createTokenServer({ ...options, faults: { delayMilliseconds: 150 } });
    let answered = false;
    const response = tokenServer.fetch(new Request("http://localhost/oauth/"));
    void response.then(() => (answered = true));
    t.mock.timers.tick(149);
    await new Promise(setImmediate);
    assert.equal(answered, false);
    t.mock.timers.tick(1);
    assert.equal((await response).status, 404);
  });

  test("`setFaults({})` ends all faults", async (t) => {
    const { tokenServer, postStart } = await serve(t, { faults: { start: 1002, errorShape: "error_code" } });
    tokenServer.setFaults({});
    assert.equal((await postStart()).status, 200);
    assert.ok("error" in (await postStart({ type: "other" })).body);
  });
});

suite("setFaults", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ delay: 1 }, /faults\.delay is unknown/],
    [{ delayMilliseconds: -1 }, /faults\.delayMilliseconds must be a number/],
    [{ start: 1001 }, /faults\.start must be/],
    [{ result: "x" }, /faults\.result must be/],
    [{ start: "toString" }, /faults\.start must be/],
    [{ result: { status: 99, body: "" } }, /faults\.result\.status must be/],
    [{ result: { status: 204, body: "" } }, /faults\.result\.status must be/],
    [{ result: { status: 200 } }, /faults\.result\.body must be/],
    [{ callbacks: { times: 0 } }, /faults\.callbacks\.times must be/],
    [{ callbacks: { lost: true } }, /faults\.callbacks\.lost is unknown/],
    [{ callbacks: { lose: "yes" } }, /faults\.callbacks\.lose must be a boolean/],
    [{ errorShape: "oauth" }, /faults\.errorShape must be one of/],
    [{ unanswered: true }, /faults\.unanswered must be one of/],
  ];
  for (const [faults, message] of wrong) {
    test(`names what is wrong in ${JSON.stringify(faults)}, and changes nothing`, async (t) => {
      const { tokenServer, postStart } = await serve(t);
      assert.throws(() => tokenServer.setFaults(faults), { name: "TypeError", message });
      assert.equal((await postStart()).status, 200);
    });
  }
});
