import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Metrics } from "../../../src/service/serve/telemetry/metrics.js";

/** The recipes of docs/logs.md: a login, and one whose session fails, with log, spans, counts and funnel as the page has them. */

const page = readFileSync("docs/logs.md", "utf8");
const recipes = [...page.matchAll(/^```ts\n(\/\/ (\S+-event\.ts)\n[^]*?)^```$/gm)].map(
  ([, code = "", file = ""]) => [file, code] as const,
);
const listingWith = (text: string): string =>
  [...page.matchAll(/^```ts\n([^]*?)^```$/gm)]
    .map(([, code = ""]) => code)
    .find((code) => code.includes(text)) ?? assert.fail(`no listing with ${text}`);

/** The SDK, which a site loads before all else. */
const sdk = `
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
export const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
export const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: measured })] });
metrics.setGlobalMeterProvider(meters);
`;

/** A site in a process of its own, because the recipes write to stdout and have one registry. Its results go to stderr. */
const site = `
import { measured, meters } from "./sdk.js";
import { trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { register } from "prom-client";
import { createPhone, createTokenServer, listen } from "onegini-otp-login/emulator";
const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
const clients = [{ id: "site", secret: "site-secret" }];
const tokenServer = createTokenServer({ types: [{ name: "qr-code" }], clients, onCallback() {} });
const { url, close } = await listen(tokenServer);
const origin = "http://localhost:3000";
const requiredOptions = {
  origin,
  tokenServer: { url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
  message: "Log in",
  resultPolling: 1, // no callback reaches it
  signIn: ({ userId }) => {
    if (userId === "joe") throw new Error("No session for Joe.");
    return {};
  },
};
${listingWith("countEvent(event);").replace("…,", "...requiredOptions,")}
${listingWith("new Gauge")}
const post = (path, headers = {}) =>
  kit.fetch(new Request(origin + path, { method: "POST", headers: { origin, ...headers } }));
const attempts = [];
for (const user of ["jane", "joe"]) {
  const phone = createPhone(url, user);
  await phone.enroll();
  phone.onConfirmation((confirmation) => confirmation.accept());
  const started = await post("/otp-login");
  const { attempt, otp } = await started.json();
  const cookie = started.headers.get("set-cookie").split(";")[0];
  await phone.handleMobileAuthWithOtp(otp);
  await kit.fetch(
    new Request(origin + "/otp-login/" + attempt, { headers: { cookie, prefer: "wait=20", accept: "application/json" } }),
  );
  await post("/otp-login/" + attempt + "/login", { cookie });
  attempts.push(attempt);
}
await post("/otp-login", { origin: "https://elsewhere.example" });
for (const type of ["code_scanned", "number_asked", "wrong_number", "attempt_denied", "attempt_expired"])
  measureEvent({ type, level: "info", attempt: attempts[0], durationMs: 1500 });
const spans = exporter.getFinishedSpans().map((span) => {
  const { name, status, attributes } = span;
  return { name, status, attributes, traceId: span.spanContext().traceId };
});
await meters.forceFlush();
const [histogram] = measured.getMetrics().at(-1).scopeMetrics[0].metrics;
const steps = histogram.dataPoints.map(({ attributes, value }) => [attributes.step, value.count]);
const { name, unit } = histogram.descriptor;
console.error(JSON.stringify({ attempts, spans, metrics: await register.metrics(), funnel: { name, unit, steps } }));
await meters.shutdown();
await close();
await kit.close();
`;

interface Results {
  attempts: string[];
  spans: { name: string; status: { code: number }; attributes: object; traceId: string }[];
  metrics: string;
  funnel: { name: string; unit: string; steps: [step: string, count: number][] };
}

describe("the recipes of docs/logs.md", () => {
  let lines: Record<string, unknown>[];
  let results: Results;
  before(async () => {
    // In the checkout, where the package finds itself.
    const folder = join(".cache", `logs-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    try {
      for (const [file, code] of [...recipes, ["sdk.ts", sdk] as const, ["site.ts", site] as const])
        writeFileSync(join(folder, file), code);
      const ran = promisify(execFile)(process.execPath, ["--import", "tsx", join(folder, "site.ts")]);
      const { stdout, stderr } = await ran;
      lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      results = JSON.parse(stderr) as Results;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const of = (attempt = ""): string[] =>
    lines.filter((line) => line["attempt"] === attempt).map((line) => String(line["type"]));

  test("write each event once with pino, at its level, and an error with its stack", () => {
    const [jane, joe] = results.attempts;
    assert.deepEqual(of(jane), ["attempt_started", "attempt_approved", "logged_in"]);
    const [failed] = lines.filter(({ type }) => type === "sign_in_failed");
    assert.deepEqual([failed?.["attempt"], failed?.["level"]], [joe, 50]);
    const { message, stack } = failed?.["error"] as { message: string; stack: string };
    assert.equal(message, "No session for Joe.");
    assert.match(stack, /site\.ts/);
    const [refused] = lines.filter(({ error }) => error === "forbidden_origin");
    assert.deepEqual([refused?.["level"], refused?.["msg"]], [40, "onegini-otp-login: request_refused"]);
  });

  test("make one trace of each login, in which nobody is named", () => {
    const [jane, joe] = results.attempts.map((attempt) => Buffer.from(attempt, "base64url").toString("hex"));
    const namesIn = (id: string | undefined): string[] =>
      results.spans.filter(({ traceId }) => traceId === id).map(({ name }) => name);
    assert.deepEqual(namesIn(jane), ["attempt_started", "attempt_approved", "logged_in"]);
    assert.deepEqual(namesIn(joe), ["attempt_started", "attempt_approved", "sign_in_failed"]);
    const failed = results.spans.filter(({ status }) => status.code !== 0).map(({ name }) => name);
    assert.deepEqual(failed, ["sign_in_failed"]);
    assert.ok(results.spans.every(({ attributes }) => Object.keys(attributes).length === 0));
  });

  test("measure the funnel with OpenTelemetry", () => {
    const { name, unit, steps } = results.funnel;
    assert.deepEqual([name, unit], ["onegini_otp_login.step", "s"]);
    assert.deepEqual(Object.fromEntries(steps), {
      ...{ shown: 2, accepted: 2, logged_in: 1 },
      // Told by the test.
      ...{ scanned: 1, asked: 1, wrong_number: 1, declined: 1, expired: 1 },
    });
  });

  test("have the steps of the login service's funnel", async () => {
    const steps = (text: string, pattern: RegExp): string[] =>
      [...new Set([...text.matchAll(pattern)].map(([, step = ""]) => step))].sort();
    assert.deepEqual(
      steps(listingWith("const steps").split("const steps")[1] ?? "", /^ {2}\w+: "(\w+)",/gm),
      steps(await new Metrics().text(), /step_seconds_count\{step="(\w+)"/g),
    );
  });

  test("count for Prometheus, by names that the dashboard of the login service asks for", () => {
    const { metrics } = results;
    for (const line of [
      'onegini_otp_login_logins_total{result="completed"} 1',
      'onegini_otp_login_logins_total{result="denied"} 0',
      'onegini_otp_login_events_total{type="sign_in_failed",level="error"} 1',
      'onegini_otp_login_login_seconds_count{phase="approval"} 2',
      "onegini_otp_login_watchers 0",
      "onegini_otp_login_store_errors_total 0",
    ])
      assert.ok(metrics.split("\n").includes(line), `${line} is not in\n${metrics}`);
    const names = [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    const dashboard = readFileSync("docs/serve/grafana.json", "utf8");
    const missing = names.filter((name) => !dashboard.includes(name));
    assert.deepEqual(missing, ["onegini_otp_login_events_total"]);
  });
});
