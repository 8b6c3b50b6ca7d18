import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { parse } from "yaml";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** The alert rules, by the unit tests of Prometheus' own promtool. */

const rules = "docs/serve/prometheus/alerts.yaml";

/** Values a minute, from the start on, as promtool writes them: `0+30x60` grows by 30 for 60 minutes. */
type Series = Record<string, string>;

const of = (name: string, labels = ""): string =>
  `${name}{${labels}${labels && ", "}job="onegini-login", instance="a:8081"}`;
const ours = (name: string, labels?: string): string => of(`onegini_otp_login_${name}`, labels);

const [up, otherUp] = [of("up"), 'up{job="onegini-login", instance="b:8081"}'];
const call = (name: string, result: string): string =>
  ours("token_server_calls_total", `call="${name}", result="${result}"`);
const step = (name: string): string => ours("step_seconds_count", `step="${name}"`);
const login = (result: string): string => ours("logins_total", `result="${result}"`);
const refused = (error: string): string => ours("refused_total", `error="${error}"`);
const number = (result: string): string => ours("numbers_total", `result="${result}"`);
const unreadable = (what: string): string => ours("store_unreadable_total", `what="${what}"`);
const floods = ours("limited_total", 'limit="startsPerAddress"');
const lag = of("nodejs_eventloop_lag_p99_seconds");
const version = (number: string): string =>
  ours("build_info", `version="${number}", revision="0123456789ab", node="v22.21.0"`);

/** Thirty logins a minute, and one of them declined. */
const working: Series = {
  [up]: "1x120",
  [otherUp]: "1x120",
  [call("start", "200")]: "0+60x120",
  [call("start", "no_answer")]: "0x120",
  [ours("token_server_down")]: "0x120",
  [ours("failed_starts_ratio")]: "0.02x120",
  [call("result", "200")]: "0+30x120",
  [call("result", "404")]: "0+20x120",
  [call("result", "401")]: "0x120",
  // A rotation of client-secret, half-way.
  [call("start", "retried")]: "0+1x120",
  [ours("store_down")]: "0x120",
  [unreadable("attempt")]: "0x120",
  [ours("callbacks_missing_total")]: "0x120",
  [ours("tickets_issued_total")]: "0+30x120",
  [login("completed")]: "0+30x120",
  [login("denied")]: "0+1x120",
  [step("shown")]: "0+60x120",
  [step("accepted")]: "0+30x120",
  [step("logged_in")]: "0+30x120",
  [number("asked")]: "0+5x120",
  [number("unanswered")]: "0x120",
  [number("failed")]: "0x120",
  [floods]: "0x120",
  [refused("forbidden_origin")]: "0+1x120",
  [refused("invalid_client")]: "0x120",
  [refused("insufficient_scope")]: "0x120",
  [ours("paused")]: "0x120",
  [ours("audit_lost_total")]: "0x120",
  [ours("audit_failing")]: "0x120",
  [ours("redis_append_only")]: "1x120",
  [ours("waiting")]: "100x120",
  [of("process_open_fds")]: "200x120",
  [of("process_max_fds")]: "1024x120",
  [lag]: "0.012x120",
  [version("1.0.0")]: "1x120",
};

/**
 * @param by when the alert must be there, in minutes
 * @param series what is different. It begins after ten minutes
 */
const fault = (what: string, alert: string, by: number, series: Series) => ({
  what,
  alert,
  by,
  series,
});

const faults = [
  fault("one of two processes is down", "LoginServiceDown", 13, { [otherUp]: "1x10 0x50" }),
  fault("Prometheus finds no process", "LoginServiceDown", 18, { [up]: "1x10 _x50", [otherUp]: "1x10 _x50" }),
  fault("the Token Server does not answer", "LoginTokenServerDown", 14, {
    [ours("token_server_down")]: "0x10 1x50",
    [ours("failed_starts_ratio")]: "0x10 1x50",
  }),
  fault("the starts of one client fail", "LoginStartsFail", 22, {
    [ours("failed_starts_ratio")]: "0x10 0.8x50",
  }),
  fault("the client's secret was changed at the Token Server", "LoginTokenServerRefuses", 13, {
    [call("result", "401")]: "0x10 0+5x50",
  }),
  fault("Redis is down", "LoginStoreFails", 13, { [ours("store_down")]: "0x10 1x50" }),
  fault("a version that does not follow this one writes to the same Redis", "LoginStoreUnreadable", 18, {
    [unreadable("attempt")]: "0x10 0+1x50",
  }),
  fault("callbacks stop", "LoginCallbacksMissing", 18, { [ours("callbacks_missing_total")]: "0x10 0+1x50" }),
  fault("the backend does not redeem tickets", "LoginTicketsNotRedeemed", 22, {
    [login("completed")]: "0+30x10 300x50",
    [step("logged_in")]: "0+30x10 300x50",
  }),
  fault("many people decline", "LoginManyDeclines", 13, { [login("denied")]: "0+1x10 10+40x50" }),
  fault("nobody types the numbers that are asked for", "LoginNumbersUnanswered", 16, {
    [number("unanswered")]: "0x10 0+4x50",
  }),
  fault("somebody tries the numbers of many accounts from one address", "LoginNumbersSprayed", 12, {
    [ours("number_problems_total", 'problem="sprayed"')]: "0x10 1x50",
  }),
  fault("a server has no pairing, and another one has", "LoginServersDiffer", 12, {
    [ours("number_problems_total", 'problem="unavailable"')]: "0x10 1x50",
  }),
  fault("somebody guesses numbers", "LoginNumbersWrong", 16, { [number("failed")]: "0x10 0+4x50" }),
  fault("strangers start codes that nobody scans", "LoginManyWaiting", 13, {
    [ours("waiting")]: "100x10 60000x50",
  }),
  fault("one address floods", "LoginFlood", 14, { [floods]: "0x10 0+600x50" }),
  fault("origin is wrong", "LoginPagesRefused", 20, { [refused("forbidden_origin")]: "0x10 0+120x50" }),
  fault("origin is wrong at a site with few logins", "LoginPagesRefused", 26, {
    [refused("forbidden_origin")]: "0x10 0+1x50",
    [ours("tickets_issued_total")]: "0x60",
    [login("completed")]: "0x60",
    [login("denied")]: "0x60",
    [step("shown")]: "0x60",
    [step("accepted")]: "0x60",
    [step("logged_in")]: "0x60",
  }),
  fault("the backend has another secret", "LoginInternalCallsRefused", 14, {
    [refused("invalid_client")]: "0x10 0+5x50",
  }),
  fault("somebody tries the backend's secret on a pause", "LoginInternalCallsRefused", 14, {
    [refused("insufficient_scope")]: "0x10 0+5x50",
  }),
  fault("a pause is forgotten", "LoginPaused", 75, { [ours("paused")]: "0x10 1x110" }),
  fault("the disk of the audit is full", "LoginAuditFails", 13, { [ours("audit_failing")]: "0x10 1x50" }),
  fault("lines of the audit are lost", "LoginAuditFails", 13, { [ours("audit_lost_total")]: "0x10 0+3x50" }),
  fault("Redis loses its append-only file", "LoginRedisForgets", 22, {
    [ours("redis_append_only")]: "1x10 0x50",
  }),
  fault("nearly all files of a process are open", "LoginFilesRunOut", 13, {
    [of("process_open_fds")]: "200x10 1000x50",
  }),
  fault("a process has too little time", "LoginEventLoopSlow", 17, { [lag]: "0.012x10 2x50" }),
  fault("a deploy stops half-way", "LoginVersionsDiffer", 75, { [version("1.1.0")]: "_x10 1x110" }),
  fault("the app takes no code any more", "LoginNobodyLogsIn", 50, {
    [ours("tickets_issued_total")]: "0+30x10 300x110",
    [login("completed")]: "0+30x10 300x110",
    [login("denied")]: "0+1x10 10x110",
    [step("accepted")]: "0+30x10 300x110",
    [step("logged_in")]: "0+30x10 300x110",
  }),
];

/** What promtool says if these alerts, and no other, are raised at these minutes. */
function promtool(
  t: TestContext,
  series: Series,
  raised: readonly (readonly [minute: number, alert?: string])[],
  interval = "1m",
): string {
  const directory = temporaryFolder(t);
  const file = join(directory, "tests.json");
  const test = {
    interval,
    input_series: Object.entries({ ...working, ...series }).map(([series, values]) => ({ series, values })),
    promql_expr_test: raised.map(([minute, alert]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${Math.round(minute * 60)}s`,
      exp_samples: alert === undefined ? [] : [{ labels: `{alertname="${alert}"}`, value: 1 }],
    })),
  };
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({
      rule_files: [resolve(rules)],
      evaluation_interval: interval === "1m" ? interval : "5s",
      tests: [test],
    }),
  );
  const { stdout, stderr, error } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
  assert.equal(error, undefined, "promtool is missing. On Debian: apt-get install prometheus");
  return stdout + stderr;
}

describe(rules, () => {
  test("is right for promtool", () => {
    const said = execFileSync("promtool", ["check", "rules", rules], { encoding: "utf8" });
    assert.match(said, /SUCCESS/);
  });

  test("each alert has a fault here", () => {
    const { groups } = parse(readFileSync(rules, "utf8")) as { groups: { rules: { alert: string }[] }[] };
    const names = groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    assert.deepEqual([...new Set(faults.map(({ alert }) => alert))].sort(), names.sort());
  });

  test("raises nothing at a site that works", (t) => {
    const never = [10, 30, 60, 115].map((minute) => [minute] as const);
    assert.match(promtool(t, {}, never), /SUCCESS/);
  });

  for (const [name, alert] of [
    ["token_server_down", "LoginTokenServerDown"],
    ["store_down", "LoginStoreFails"],
  ] as const) {
    // The values are those of scrapes, every 15 s.
    test(`raises nothing for a ${name} of one scrape, as in a failover`, (t) => {
      const short = { [ours(name)]: "0x39 1 0x439" };
      const never = [10, 10.25, 10.5, 11, 12].map((minute) => [minute] as const);
      assert.match(promtool(t, short, never, "15s"), /SUCCESS/);
    });

    test(`raises ${alert} half a minute after ${name} begins, and no longer than it is there, also again and again`, (t) => {
      const again = { [ours(name)]: "0x39 1x3 0x3 1x3 0x435" };
      const raised = [[10], [10.5, alert], [10.9, alert], [11.1], [11.9], [12.5, alert], [13.1]] as const;
      assert.match(promtool(t, again, raised, "15s"), /SUCCESS/);
    });
  }

  test("raises nothing for a Redis without an append-only file where nobody is asked for numbers", (t) => {
    const series = { [ours("redis_append_only")]: "0x120", [number("asked")]: "0x120" };
    assert.match(promtool(t, series, [[30], [115]]), /SUCCESS/);
  });

  test("raises nothing for a Redis that does not say whether it has one", (t) => {
    assert.match(promtool(t, { [ours("redis_append_only")]: "-1x120" }, [[30], [115]]), /SUCCESS/);
  });

  for (const { what, alert, series, by } of faults)
    test(`${what}: raises ${alert}, no other, and not before`, (t) => {
      assert.match(promtool(t, series, [[10], [by, alert]]), /SUCCESS/);
    });
});
