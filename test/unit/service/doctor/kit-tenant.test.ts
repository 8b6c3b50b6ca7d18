import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readDoctorOptions } from "../../../../src/service/doctor/doctor-options.js";
import { freePort } from "../../../support/services/free-port.js";
import { site } from "../../server/support/site.js";
import { assertFailed, checksThat, foundIn } from "./run-doctor.js";
import { callbackPassword, clientSecret, examine, type Tenant } from "./tenant.js";

/** doctor as a site runs it that has the kit: all settings are flags, and the site's own server hears the callback. */
const examineKit = (t: Parameters<typeof examine>[0], tenant: Tenant) =>
  examine(t, { backend: "kit", ...tenant });

/** What only somebody with the login service knows: its name, its variables, and its settings, which here are flags. */
const ofService =
  /\bserve\b|the service|ONEGINI_LOGIN|(?<!--)\b(?:token-server-url|client-(?:id|secret)|callback-uri)\b/;

const withoutScan = ["--json", "--no-scan"];
const lines = ({ stdout }: { stdout: string }) =>
  Object.fromEntries(foundIn({ stdout } as never).checks.map(({ check, says }) => [check, says]));

/** One setting is broken in each. */
const broken: (Tenant & { option: string })[] = [
  { option: "tokenServer.url", settings: { "token-server-url": "http://127.0.0.1:1" } },
  { option: "tokenServer.clientId", settings: { "client-id": "sight" } },
  { option: "tokenServer.clientSecret", settings: { "client-secret": `${clientSecret}x` } },
  { option: "tokenServer.clientAuthentication", settings: { "client-id": "sight" } },
  { option: "tokenServer.type", settings: { type: "qr-cod" } },
  { option: "message", settings: { message: undefined } },
  { option: "maxMessageLength", settings: { message: "x".repeat(156), "max-message-length": "200" } },
  {
    option: "callback.uri",
    settings: { "callback-uri": "http://127.0.0.1:1/otp-login/callback" },
    flags: withoutScan,
  },
  {
    option: "callback.username",
    tokenServer: (url) => ({ callbacks: [{ url, username: "ts", password: callbackPassword }] }),
  },
];

describe("doctor, for a kit", () => {
  for (const { option, ...tenant } of broken)
    it(`names the option ${option} in its advice, and nothing of the service`, async (t) => {
      const run = await examineKit(t, tenant);
      assert.equal(run.exit, 1, run.stdout);
      assert.ok(foundIn(run).next.join("\n").includes(option), run.stdout);
      assert.doesNotMatch(run.stdout, ofService);
    });

  it("hears the callback at the port of its address, if that is this machine's", async (t) => {
    const origin = `http://localhost:${await freePort()}`;
    const run = await examineKit(t, { settings: { "callback-uri": undefined, port: undefined, origin } });
    assertFailed(run, []);
    assert.match(lines(run)["callback"] ?? "", /^came /);
  });

  it("takes the site's own server there for right, and says which event shows the callback", async (t) => {
    const { origin, events } = await site(t);
    const run = await examineKit(t, { settings: { "callback-uri": undefined, port: undefined, origin } });
    assertFailed(run, []);
    const said = lines(run);
    assert.equal(said["callback-reachable"], "the site's server answers there, seen from this machine");
    assert.match(
      said["callback"] ?? "",
      /^the site's server receives it, .* the kit has the event callback_received$/,
    );
    assert.doesNotMatch(run.stdout, ofService);
    assert.ok(events.some(({ type }) => type === "callback_received"));
  });

  it("does the same where a proxy is in front of the site, and doctor listens in vain", async (t) => {
    const { origin } = await site(t);
    const run = await examineKit(t, { settings: { "callback-uri": undefined, origin } });
    assertFailed(run, []);
    assert.ok(checksThat(run, "unknown").includes("callback"));
  });

  it("asks for the port where nothing answers and only the site knows it", async (t) => {
    const at = "https://127.0.0.1:1/otp-login/callback";
    const run = await examineKit(t, {
      settings: { "callback-uri": at, port: undefined },
      flags: withoutScan,
    });
    assertFailed(run, ["callback-reachable"]);
    assert.match(
      run.stdout,
      /Start the site's server, or give the port that it has behind its proxy \(--port\)/,
    );
  });

  it("does not take a callback for lost that it could not hear", async (t) => {
    const at = "https://127.0.0.1:1/otp-login/callback";
    const run = await examineKit(t, {
      settings: { "callback-uri": at, port: undefined },
    });
    assertFailed(run, ["callback-reachable"]);
    assert.match(lines(run)["callback"] ?? "", /^the port at which .* \(--port\)/);
  });
});

describe("doctor's settings", () => {
  const tenant = {
    "token-server-url": "https://ts.example",
    "client-id": "a",
    "client-secret": "b",
    type: "c",
    origin: "https://www.example.com",
  };
  const flags = Object.entries(tenant).map(([name, value]) => `--${name}=${value}`);
  const backendOf = (args: string[], environment = {}, file = ""): string => {
    const options = readDoctorOptions(args, environment, () => file);
    assert.ok(options.kind === "options" && options.subject.kind === "tenant");
    return options.subject.settings.backend;
  };

  it("are a kit's, if flags give nothing but what the kit has too", () => {
    assert.equal(
      backendOf([...flags, "--host=127.0.0.1", "--port=3000", "--callback-username=a"].slice(0, -1)),
      "kit",
    );
    // An orchestrator's, for a service that has the name of ours.
    assert.equal(backendOf(flags, { ONEGINI_LOGIN_SERVICE_HOST: "10.0.0.1" }), "kit");
  });

  it("are the service's, if a file or a variable gives one, or a flag one of its own", () => {
    assert.equal(backendOf(["--config=site.yaml"], {}, JSON.stringify(tenant)), "service");
    assert.equal(
      backendOf(flags.slice(1), { ONEGINI_LOGIN_TOKEN_SERVER_URL: "https://ts.example" }),
      "service",
    );
    assert.equal(backendOf([...flags, "--redis-url=redis://localhost"]), "service");
  });
});
