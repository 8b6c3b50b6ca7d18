import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { memoryStore } from "onegini-otp-login/server";
import { createInternalApi } from "../../../../src/service/serve/ports/internal-server.js";
import { createKit } from "../../../../src/service/serve/create-kit.js";
import { createLog } from "../../../../src/service/serve/telemetry/log.js";
import { Metrics } from "../../../../src/service/serve/telemetry/metrics.js";
import { createReadiness } from "../../../../src/service/serve/ports/readiness.js";
import { StrangerSampling } from "../../../../src/service/serve/telemetry/stranger-sampling.js";
import { readSettings } from "../../../../src/service/settings/read-settings.js";
import { OpenApi, type Answer } from "../../server/support/openapi.js";
import { methods, readDocument } from "../../server/support/openapi-document.js";
import { holds } from "../../../support/until.js";
import { internalSecret, runService } from "./running-service.js";

const published = readDocument("service.openapi.yaml");
const api = new OpenApi(published, "");
const posts = ["/redeem", "/begin", "/scanned", "/forget-browsers"];
const secret = { authorization: `Bearer ${internalSecret}` };

/** A service whose store does not work. */
function brokenApi() {
  const args = ["--origin=http://localhost", "--token-server-url=http://localhost:9", "--client-id=a"];
  const result = readSettings([...args, "--client-secret=b", "--type=c"], {});
  if (result.kind !== "settings") return assert.fail(result.kind);
  const fail = () => Promise.reject(new Error("down"));
  const pauseSwitch = () => ({ read: fail, compareAndSet: fail, subscribe: fail });
  const store = { ...memoryStore(), get: fail, compareAndSet: fail, pauseSwitch };
  const [log, metrics] = [createLog("json", { write: () => undefined }), new Metrics()];
  const kit = createKit(result.settings, { store, log, metrics });
  return createInternalApi({
    kit,
    log,
    metrics,
    audit: { operatorCall: () => undefined, isWritten: true },
    readiness: createReadiness(kit),
    strangers: new StrangerSampling(20),
    forgotten: { forget: fail, forgetAll: fail },
    secrets: () => ({
      "internal-secret": [internalSecret],
      "operator-secret": undefined,
      "metrics-secret": undefined,
    }),
  });
}

describe("service.openapi.yaml", () => {
  test("is a document of OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(published));
    assert.deepEqual([valid, errors], [true, undefined]);
  });

  test("has examples that match their schemas", () => {
    for (const [path, item] of Object.entries(api.document.paths)) {
      for (const method of methods) {
        const bodies = [item[method]?.requestBody, ...Object.values(item[method]?.responses ?? {})];
        for (const { schema, examples = {} } of bodies.flatMap((body) => Object.values(body?.content ?? {})))
          for (const { value } of Object.values(examples))
            assert.deepEqual(schema ? api.faults(schema, value) : [], [], `${method} ${path}`);
      }
    }
  });
});

test("the internal port's answers and service.openapi.yaml", async (t) => {
  const service = await runService(t);
  const answers: Answer[] = [];
  const note = async (method: string, path: string, response: Response): Promise<void> => {
    const { status, headers } = response;
    answers.push({ method, path, status, headers, body: await response.text() });
  };
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    note(method, path, await service.call(method, path, { body, ...(headers && { headers }) }));

  const browser = service.browser();
  const { ticket, otp } = await service.ticket(browser);
  const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
  for (let times = 0; times < 2; times++)
    await call("POST", "/redeem", { ticket, cookie: browser.cookie, unknown: 1 });
  await call("POST", "/begin", { headers: {} });
  await call("POST", "/begin", { headers: { purpose: "prefetch" } });
  await call("POST", "/scanned", { transaction_id });
  await call("POST", "/forget-browsers", { user_id: "alice" });
  await call("GET", "/forget?known_browser=1");
  for (const path of ["/forget", "/metrics", "/health", "/ready", "/other"]) await call("GET", path);
  await call("PUT", "/pause");
  await call("PUT", "/pause", { until: new Date(Date.now() + 60_000), by: "jane", reason: "a fault" });
  await call("GET", "/pause");
  await call("DELETE", "/pause");
  await call("GET", "/pause");
  await call("POST", "/pause");
  for (const method of ["DELETE", "POST"]) await call(method, "/pause", undefined, { authorization: "" });
  for (const [method, path] of [
    ...posts.map((path) => ["POST", path] as const),
    ["PUT", "/pause"] as const,
    ["DELETE", "/pause"] as const,
  ]) {
    await call(method, path, "{");
    await call(method, path, "{}", { "content-type": "text/plain" });
    await call(method, path, "x".repeat(70_000));
  }
  for (const path of [...Object.keys(api.document.paths), "/other"]) {
    await call("PUT", path, "{}");
    await call("PUT", path, "{}", { authorization: "" });
    const method = posts.includes(path) ? "POST" : "GET";
    await call(method, path, undefined, { authorization: "" });
  }
  const otherSecrets = [
    "--operator-secret",
    `operator-${internalSecret}`,
    "--metrics-secret",
    `metrics-${internalSecret}`,
  ];
  const scoped = await runService(t, { args: otherSecrets });
  for (const path of [...Object.keys(api.document.paths), "/other"])
    for (const method of ["GET", "POST", "PUT", "DELETE"])
      for (const name of ["", "operator-", "metrics-"]) {
        const headers = { authorization: `Bearer ${name}${internalSecret}` };
        const all = path === "/forget-browsers" && method === "POST" ? { body: { all: true } } : {};
        await note(method, path, await scoped.call(method, path, { headers, ...all }));
      }
  const forget = () => call("POST", "/forget-browsers", { user_id: "alice" });
  while (!answers.some(({ status }) => status === 429))
    await Promise.all(Array.from({ length: 110 }, forget));
  const broken = brokenApi();
  const json = { ...secret, "content-type": "application/json" };
  const body = JSON.stringify({ ticket, cookie: browser.cookie });
  await note("POST", "/redeem", await broken.request("/redeem", { method: "POST", headers: json, body }));
  const user = JSON.stringify({ user_id: "alice" });
  const forgetting = { method: "POST", headers: json, body: user };
  await note("POST", "/forget-browsers", await broken.request("/forget-browsers", forgetting));
  for (const method of ["PUT", "DELETE"])
    await note(method, "/pause", await broken.request("/pause", { method, headers: secret }));
  await note("GET", "/ready", await broken.request("/ready"));
  const examined = answers.map((answer) => api.examine(answer));

  await t.test("the port gives no answer that is not documented", () => {
    const faults = examined.flatMap(({ faults }) => faults);
    assert.deepEqual(faults, []);
    holds(examined.length > 40);
  });

  await t.test("the port gives every answer that is documented", () => {
    const seen = new Set(examined.flatMap(({ shows }) => shows));
    const unseen = api.listed().filter((entry) => !seen.has(entry));
    assert.deepEqual(unseen, []);
  });
});
