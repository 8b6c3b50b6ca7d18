import assert from "node:assert/strict";
import { once } from "node:events";
import { globalAgent } from "node:http";
import { globalAgent as httpsAgent } from "node:https";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { connectionLines, wantsClientCertificate } from "../../../../src/service/doctor/connection-checks.js";
import { isUsable, type Connection } from "../../../../src/service/doctor/connection.js";
import { reachLine } from "../../../../src/service/doctor/tenant/callback-reach.js";
import { proxyFor } from "../../../../src/node/env-proxy.js";
import { foundIn, runDoctor } from "./run-doctor.js";

const url = "https://ts.example.com";
const proxies = { HTTPS_PROXY: "http://user:hidden@proxy.example:3128" };
/** Node's agents, as `NODE_USE_ENV_PROXY=1` makes them on a Node that can do it. */
const using = (environment: Record<string, string>) => {
  const agent = { options: { proxyEnv: environment } };
  return { http: agent, https: agent };
};
const plain = { http: { options: {} }, https: { options: {} } };

describe("doctor, behind a proxy of the environment,", () => {
  it("knows from Node's agents whether the kit's calls go there, and says neither user nor password", () => {
    assert.deepEqual(proxyFor(url, {}, plain), { kind: "none" });
    assert.deepEqual(proxyFor(url, {}, using(proxies)), { kind: "used", proxy: "proxy.example:3128" });
    assert.deepEqual(proxyFor(url, proxies, plain), { kind: "ignored", variable: "HTTPS_PROXY" });
    assert.deepEqual(proxyFor("http://localhost:3000", {}, using(proxies)), { kind: "none" });
    assert.deepEqual(proxyFor(url, {}, using({ https_proxy: "socks5://proxy.example" })), { kind: "none" });
  });

  it("reads NO_PROXY as Node does", () => {
    const isUsed = (address: string, list: string) =>
      proxyFor(address, {}, using({ ...proxies, NO_PROXY: list })).kind === "used";
    for (const list of ["*", "ts.example.com", "TS.example.com:443", ".example.com", "a, *.example.com"])
      assert.equal(isUsed(url, list), false, list);
    for (const list of ["", "example.com", "ts.example.com:8443", ".ample.com", "10.0.0.0/8"])
      assert.equal(isUsed(url, list), true, list);
    assert.equal(isUsed("https://10.0.0.7", "10.0.0.1-10.0.0.9"), false);
    assert.equal(isUsed("https://10.0.0.10", "10.0.0.1-10.0.0.9"), true);
  });

  const seen: Connection = { host: "ts.example.com", port: 443, isTls: true, proxy: { kind: "none" } };
  const lines = (more: Partial<Connection>) =>
    connectionLines(
      { ...seen, ...more },
      { title: "the Token Server", setAt: "token-server-url" },
      new Date(),
    );

  it("leaves name, port and TLS out, says so, and goes on", () => {
    const proxy = { kind: "used", proxy: "proxy.example:3128" } as const;
    assert.equal(isUsable({ ...seen, proxy }), true);
    assert.equal(lines({ proxy }).length, 6);
    for (const { result, says } of lines({ proxy })) {
      assert.equal(result, "unknown");
      assert.match(says, /^not checked behind the proxy proxy\.example:3128/);
    }
  });

  const ignored = { kind: "ignored", variable: "HTTPS_PROXY" } as const;
  const wayOut = /HTTPS_PROXY is set, but this Node \(v\d.*NODE_USE_ENV_PROXY=1.*Node 20 never/;

  it("could not tell what fails where this Node ignores the proxy, and says which Node does not", () => {
    const [name] = lines({ proxy: ignored, name: { error: "ENOTFOUND" } });
    const [, port] = lines({ proxy: ignored, name: { addresses: [] }, tcp: { error: "ETIMEDOUT" } });
    for (const [line, error] of [
      [name, "ENOTFOUND"],
      [port, "ETIMEDOUT"],
    ] as const) {
      assert.equal(line?.result, "unknown");
      assert.match(line.says, wayOut);
      assert.ok(line.says.includes(error));
    }
    const broken = { error: "ECONNRESET", oldVersion: undefined };
    const [, , tls] = lines({
      proxy: ignored,
      name: { addresses: [] },
      tcp: { error: undefined },
      tls: broken,
    });
    assert.ok(tls?.result === "failed");
    assert.match(tls.fix, wayOut);
  });

  it("says the same as without a proxy where the connection works past it", () => {
    const open = { name: { addresses: [] }, tcp: { error: undefined } };
    const date = new Date(Date.now() + 86_400_000);
    const tls = {
      version: "TLSv1.3",
      verifyError: undefined,
      otherNames: undefined,
      issuer: "A",
      keyHash: "",
    };
    const works = { ...open, tls: { ...tls, dates: [{ from: new Date(0), to: date }] } };
    assert.deepEqual(lines({ ...works, proxy: ignored }), lines(works));
  });

  /** The environment's proxy, which doctor reads from the process as Node does. */
  const behindProxy = (t: TestContext) => {
    process.env["HTTPS_PROXY"] = "http://user:hidden@proxy.example:3128";
    t.after(() => delete process.env["HTTPS_PROXY"]);
  };
  const tenant = (tokenServer: string, callback: string) => [
    ...["--client-id=a", "--client-secret=hidden-secret", "--type=c", "--port=0", "--message=Log in"],
    ...[`--token-server-url=${tokenServer}`, `--callback-uri=${callback}`],
  ];

  it("names no setting then, and the newer Node is what to do next", async (t) => {
    behindProxy(t);
    for (const [at, title, skipped] of [
      ["https://no-such-tenant.invalid", "Name", "port"],
      ["https://0.0.0.0:1", "Port", "tls-version"],
    ] as const) {
      const run = await runDoctor(t, [...tenant(at, `${at}/cb`), "--json"]);
      assert.equal(run.exit, 0, run.stdout);
      const { checks, next } = foundIn(run);
      const says = Object.fromEntries(checks.map((line) => [line.check, line.says]));
      for (const check of [skipped, "token-server", "scan", "callback"])
        assert.equal(says[check], `skipped: fix “${title}” first`);
      assert.match(says["callback-reachable"] ?? "", wayOut);
      assert.ok(next[0]?.startsWith(`${title}: `));
      assert.match(next[0] ?? "", wayOut);
      assert.equal(next[1], "Then run doctor again.");
      assert.doesNotMatch(run.stdout, /hidden/);
    }
  });

  it("still names a certificate of the callback's address that was reached past the proxy", (t) => {
    behindProxy(t);
    const posted = { error: "CERT_HAS_EXPIRED" };
    const reach = { addresses: ["10.0.0.7"], posted, isReceived: false, listenError: undefined };
    const settings = { backend: "kit", host: "127.0.0.1", port: 0 } as const;
    const line = reachLine(reach, { callbackUri: `${url}/cb`, tokenServer: [], settings });
    assert.equal(line.result, "failed");
    assert.match(line.says, /certificate is not trusted/);
  });

  it("takes a failure of an address of this machine for what it is, because no proxy leads there", async (t) => {
    behindProxy(t);
    const at = "https://127.0.0.1:1";
    const run = await runDoctor(t, [...tenant(at, `${at}/cb`), "--json"]);
    assert.deepEqual(
      foundIn(run).checks.flatMap(({ check, result }) => (result === "failed" ? [check] : [])),
      ["port", "callback-reachable"],
    );
  });
});

describe("doctor, of a call that gets no answer,", () => {
  const answered = async (t: TestContext, server: (socket: Socket) => void, scheme = "http") => {
    const silent = createServer((socket) => server(socket.on("error", () => undefined)));
    await once(silent.listen(0, "127.0.0.1"), "listening");
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const flags = [
      "--client-id=a",
      "--client-secret=hidden-secret",
      "--type=c",
      "--origin=http://localhost:1",
    ];
    const run = await runDoctor(t, [
      ...["--json", "--no-scan", "--message=Log in", `--token-server-url=${scheme}://127.0.0.1:${port}`],
      ...flags,
    ]);
    return foundIn(run).checks.find(({ check }) => check === "token-server");
  };

  it("names a port of plain http, or a proxy of plain http, behind a proxy", async (t) => {
    const { options } = httpsAgent as unknown as { options: { proxyEnv?: Record<string, string> } };
    options.proxyEnv = { https_proxy: "http://proxy.example:3128" };
    t.after(() => delete options.proxyEnv);
    const http = (socket: Socket): unknown => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    const line = await answered(t, http, "https");
    assert.match(
      line?.says ?? "",
      /^a call through the proxy proxy\.example:3128 .*plain http.*\((?:EPROTO|ERR_SSL_)/,
    );
    assert.match(line?.fix ?? "", /^Two possible causes: the port in tokenServer\.url .*HTTPS_PROXY/);
  });

  it("names the proxy first where there is one", async (t) => {
    const { options } = globalAgent as unknown as { options: { proxyEnv?: Record<string, string> } };
    const reset = (socket: Socket): unknown => socket.destroy();
    assert.match((await answered(t, reset))?.fix ?? "", /^Two possible causes: /);
    options.proxyEnv = { http_proxy: "http://proxy.example:3128" };
    t.after(() => delete options.proxyEnv);
    const line = await answered(t, reset);
    assert.match(line?.says ?? "", /^a call through the proxy proxy\.example:3128 got no answer/);
    assert.match(line?.fix ?? "", /HTTPS_PROXY/);
  });
});

describe("doctor, where a server wants a client certificate,", () => {
  it("knows it by the alert, under each version of TLS", () => {
    for (const code of ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"])
      assert.equal(wantsClientCertificate(`could not be reached at ${url} (${code})`), true);
    assert.equal(wantsClientCertificate("ECONNRESET"), false);
  });
});
