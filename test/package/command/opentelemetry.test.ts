import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { text } from "node:stream/consumers";
import { listen } from "../../support/listen.js";
import { redisFor } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
import { emulator } from "../../unit/server/support/site.js";
import { install, pack, startCommand, temporaryFolder } from "../support/packed-package.js";

/** What leaves `serve` with the OpenTelemetry package of docs/serve.md, as npm installs it: everything that a collector gets. */

const folder = join(temporaryFolder, "opentelemetry");
const origin = "http://localhost:8000";
const secret = "internal-secret-of-the-test-0123456789";
const user = "zelda-user";
const address = "198.51.100.77";
const userAgent = "Agent-of-Zelda/9";
const phone = { address: "203.0.113.99", user_agent: "Phone-of-Zelda/3" };

interface Span {
  traceId: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

interface Traces {
  resourceSpans: { scopeSpans: { scope: { name: string }; spans: Span[] }[] }[];
}

/** Stands in for a collector: keeps what it is sent. */
async function collector(t: TestContext) {
  const sent: { path: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      sent.push({ path: request.url, body });
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  return {
    url: await listen(t, server),
    all: (): string => sent.map(({ body }) => body).join("\n"),
    has: (path: string): boolean => sent.some((each) => each.path === path),
    spansOf: (scope: string): Span[] =>
      sent
        .filter(({ path }) => path === "/v1/traces")
        .flatMap(({ body }) => (JSON.parse(body) as Traces).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .filter((each) => each.scope.name === scope)
        .flatMap(({ spans }) => spans),
  };
}

/** A login with a number at a service that Node starts with this module. Returns what identifies people and what is secret. */
async function logIn(t: TestContext, module: string, variables: Record<string, string> = {}) {
  const [redis, tokenServer, sink] = await Promise.all([redisFor(t), emulator(t), collector(t)]);
  const service = await startCommand(
    process.execPath,
    [
      ...["--import", module, "node_modules/onegini-otp-login/dist/command/cli.js", "serve"],
      ...["--origin", origin, "--token-server-url", tokenServer.url, "--client-id", "site"],
      ...["--client-secret", "site-secret", "--type", "qr-code", "--message", "Log in: {number}"],
      ...["--pairing", "unknown-browsers", "--pairing-keys", "pairing-key-of-the-test-0123456789"],
      ...["--port", "0", "--internal-port", "0", "--internal-secret", secret, "--proxies", "1"],
      ...["--redis-url", redis.url, "--result-polling", "0.2"],
    ],
    folder,
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      OTEL_METRIC_EXPORT_TIMEOUT: "1000",
      OTEL_BSP_SCHEDULE_DELAY: "200",
      ...variables,
    },
  );
  t.after(() => service.stop());
  const [, internal = ""] = /^internal: (\S+)$/m.exec(service.output()) ?? [];
  const call = async (path: string, body: object): Promise<Response> =>
    fetch(internal + path, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  const browser = new Browser({ url: `${service.origin}/otp-login`, origin });
  const headers = { "user-agent": userAgent, "x-forwarded-for": address };
  const { attempt, otp } = await browser.start({ headers });
  const number = numberIn(tokenServer.starts.at(-1)?.get("message") ?? null);
  const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
  assert.equal((await call("/scanned", { transaction_id, user_id: user, ...phone })).status, 204);
  await (await tokenServer.phone(user)).handleMobileAuthWithOtp(otp);
  await until(async () => (await browser.status(attempt, headers)).status === "approved", "the approval");
  const answer = await browser.post(`/${attempt}/login`, { headers, body: { number } });
  const { ticket } = (await answer.json()) as { ticket: string };
  const redeemed = await call("/redeem", { ticket, cookie: browser.cookies });
  const { set_cookie: [known = ""] = [] } = (await redeemed.json()) as { set_cookie?: string[] };
  assert.equal((await call("/forget-browsers", { user_id: user })).status, 204);
  await until(
    () => sink.spansOf("onegini-otp-login").some(({ name }) => name === "ticket_redeemed"),
    "the last span of the login",
  );
  await until(() => sink.has("/v1/metrics"), "metrics");
  // What follows the login, such as its last commands.
  await until(() => sink.all().includes("redis-EVAL"), "the spans of Redis");

  const cookie = browser.cookie?.split("=")[1] ?? assert.fail();
  const people = {
    user,
    address,
    userAgent,
    "the phone's address": phone.address,
    "the phone's user agent": phone.user_agent,
    "the cookie's hash": createHash("sha256").update(cookie).digest("base64url"),
    "the command line": "--client-secret",
  };
  const secrets = {
    cookie,
    "known browser": known.split(";")[0]?.split("=")[1] ?? assert.fail(),
    otp,
    ticket,
    number: `"${number}"`,
    secret,
    "client secret": "site-secret",
  };
  return { attempt, people, secrets, sink };
}

before(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const redis = `redis@${devDependencies["redis"]}`;
  await install(folder, await pack(), redis, "@opentelemetry/auto-instrumentations-node@latest");
});

describe("serve with @opentelemetry/auto-instrumentations-node", () => {
  test("exports no person and no secret with the package's own preset, and each login as one trace", async (t) => {
    const { attempt, people, secrets, sink } = await logIn(t, "onegini-otp-login/opentelemetry.js");
    const sent = sink.all();
    for (const [what, value] of Object.entries({ ...people, ...secrets }))
      assert.ok(value !== "" && !sent.includes(value), what);

    const spans = sink.spansOf("onegini-otp-login");
    assert.deepEqual(
      spans.map(({ name }) => name).filter((name) => name !== "callback_received"),
      [...["attempt_started", "code_scanned", "attempt_approved", "ticket_issued", "ticket_redeemed"]],
    );
    assert.deepEqual(
      [...new Set(spans.map(({ traceId }) => traceId))],
      [Buffer.from(attempt, "base64url").toString("hex")],
    );
    const namesOf = (scope: string): string[] => [
      ...new Set(sink.spansOf(scope).flatMap(({ attributes }) => attributes.map(({ key }) => key))),
    ];
    for (const [scope, names] of [
      ["http", ["http.request.method", "http.response.status_code", "server.address"]],
      ["redis", ["db.operation.name", "server.address"]],
    ] as const)
      for (const name of names)
        assert.ok(namesOf(`@opentelemetry/instrumentation-${scope}`).includes(name), `${scope}: ${name}`);
  });

  test("exports people with the instrumentations' own, so the search of the test above finds them", async (t) => {
    // By default it asks the networks of three clouds, too.
    const { people, sink } = await logIn(t, "@opentelemetry/auto-instrumentations-node/register", {
      OTEL_NODE_RESOURCE_DETECTORS: "env,process",
    });
    const missing = (): string[] =>
      Object.entries(people)
        .filter(([, value]) => !sink.all().includes(value))
        .map(([what]) => what);
    await until(() => missing().length === 0, "them").catch(() => assert.deepEqual(missing(), []));
  });
});
