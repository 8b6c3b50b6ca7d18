import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { runServe, siteClient } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { emulator } from "../../unit/server/support/site.js";
import { startPrometheus } from "./support/prometheus.js";

/** A Prometheus that asks two processes of `serve`, with the files of docs/serve/. */

const origin = "http://localhost:8000";
const secret = "internal-secret-of-the-test-0123456789";
interface Answer {
  status: string;
  error?: string;
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

describe("Prometheus with the files of docs/serve", () => {
  let api: (path: string) => Promise<unknown>;
  const query = async (expression: string): Promise<Answer> =>
    (await api(`query?query=${encodeURIComponent(expression)}`)) as Answer;
  /** The one value of an expression. */
  const value = async (expression: string): Promise<number> =>
    Number((await query(expression)).data.result[0]?.value[1]);

  const ends: (() => unknown)[] = [];
  // The last first.
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  before(async () => {
    const t = { after: (end: () => unknown) => void ends.push(end) };
    const tokenServer = await emulator(t);
    const nodes = [1, 2].map(() =>
      runServe(
        t,
        ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
        ...[...siteClient, "--port", "0"],
        ...["--internal-port", "0", "--internal-secret", secret, "--result-polling", "0.2"],
      ),
    );
    const [address, internal] = [await nodes[0]?.said("ready"), await nodes[0]?.said("internal")];
    const targets = await Promise.all(nodes.map(async (node) => new URL(await node.said("internal")).host));
    ({ api } = await startPrometheus(t, { targets, secret, scrapeSeconds: 1 }));
    await until(async () => (await value('sum(up{job="onegini-login"})')) === 2, "both processes", 60_000);

    const browser = new Browser({ url: `${address}/otp-login`, origin });
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    await (await tokenServer.phone("alice")).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
    const answer = await fetch(`${internal}/redeem`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ ticket, cookie: browser.cookie }),
    });
    assert.equal(answer.status, 200);
  });

  test("counts the login at each step of the funnel", async () => {
    const count = (step: string) => value(`sum(onegini_otp_login_step_seconds_count{step="${step}"})`);
    await until(async () => (await count("logged_in")) === 1, "the login", 60_000);
    assert.deepEqual([await count("shown"), await count("accepted"), await count("declined")], [1, 1, 0]);
    assert.equal(await value("count(onegini_otp_login_build_info)"), 2);
  });

  test("reads every expression of the dashboard", async () => {
    const dashboard = readFileSync("docs/serve/grafana.json", "utf8");
    const { panels } = JSON.parse(dashboard) as { panels: { title: string; targets: { expr: string }[] }[] };
    for (const { title, targets } of panels)
      for (const { expr } of targets) {
        const { status, error } = await query(expr.replaceAll("$__range", "1h"));
        assert.equal(status, "success", `${title}: ${error}`);
      }
  });

  test("has evaluated every alert without an error, and raises none", async () => {
    interface Rules {
      data: { groups: { interval: number; rules: { name: string; health: string; alerts: unknown[] }[] }[] };
    }
    const all = async () =>
      ((await api("rules?type=alert")) as Rules).data.groups.flatMap(({ rules }) => rules);
    await until(async () => (await all()).every(({ health }) => health !== "unknown"), "the rules", 120_000);
    const rules = await all();
    assert.ok(rules.length > 0);
    const unwell = rules.filter(({ health, alerts }) => health !== "ok" || alerts.length > 0);
    assert.deepEqual(unwell, []);
  });
});
