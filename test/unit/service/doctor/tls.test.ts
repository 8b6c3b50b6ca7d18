import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { globalAgent, createServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { after, describe, it, type TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createTokenServer } from "onegini-otp-login/emulator";
import { makeCertificates, type Identity } from "./certificates.js";
import { assertFailed, checksThat, foundIn, runDoctor, type Run } from "./run-doctor.js";
import { listen } from "../../../support/listen.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { runSite, type Site } from "./running-site.js";
import { siteClient } from "../../../support/services/serve-process.js";

const certificates = makeCertificates(temporaryFolder({ after: (end: () => void) => after(end) }));
// Where a site sets an authority of its own, for the kit and for doctor.
globalAgent.options.ca = [certificates.authority];
after(() => delete globalAgent.options.ca);

/** An emulator on https. Resolves to its address. */
async function tokenServerWith(t: TestContext, options: ServerOptions): Promise<string> {
  const emulator = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: "site-secret" }],
  });
  const answer = getRequestListener((request) => emulator.fetch(request), { overrideGlobalObjects: false });
  const server = createServer(options, (request, response) => void answer(request, response));
  return (await listen(t, server)).replace("http:", "https:");
}

const examine = (t: TestContext, url: string): Promise<Run> =>
  runDoctor(t, [
    ...["--token-server-url", url, ...siteClient],
    ...["--message", "Log in", "--callback-uri", "http://localhost/cb", "--result-polling", "2"],
    ...["--port", "0", "--json", "--no-scan"],
  ]);

const after3 = ["token-server", "client", "scope", "feature", "type-name", "type-method", "message"];

describe("doctor, of a Token Server on https,", () => {
  it("says that its certificate is right, and goes on", async (t) => {
    const run = await examine(t, await tokenServerWith(t, certificates.good));
    assertFailed(run, []);
    for (const check of ["tls-version", "tls-chain", "tls-date", "tls-name", ...after3])
      assert.ok(checksThat(run, "ok").includes(check), check);
    assert.match(run.stdout, /"TLS 1\.3"/);
  });

  const broken: [title: string, identity: Identity & ServerOptions, expected: string, says: RegExp][] = [
    ["is signed by itself", certificates.selfSigned, "tls-chain", /NODE_EXTRA_CA_CERTS/],
    [
      "comes without the intermediate one",
      certificates.withoutIntermediate,
      "tls-chain",
      /Two possible causes: the Token Server does not send its intermediate certificate/,
    ],
    ["is out of date", certificates.expired, "tls-date", /was valid until \d{4}-01-01/],
    ["is not valid yet", certificates.early, "tls-date", /is not valid before \d{4}-01-01/],
    [
      "is for another name",
      certificates.otherName,
      "tls-name",
      /is for ts\.example\.com, not for 127\.0\.0\.1/,
    ],
  ];
  for (const [title, identity, expected, says] of broken)
    it(`names the one thing that is wrong when its certificate ${title}`, async (t) => {
      const run = await examine(t, await tokenServerWith(t, identity));
      assertFailed(run, [expected]);
      const [line] = foundIn(run).checks.filter(({ result }) => result === "failed");
      assert.match(`${line?.says}\n${line?.fix}`, says);
      // The kit could not call it either.
      for (const check of after3) assert.ok(checksThat(run, "unknown").includes(check), check);
    });

  it("names a version of TLS that is too old", async (t) => {
    const old = {
      ...certificates.good,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT:@SECLEVEL=0",
    } as const;
    const run = await examine(t, await tokenServerWith(t, old));
    assertFailed(run, ["tls-version"]);
    assert.match(run.stdout, /only TLS 1\.1, which is too old/);
  });

  it("names an address of http at a port that speaks TLS", async (t) => {
    const url = await tokenServerWith(t, certificates.good);
    const run = await examine(t, url.replace("https:", "http:"));
    assertFailed(run, ["tls-version"]);
    assert.match(run.stdout, /uses TLS, but the address begins with http.*Use https in tokenServer\.url/s);
  });

  it("names a port of plain http", async (t) => {
    const server = createTcpServer((socket) => {
      // The client ends it in the middle.
      socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const run = await examine(t, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assertFailed(run, ["tls-version"]);
    assert.match(
      run.stdout,
      /uses plain http or another protocol, not TLS \(ERR_SSL.*Correct the port in tokenServer\.url/s,
    );
  });
});

describe("doctor, of an address whose beginning does not fit its port,", () => {
  /** Speaks plain http, and closes what is not. */
  const plainSite = async (t: TestContext) =>
    listen(
      t,
      createHttpServer((_request, response) => response.writeHead(404).end()).on(
        "clientError",
        (_error, socket) => socket.destroy(),
      ),
    );
  /** Speaks TLS, and refuses each handshake, as a server does that wants a client certificate. */
  const refusing = { ...certificates.good, maxVersion: "TLSv1.2", ciphers: "PSK" } as const;

  it("names https at a port of plain http, of a tenant and of a site", async (t) => {
    const url = (await plainSite(t)).replace("http:", "https:");
    for (const [run, setting] of [
      [await examine(t, url), "tokenServer.url"],
      [await runDoctor(t, ["--site", url, "--json"]), "--site"],
    ] as const) {
      assertFailed(run, ["tls-version"]);
      assert.match(run.stdout, /port \d+ uses plain http, but the address begins with https"/);
      assert.ok(run.stdout.includes(`Correct the port in ${setting} `));
    }
  });

  it("names http at a port that speaks TLS, even where the handshake fails", async (t) => {
    const url = await tokenServerWith(t, refusing);
    const run = await examine(t, url.replace("https:", "http:"));
    assertFailed(run, ["tls-version"]);
    assert.match(run.stdout, /uses TLS, but the address begins with http"/);
  });

  it("does not take a port for plain http that refuses the handshake", async (t) => {
    const run = await examine(t, await tokenServerWith(t, refusing));
    assertFailed(run, ["tls-version"]);
    assert.doesNotMatch(run.stdout, /plain http/);
  });

  it("names it of a callback's address, both ways", async (t) => {
    const plain = (await plainSite(t)).replace("http:", "https:");
    const tls = (await tokenServerWith(t, certificates.good)).replace("https:", "http:");
    const server = await tokenServerWith(t, certificates.good);
    for (const [at, says] of [
      [plain, /^its port \d+ uses plain http, but the address begins with https$/],
      [tls, /^its port \d+ uses TLS, but the address begins with http$/],
    ] as const) {
      const run = await runDoctor(t, [
        ...["--token-server-url", server, ...siteClient, "--message", "Log in", "--port", "0"],
        ...["--callback-uri", `${at}/cb`, "--json", "--no-scan"],
      ]);
      assertFailed(run, ["callback-reachable"]);
      const line = foundIn(run).checks.find(({ check }) => check === "callback-reachable");
      assert.match(line?.says ?? "", says);
      assert.match(line?.fix ?? "", /^Correct .*callback\.uri/);
    }
  });
});

describe("doctor --site, of a site on https,", () => {
  const look = async (t: TestContext, site: Site): Promise<Run> =>
    runDoctor(t, ["--site", await runSite(t, { tls: certificates.good, ...site }), "--json"]);

  it("finds nothing wrong with one that is right", async (t) => {
    const run = await look(t, {});
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), []);
  });

  it("finds nothing wrong with one that speaks HTTP/2 alone", async (t) => {
    const run = await look(t, { http2: true });
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), []);
  });

  it("names a stream that is held back over HTTP/2", async (t) => {
    const page = await runSite(t, { tls: certificates.good, http2: true, stream: "body-held" });
    assertFailed(await runDoctor(t, ["--site", page, "--json"], { streamMs: 500 }), ["stream"]);
  });

  it("names a script of http, which browsers block on it", async (t) => {
    const html = `<!doctype html><script src="http://cdn.example/onegini-otp-login.js"></script>
      <onegini-otp-login></onegini-otp-login>`;
    const run = await look(t, {
      page: { html, headers: { "content-security-policy": "frame-ancestors 'none'" } },
    });
    assertFailed(run, ["widget-script"]);
    assert.match(run.stdout, /http, which browsers block on an https page/);
  });

  it("names a certificate that browsers refuse", async (t) => {
    assertFailed(await look(t, { tls: certificates.selfSigned }), ["tls-chain"]);
  });

  it("names a login page without HSTS", async (t) => {
    const run = await look(t, { page: { headers: { "strict-transport-security": undefined } } });
    assertFailed(run, ["hsts"]);
    assert.match(run.stdout, /max-age=31536000/);
  });

  it("names a cookie that is not Secure, and one with another name", async (t) => {
    for (const [from, to, says] of [
      [/; *Secure/i, "", /Secure is missing/],
      [/^__Host-/, "", /does not begin with __Host-/],
    ] as const) {
      const answer: Site["answer"] = (headers) => {
        const [cookie] = headers["set-cookie"] ?? [];
        if (cookie !== undefined) headers["set-cookie"] = [cookie.replace(from, to)];
      };
      const run = await look(t, { answer });
      // Under another name the cookie means nothing to the service.
      assertFailed(run, ["cookie"]);
      assert.match(run.stdout, says);
    }
  });
});
