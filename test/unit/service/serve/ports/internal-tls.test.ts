import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, get, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { peerOf } from "../../../../../src/service/serve/ports/peer.js";
import { makeAuthority } from "../../../../support/services/certificate.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { holds } from "../../../../support/until.js";
import { internalSecret, runService } from "../running-service.js";

/** The internal port by TLS, with an authority of the test. */

type Files = Pick<ReturnType<ReturnType<typeof makeAuthority>["issue"]>, "certificate" | "key">;

const pem = ({ certificate, key }: Files) => ({ cert: readFileSync(certificate), key: readFileSync(key) });

/** A service whose callers need a certificate of the authority `bank`. */
async function tlsService(t: TestContext) {
  const folder = temporaryFolder(t);
  const [bank, other] = [makeAuthority(folder, "bank"), makeAuthority(folder, "other")];
  const server = bank.issue("login");
  const callers = join(folder, "callers.pem");
  writeFileSync(callers, readFileSync(bank.certificate));
  const service = await runService(t, {
    args: [
      ...["--internal-tls-cert", server.certificate, "--internal-tls-key", server.key],
      ...["--internal-client-ca", callers],
    ],
  });
  const ca = [readFileSync(bank.certificate), readFileSync(other.certificate)];
  const { port } = new URL(service.internalAddress);
  const options = (more: RequestOptions = {}): RequestOptions => ({ host: "127.0.0.1", port, ca, ...more });
  const call = async (path: string, more: RequestOptions = {}) => {
    const headers = { authorization: `Bearer ${internalSecret}`, ...more.headers };
    const answer = request(options({ path, agent: false, ...more, headers })).end();
    const [response] = (await once(answer, "response")) as [IncomingMessage];
    const socket = response.socket as TLSSocket;
    const by = socket.getPeerX509Certificate()?.subject;
    const reused = socket.isSessionReused();
    return { status: response.statusCode, by, reused, body: await text(response) };
  };
  return { service, folder, bank, other, server, callers, options, call };
}

describe("The internal port with internal-tls-cert", () => {
  test("speaks TLS alone, and says so at its start", async (t) => {
    const { service, call } = await tlsService(t);
    assert.match(service.internalAddress, /^https:\/\/127\.0\.0\.1:\d+$/);
    const health = await call("/health");
    assert.deepEqual([health.status, health.by], [200, "CN=login"]);
    const plain = fetch(`${service.internalAddress.replace("https", "http")}/health`);
    await assert.rejects(plain);
  });

  test("is open to probes without a certificate, and to no other call", async (t) => {
    const { bank, other, call } = await tlsService(t);
    for (const path of ["/health", "/ready"]) assert.equal((await call(path)).status, 200, path);
    const foreign = pem(other.issue("foreign"));
    for (const [who, by] of [
      ["none", {}],
      ["another authority's", foreign],
    ] as const)
      for (const path of ["/forget", "/metrics", "/pause", "/nothing"]) {
        const { status, body } = await call(path, by);
        assert.equal(status, 401, `${who} ${path}`);
        assert.match(body, /A client certificate is required, of an authority in internal-client-ca\./);
      }
    const ours = pem(bank.issue("backend"));
    assert.equal((await call("/forget", ours)).status, 200);
    // It takes no secret's place.
    const { status, body } = await call("/forget", { ...ours, headers: { authorization: "Bearer x" } });
    assert.equal(status, 401);
    assert.match(body, /\{internal-secret\} is required/);
  });

  test("resumes no session, which would stand for a certificate that the call has not shown", async (t) => {
    const { service, bank, other, callers, options, call } = await tlsService(t);
    const ours = pem(bank.issue("backend"));
    const resumed: RequestOptions[] = [];
    for (const by of [{}, pem(other.issue("foreign")), ours])
      for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
        const first = connect({ ...(options(by) as object), port: Number(options().port), maxVersion });
        let session: Buffer | undefined;
        first.on("session", (given: Buffer) => (session = given));
        first.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await text(first);
        session ??= first.getSession();
        resumed.push({ maxVersion, ...(session && { session }) });
      }
    for (const by of resumed.slice(0, 4)) {
      const { status, reused } = await call("/forget", by);
      assert.deepEqual([status, reused], [401, false]);
    }
    writeFileSync(callers, readFileSync(other.certificate));
    assert.equal(await service.rereadSecrets(), true);
    for (const by of resumed) assert.equal((await call("/forget", { ...ours, ...by })).status, 401);
  });

  test("names the caller by its certificate, else by its address", async (t) => {
    const folder = temporaryFolder(t);
    const [bank, other] = [makeAuthority(folder, "bank"), makeAuthority(folder, "other")];
    const peers: string[] = [];
    const { certificate, key } = bank.issue("login");
    const server = createServer(
      {
        ...pem({ certificate, key }),
        ca: readFileSync(bank.certificate),
        requestCert: true,
        rejectUnauthorized: false,
      },
      (call, response) => {
        peers.push(peerOf(call));
        response.end();
      },
    ).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const by of [
      pem(bank.issue("jane", "/O=Example/CN=jane")),
      pem(other.issue("eve", "/CN=jane")),
      {},
    ]) {
      const call = get({ port, host: "127.0.0.1", ca: readFileSync(bank.certificate), agent: false, ...by });
      const [response] = (await once(call, "response")) as [IncomingMessage];
      await text(response);
    }
    assert.deepEqual(peers, ["O=Example, CN=jane", "127.0.0.1", "127.0.0.1"]);
  });

  test("uses files that have changed for the next connection, and keeps what it had where one is wrong", async (t) => {
    const { service, folder, bank, other, server, callers, call } = await tlsService(t);
    const [ours, theirs] = [pem(bank.issue("backend")), pem(other.issue("backend-2"))];
    const problems = () =>
      service.lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ event }) => event === "secret_not_read")
        .map(({ setting, description }) => [setting, description]);
    const next = other.issue("login-2");
    const before = readFileSync(server.certificate, "utf8");

    // Half of the pair, a file that is being written, and one that is empty for a moment.
    writeFileSync(server.certificate, readFileSync(next.certificate));
    assert.equal(await service.rereadSecrets(), false);
    writeFileSync(server.certificate, before.slice(0, -100));
    assert.equal(await service.rereadSecrets(), false);
    writeFileSync(server.certificate, "");
    assert.equal(await service.rereadSecrets(), false);
    writeFileSync(server.certificate, before);
    writeFileSync(callers, "no certificate");
    assert.equal(await service.rereadSecrets(), false);
    assert.deepEqual(problems(), [
      ["internal-tls-key", "internal-tls-key does not belong to the first certificate of internal-tls-cert."],
      ["internal-tls-cert", "internal-tls-cert must be a file with certificates in PEM."],
      ["internal-tls-cert", "internal-tls-cert must be a file with certificates in PEM."],
      ["internal-client-ca", "internal-client-ca must be a file with certificates in PEM."],
    ]);
    assert.deepEqual(
      [(await call("/forget", ours)).by, (await call("/forget", theirs)).status],
      ["CN=login", 401],
    );

    // Another certificate, and both authorities while callers change from one to the other.
    writeFileSync(server.certificate, readFileSync(next.certificate));
    writeFileSync(server.key, readFileSync(next.key));
    writeFileSync(callers, readFileSync(bank.certificate, "utf8") + readFileSync(other.certificate, "utf8"));
    assert.equal(await service.rereadSecrets(), true);
    for (const by of [ours, theirs]) {
      const { status, by: server } = await call("/forget", by);
      assert.deepEqual([status, server], [200, "CN=login-2"]);
    }
    writeFileSync(callers, readFileSync(other.certificate));
    assert.equal(await service.rereadSecrets(), true);
    assert.equal((await call("/forget", ours)).status, 401);
    assert.equal((await call("/forget", theirs)).status, 200);
    holds(!service.lines.join("").includes(folder), "A path is in the log.");
  });

  test("does not keep a stop waiting for a caller that says nothing", async (t) => {
    const { service } = await tlsService(t);
    const silent = connectTcp(Number(new URL(service.internalAddress).port), "127.0.0.1");
    t.after(() => silent.destroy());
    await once(silent, "connect");
    const began = performance.now();
    assert.equal(await service.stop(), true);
    const tookMs = performance.now() - began;
    holds(tookMs < 10_000, `${tookMs} ms`);
  });
});
