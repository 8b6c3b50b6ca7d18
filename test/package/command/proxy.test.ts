import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { before, describe, test, type TestContext } from "node:test";
import { installNode } from "../../../scripts/node/node-lines.js";
import { makeCertificate, type Certificate } from "../../support/services/certificate.js";
import { until } from "../../support/until.js";
import { emulator } from "../../unit/server/support/site.js";
import { temporaryFolder } from "../support/packed-package.js";

/** `serve` and the kit on a Node that can use a proxy of the environment, in front of a Token Server with TLS. */

const origin = "http://localhost:8000";

interface Way {
  tokenServerUrl: string;
  /** Where the proxy was asked to connect to. */
  connected: string[];
  variables: Record<string, string>;
}

const portOf = (server: { address: () => unknown }): number => (server.address() as AddressInfo).port;

describe("On Node 24, with HTTPS_PROXY,", () => {
  let node: string;
  let certificate: Certificate;
  before(async () => {
    node = join((await installNode("24")).bin, "node");
    const folder = join(temporaryFolder, "proxy");
    mkdirSync(folder);
    certificate = makeCertificate(folder);
  });

  async function wayOf(t: TestContext): Promise<Way> {
    const { port } = new URL((await emulator(t)).url);
    const [key, cert] = [readFileSync(certificate.key), readFileSync(certificate.certificate)];
    const tokenServer = createTlsServer({ key, cert }, (socket) => {
      const to = connect(Number(port), "127.0.0.1");
      for (const each of [socket, to]) each.on("error", () => undefined);
      socket.pipe(to).pipe(socket);
    });
    const connected: string[] = [];
    const proxy: Server = createServer().on("connect", ({ url = "" }, socket) => {
      connected.push(url);
      const to = connect(portOf(tokenServer), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(to).pipe(socket);
      });
      for (const each of [socket, to]) each.on("error", () => undefined);
    });
    for (const server of [tokenServer, proxy]) {
      await once(server.listen(0, "127.0.0.1"), "listening");
      t.after(() => server.close());
    }
    return {
      tokenServerUrl: `https://localhost:${portOf(tokenServer)}`,
      connected,
      variables: {
        PATH: process.env["PATH"] ?? "",
        HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
        NODE_EXTRA_CA_CERTS: certificate.certificate,
      },
    };
  }

  /** Starts `serve` from the built package, and a login there. Resolves to the start's status and to stderr. */
  async function begin(
    t: TestContext,
    { tokenServerUrl }: Way,
    env: Record<string, string>,
  ): Promise<{ status: number; stderr: string }> {
    const args = [
      ...["--origin", origin, "--token-server-url", tokenServerUrl, "--message", "Log in"],
      ...["--client-id", "site", "--client-secret", "site-secret", "--type", "qr-code"],
      ...["--port", "0", "--internal-port", "0"],
    ];
    const service = spawn(node, ["dist/command/cli.js", "serve", ...args], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    t.after(() => service.kill("SIGKILL"));
    let stderr = "";
    service.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await until(() => /^ready: /m.test(stderr) || service.exitCode !== null, "the service", 60_000);
    const [, address] = /^ready: (.*)$/m.exec(stderr) ?? assert.fail(stderr);
    const { status } = await fetch(`${address}/otp-login`, { method: "POST", headers: { origin } });
    return { status, stderr };
  }

  test("and NODE_USE_ENV_PROXY=1 serve calls through the proxy, and warns of nothing", async (t) => {
    const way = await wayOf(t);
    const { status, stderr } = await begin(t, way, { ...way.variables, NODE_USE_ENV_PROXY: "1" });
    assert.equal(status, 201);
    assert.deepEqual([...new Set(way.connected)], [new URL(way.tokenServerUrl).host]);
    assert.doesNotMatch(stderr, /warning/);
  });

  test("and NO_PROXY serve calls directly, and warns of nothing", async (t) => {
    const way = await wayOf(t);
    for (const more of [{ NODE_USE_ENV_PROXY: "1" }, {}] as Record<string, string>[]) {
      const { status, stderr } = await begin(t, way, { ...way.variables, NO_PROXY: "localhost", ...more });
      assert.equal(status, 201);
      assert.doesNotMatch(stderr, /warning/);
    }
    assert.deepEqual(way.connected, []);
  });

  test("and without NODE_USE_ENV_PROXY serve calls directly, and warns once", async (t) => {
    const way = await wayOf(t);
    const { status, stderr } = await begin(t, way, way.variables);
    assert.deepEqual([status, way.connected], [201, []]);
    const warnings = stderr.split("\n").filter((line) => line.startsWith("warning: "));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^warning: HTTPS_PROXY is set, but this Node .*NODE_USE_ENV_PROXY=1/);
  });

  /** What a kit's check of the Token Server says, with its events. */
  async function checked(
    { tokenServerUrl: url }: Way,
    env: Record<string, string>,
  ): Promise<{ ok: boolean; events: string[] }> {
    const tokenServer = { url, clientId: "site", clientSecret: "site-secret", type: "qr-code" };
    const script = `
      import { createLoginKit } from "onegini-otp-login/node";
      const events = [];
      const kit = createLoginKit({
        origin: ${JSON.stringify(origin)}, message: "Log in", signIn: () => ({}), tokenServer: ${JSON.stringify(tokenServer)},
        onEvent: ({ type }) => events.push(type),
      });
      console.log(JSON.stringify({ ...(await kit.check()), events }));
      await kit.close();`;
    const child = spawn(node, ["--input-type=module", "--eval", script], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    await once(child, "close");
    return JSON.parse(stdout) as { ok: boolean; events: string[] };
  }

  test("and NODE_USE_ENV_PROXY=1 the kit calls through the proxy, and warns of nothing", async (t) => {
    const way = await wayOf(t);
    const { ok, events } = await checked(way, { ...way.variables, NODE_USE_ENV_PROXY: "1" });
    assert.deepEqual([ok, events], [true, []]);
    assert.deepEqual([...new Set(way.connected)], [new URL(way.tokenServerUrl).host]);
  });

  test("and without NODE_USE_ENV_PROXY the kit calls directly, and warns once", async (t) => {
    const way = await wayOf(t);
    const { ok, events } = await checked(way, way.variables);
    assert.deepEqual([ok, events, way.connected], [true, ["proxy_unused"], []]);
  });

  test("is a Node that can do it", () => {
    assert.match(execFileSync(node, ["--version"], { encoding: "utf8" }), /^v24\./);
  });
});
