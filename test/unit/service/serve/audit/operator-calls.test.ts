import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { runService } from "../running-service.js";
import { auditFile } from "./audit-lines.js";

/** Calls of operators in the audit of `serve`. */

/** What each line has. */
const envelope = ["stream", "v", "time", "process", "seq", "event"];

async function scene(t: TestContext) {
  const file = auditFile(t);
  const service = await runService(t, { args: ["--audit", file.path] });
  const calls = async (): Promise<Record<string, unknown>[]> => {
    await service.stop();
    return file
      .lines()
      .filter(({ event }) => event === "operator_call")
      .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => !envelope.includes(name))));
  };
  return { file, service, calls };
}

describe("an operator's call", () => {
  test("is in the audit with who says so, why, and its answer", async (t) => {
    const { service, calls } = await scene(t);
    const until = "2999-01-01T06:00:00.000Z";
    const named = { headers: { "x-operator": Buffer.from("Zoë").toString("latin1") } };
    await service.call("PUT", "/pause", { body: { until, by: "jane", reason: "a repair" }, ...named });
    await service.call("GET", "/pause");
    await service.call("DELETE", "/pause", named);
    await service.call("POST", "/forget-browsers", { body: { user_id: "alice" }, ...named });
    await service.call("POST", "/forget-browsers", { body: { all: true, reason: "restored" } });
    const [peer, zoe] = ["127.0.0.1", "Zoë"];
    assert.deepEqual(await calls(), [
      {
        method: "PUT",
        path: "/pause",
        peer,
        operator: zoe,
        by: "jane",
        reason: "a repair",
        until,
        status: 204,
      },
      { method: "DELETE", path: "/pause", peer, operator: zoe, by: zoe, status: 204 },
      {
        method: "POST",
        path: "/forget-browsers",
        peer,
        operator: zoe,
        by: zoe,
        userId: "alice",
        status: 204,
      },
      { method: "POST", path: "/forget-browsers", peer, reason: "restored", all: true, status: 204 },
    ]);
    const [paused, resumed] = service.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => /^login_(paused|resumed)$/.test(String(event)));
    assert.deepEqual([paused?.["by"], resumed?.["by"]], ["jane", zoe]);
  });

  test("that pauses and resumes is followed by lines that say who, why and until when", async (t) => {
    const { file, service } = await scene(t);
    const until = "2999-01-01T06:00:00.000Z";
    await service.call("PUT", "/pause", { body: { until, by: "jane", reason: "a repair" } });
    await service.call("DELETE", "/pause", { headers: { "x-operator": "joe" }, body: { reason: "done" } });
    await service.stop();
    const said = file
      .lines()
      .filter(({ event }) => event.startsWith("login_"))
      .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => !envelope.includes(name))));
    assert.deepEqual(said, [
      { until, by: "jane", reason: "a repair" },
      { cause: "resume", by: "joe", reason: "done" },
    ]);
  });

  test("is in the audit when it is refused, with what is known of it", async (t) => {
    const { service, calls } = await scene(t);
    const wrong = { authorization: "Bearer wrong", "x-operator": "mallory" };
    await service.call("DELETE", "/pause", { headers: wrong, body: { by: "jane", reason: "a lie" } });
    await service.call("PUT", "/pause", { body: { until: "soon" } });
    await service.call("POST", "/forget-browsers", { body: {}, headers: { "x-operator": "joe" } });
    const unauthorized = "Authorization: Bearer {internal-secret} is required.";
    const until =
      '"until" must be an instant in ISO 8601 with its time zone, such as "2026-01-01T06:00:00Z", or null.';
    const whose = 'Exactly one of "user_id" and "all" is required.';
    const peer = "127.0.0.1";
    assert.deepEqual(await calls(), [
      // What somebody without the secret says is not read.
      { method: "DELETE", path: "/pause", peer, operator: "mallory", status: 401, description: unauthorized },
      { method: "PUT", path: "/pause", peer, status: 400, description: until },
      { method: "POST", path: "/forget-browsers", peer, operator: "joe", status: 400, description: whose },
    ]);
  });

  test("takes an X-Operator of at most 100 printable characters", async (t) => {
    const { service, calls } = await scene(t);
    const statusOf = async (operator: string): Promise<number> =>
      (await service.call("DELETE", "/pause", { headers: { "x-operator": operator } })).status;
    assert.equal(await statusOf("x".repeat(100)), 204);
    assert.equal(await statusOf(Buffer.from("\u{1f469}\u200d\u{1f692}").toString("latin1")), 204);
    for (const wrong of [
      "x".repeat(101),
      "\xff",
      ...["a\u0085b", "a\u200fb"].map((text) => Buffer.from(text).toString("latin1")),
    ])
      assert.equal(await statusOf(wrong), 400);
    const [, , ...refused] = await calls();
    const description = "X-Operator must be at most 100 printable characters.";
    for (const call of refused)
      assert.deepEqual(call, {
        method: "DELETE",
        path: "/pause",
        peer: "127.0.0.1",
        status: 400,
        description,
      });
    assert.equal(refused.length, 4);
  });

  test("has a user of at most 512 characters, each of which can be seen in the file", async (t) => {
    const { file, service, calls } = await scene(t);
    const statusOf = async (user: string): Promise<number> =>
      (await service.call("POST", "/forget-browsers", { body: { user_id: user } })).status;
    const odd = "a\u0085\u202e\u2028\u{e0041}b";
    assert.deepEqual(
      [await statusOf(odd), await statusOf("x".repeat(512)), await statusOf("x".repeat(513))],
      [204, 204, 400],
    );
    const [first, second, third] = await calls();
    assert.deepEqual([first?.["userId"], second?.["userId"]], [odd, "x".repeat(512)]);
    assert.equal(third?.["userId"], undefined);
    assert.ok(file.text().includes(String.raw`"userId":"a\u0085\u202e\u2028\udb40\udc41b"`), "escaped");
  });

  test("that is refused is at most twenty lines a minute, which hide none that was done", async (t) => {
    const { service, calls } = await scene(t);
    const wrong = { headers: { authorization: "Bearer wrong" } };
    for (let time = 0; time < 30; time++) await service.call("PUT", "/pause", wrong);
    await service.call("PUT", "/pause");
    const written = await calls();
    assert.deepEqual(
      written.map(({ status, othersOmitted }) => [status, othersOmitted]),
      [...Array.from({ length: 19 }, () => [401, undefined]), [401, true], [204, undefined]],
    );
  });
});
