import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Health, LoginKitEvent } from "onegini-otp-login/server";
import {
  limits,
  refusals,
  ticketRefusals,
} from "../../../../../src/service/serve/telemetry/metric-labels.js";
import { Metrics } from "../../../../../src/service/serve/telemetry/metrics.js";

const about = { level: "info", attempt: "a", durationMs: 1_500 } as const;

/** Every event that is counted, once. */
const events = [
  { type: "attempt_started", ...about },
  { type: "code_renewed", ...about },
  { type: "code_scanned", transaction: "t", ...about },
  { type: "attempt_approved", userId: "u", ...about },
  { type: "attempt_denied", ...about },
  { type: "attempt_expired", ...about },
  { type: "number_asked", userId: "u", ...about },
  { type: "wrong_number", userId: "u", triesLeft: 2, ...about },
  { type: "attempt_failed", ...about, level: "warn" },
  { type: "ticket_issued", userId: "u", repeated: false, ...about },
  { type: "ticket_redeemed", userId: "u", ...about },
  { type: "store_trouble", level: "error", operation: "o", error: 1, failures: 2, durationMs: 1 },
  {
    ...{ type: "callback_missing", callbackUri: "u", missing: 3, description: "d", transaction: "t" },
    ...about,
    level: "warn",
  },
  ...limits.map((limit) => ({
    ...{ type: "limited", limit, status: 429, retryAfterSeconds: 1, method: "POST" },
    ...about,
  })),
  ...refusals
    .filter((error) => error !== "invalid_client")
    .map((error) => ({
      ...{ type: "request_refused", error, status: 400, description: "d", method: "POST" },
      ...about,
    })),
  ...ticketRefusals.map((reason) => ({ type: "ticket_refused", reason, ...about })),
] as LoginKitEvent[];

const seriesIn = (text: string): string[] =>
  [...text.matchAll(/^(onegini_otp_login_[^ ]+) /gm)].map(([, series = ""]) => series).sort();

const redeemed = {
  userId: "u",
  attempt: "a",
  login: { startedAt: 0, approvedAt: Date.now() - 2_000, codes: 1 },
};

async function busy(): Promise<Metrics> {
  const metrics = new Metrics("1.2.3");
  for (const event of events) metrics.count(event);
  metrics.redeemed(redeemed as Parameters<Metrics["redeemed"]>[0]);
  metrics.internalCallRefused("invalid_client");
  for (const method of ["POST", "GET"] as const) {
    for (const status of [200, 418]) {
      const answer = metrics.counting(() => Promise.resolve({ status, text: "" }));
      await answer({ method } as Parameters<typeof answer>[0]);
    }
    const fails = metrics.counting(() => Promise.reject(new Error("down")));
    await fails({ method } as Parameters<typeof fails>[0]).catch(() => undefined);
  }
  return metrics;
}

describe("The metrics of the service", () => {
  test("have every series from the start, at 0", async () => {
    const first = await new Metrics("1.2.3").text();
    assert.deepEqual(seriesIn(first), seriesIn(await (await busy()).text()));
    const values = [...first.matchAll(/^onegini_otp_login_(?!build_info|redis_append_only)\S+ (\S+)$/gm)];
    const counted = values.filter(([, value]) => value !== "0");
    assert.deepEqual(counted, []);
  });

  test("say whether Redis has an append-only file, and before they know -1", async () => {
    const metrics = new Metrics();
    const gauge = async () => /^onegini_otp_login_redis_append_only (\S+)$/m.exec(await metrics.text())?.[1];
    const values = [await gauge()];
    for (const appendOnly of ["on", "off", "unknown"] as const) {
      metrics.appendOnly(appendOnly);
      values.push(await gauge());
    }
    assert.deepEqual(values, ["-1", "1", "0", "-1"]);
  });

  test("count the steps of a login, with the seconds of each", async () => {
    const text = await (await busy()).text();
    const of = (name: string, step: string) =>
      Number(
        new RegExp(`^onegini_otp_login_step_seconds_${name}\\{step="${step}"\\} (\\S+)`, "m").exec(text)?.[1],
      );
    const numbers = ["asked", "wrong_number"];
    for (const step of [
      "shown",
      "renewed",
      "scanned",
      "accepted",
      ...numbers,
      "declined",
      "expired",
      "failed",
    ])
      assert.deepEqual([of("count", step), of("sum", step)], [1, 1.5], step);
    assert.equal(of("count", "logged_in"), 1);
    assert.ok(of("sum", "logged_in") >= 2);
  });

  test("count what was refused, and a status of the Token Server that is not expected as other", async () => {
    const text = await (await busy()).text();
    for (const line of [
      'refused_total{error="forbidden_origin"} 1',
      'refused_total{error="invalid_client"} 1',
      'tickets_refused_total{reason="no_cookie"} 1',
      'token_server_calls_total{call="start",result="other"} 1',
      'token_server_calls_total{call="result",result="no_answer"} 1',
      `build_info{version="1.2.3",revision="unknown",node="${process.version}"} 1`,
    ])
      assert.ok(text.includes(`\nonegini_otp_login_${line}\n`), line);
  });

  test("tell a Token Server that is down, until it no longer is", async () => {
    const metrics = new Metrics();
    const tells = async (value: 0 | 1): Promise<void> =>
      assert.match(await metrics.text(), new RegExp(`^onegini_otp_login_token_server_down ${value}$`, "m"));
    await tells(0);
    metrics.count({ type: "token_server_down", level: "error", failures: 3, since: "", reason: "r" });
    await tells(1);
    metrics.count({ type: "token_server_recovered", level: "warn", failures: 3, durationMs: 1 });
    await tells(0);
  });

  test("tell a store that is down at this moment, and one that fails now and then until it has recovered", async () => {
    const metrics = new Metrics();
    const tells = async (value: 0 | 1, store: Health["store"] = "ok"): Promise<void> =>
      assert.match(
        await metrics.text({ watchers: 0, waiting: 0, store }),
        new RegExp(`^onegini_otp_login_store_down ${value}$`, "m"),
      );
    await tells(0);
    await tells(1, "unreachable");
    await tells(1, "refuses_writes");
    await tells(0);
    metrics.count({
      type: "store_trouble",
      level: "error",
      operation: "o",
      error: 1,
      failures: 1,
      durationMs: 0,
    });
    await tells(1);
    metrics.count({ type: "store_recovered", level: "warn", durationMs: 1 });
    await tells(0);
  });

  test("tell the share of starts that brought no code, whatever the reason", async () => {
    // Of three starts, one is answered 200; result calls do not count.
    assert.match(
      await (await busy()).text(),
      new RegExp(`^onegini_otp_login_failed_starts_ratio ${2 / 3}$`, "m"),
    );
  });

  test("have Node's own and the process's, with its files where the system tells", async () => {
    const text = await new Metrics().text();
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_p99_seconds",
    ])
      assert.match(text, new RegExp(`^${name} `, "m"));
    if (process.platform === "linux") assert.match(text, /^process_open_fds [1-9]/m);
  });
});
