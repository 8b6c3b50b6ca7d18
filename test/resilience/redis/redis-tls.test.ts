import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { makeAuthority } from "../../support/services/certificate.js";
import { clusterFor, redisFor, sentinelFor, type RedisServer } from "../../support/services/redis.js";
import { runServe, type ServeProcess, siteClient } from "../../support/services/serve-process.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { until } from "../../support/until.js";
import { openAll, servedSite } from "./support/serve-logins.js";

/** `serve` and a Redis that talk by TLS only with certificates of their own authority, which changes while they run. */

/** The files of both sides, from an authority `old`, and those that take their place, from `next`. */
function certificatesIn(folder: string) {
  const [old, next] = [makeAuthority(folder, "old"), makeAuthority(folder, "next")];
  const both = join(folder, "both.pem");
  writeFileSync(both, readFileSync(old.certificate, "utf8") + readFileSync(next.certificate, "utf8"));
  const inUse = (name: string, text: string): string => {
    writeFileSync(join(folder, name), readFileSync(text));
    return join(folder, name);
  };
  const [oldClient, oldServer] = [old.issue("old-client"), old.issue("old-server")];
  return {
    old,
    next,
    both,
    server: {
      certificate: inUse("server.pem", oldServer.certificate),
      key: inUse("server.key", oldServer.key),
      clientAuthority: both,
    },
    client: {
      "redis-tls-cert": inUse("client.pem", oldClient.certificate),
      "redis-tls-key": inUse("client.key", oldClient.key),
      "redis-tls-ca": inUse("authority.pem", old.certificate),
    },
  };
}

const flagsOf = (client: Record<string, string>): string[] =>
  Object.entries(client).map(([name, path]) => `--${name}=${path}`);

const secretsRead = ({ stdout }: ServeProcess): string[] =>
  stdout()
    .split("\n")
    .filter((line) => line.includes('"event":"secrets_read"'))
    .flatMap((line) => (JSON.parse(line) as { changed: string[] }).changed);

type Certificates = ReturnType<typeof certificatesIn>;

/** Starts it: the servers, and the settings that name them. */
type Start = (
  t: TestContext,
  tls: Certificates["server"],
) => Promise<{ servers: readonly RedisServer[]; args: string[] }>;

const kinds: Readonly<Record<string, Start>> = {
  "one Redis": async (t, tls) => {
    const redis = await redisFor(t, { tls });
    return { servers: [redis], args: ["--redis-url", `rediss://127.0.0.1:${redis.tlsPort}`] };
  },
  Sentinels: async (t, tls) => {
    const { master, replica, sentinel } = await sentinelFor(t, "redis", { tls });
    const sentinels = ["--redis-sentinels", `127.0.0.1:${sentinel.tlsPort}`, "--redis-master", "main"];
    return { servers: [master, replica, sentinel], args: [...sentinels, "--redis-url", "rediss://redis"] };
  },
  "a cluster": async (t, tls) => {
    const { servers } = await clusterFor(t, "redis", { tls });
    const nodes = servers.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`).join();
    return { servers, args: ["--redis-cluster", nodes, "--redis-url", "rediss://redis"] };
  },
};

describe("TLS with an authority and certificates of one's own", () => {
  for (const [kind, start] of Object.entries(kinds))
    test(`to ${kind}: people log in, and go on to when each file has changed`, async (t) => {
      const folder = temporaryFolder(t);
      const { old, next, both, server, client } = certificatesIn(folder);
      const { servers, args } = await start(t, server);
      const site = await servedSite(t, [...flagsOf(client), ...args]);
      const logIn = async (): Promise<void> => {
        const people = await openAll(site, 2);
        await Promise.all(people.map((person) => person.logIn()));
      };
      const areRead = (...names: string[]) =>
        until(
          () => site.nodes.every((node) => names.every((name) => secretsRead(node).includes(name))),
          names.join(),
        );
      await logIn();

      // Both authorities, then the client's certificate, as files that are watched.
      copyFileSync(both, client["redis-tls-ca"]);
      await areRead("redis-tls-ca");
      const nextClient = next.issue("next-client");
      copyFileSync(nextClient.certificate, client["redis-tls-cert"]);
      copyFileSync(nextClient.key, client["redis-tls-key"]);
      await areRead("redis-tls-cert", "redis-tls-key");
      // From now on the servers have nothing to do with the old authority. What was connected ends.
      const nextServer = next.issue("next-server");
      for (const redis of servers) {
        const set = ["tls-ca-cert-file", next.certificate, "tls-cert-file", nextServer.certificate];
        redis.command("CONFIG", "SET", ...set, "tls-key-file", nextServer.key);
        redis.command("CLIENT", "KILL", "TYPE", "normal");
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
      }
      await logIn();
      assert.notEqual(readFileSync(old.certificate, "utf8"), readFileSync(next.certificate, "utf8"));
    });

  test("a certificate that Redis refuses is said, and the one before stays in use", async (t) => {
    const { next, old, server, client } = certificatesIn(temporaryFolder(t));
    const redis = await redisFor(t, { tls: { ...server, clientAuthority: old.certificate } });
    const url = `rediss://127.0.0.1:${redis.tlsPort}`;
    const site = await servedSite(t, [...flagsOf(client), "--redis-url", url]);
    const refused = next.issue("refused");
    copyFileSync(refused.certificate, client["redis-tls-cert"]);
    copyFileSync(refused.key, client["redis-tls-key"]);
    const told = (): boolean[] => site.nodes.map(({ stdout }) => stdout().includes("secret_not_read"));
    await until(() => told().every(Boolean), "secret_not_read");
    for (const { stdout } of site.nodes)
      assert.match(
        stdout(),
        /"setting":"redis-tls-cert","description":"Redis cannot be used at 127\.0\.0\.1/,
      );
    redis.command("CLIENT", "KILL", "TYPE", "normal");
    const [person] = await openAll(site, 1);
    await person?.logIn();
  });

  test("what is wrong is said at the start", async (t) => {
    const { next, server, client } = certificatesIn(temporaryFolder(t));
    const redis = await redisFor(t, { tls: server });
    const said = async (args: readonly string[]): Promise<string> => {
      const service = runServe(
        t,
        ...["--origin", "http://localhost:8000", "--token-server-url", "http://127.0.0.1:9"],
        ...siteClient,
        ...["--redis-url", `rediss://127.0.0.1:${redis.tlsPort}`, "--check", ...args],
      );
      return `${await service.exit()}: ${service.stderr()}`;
    };
    const { "redis-tls-ca": authority, ...own } = client;
    const advice =
      /\. Check its certificate and name, the authority \(redis-tls-ca\), and whether it asks for/;
    const [withoutAuthority, ofAnother, withoutOwn] = await Promise.all([
      said(flagsOf(own)),
      said(flagsOf({ ...own, "redis-tls-ca": next.certificate })),
      said(flagsOf({ "redis-tls-ca": authority })),
    ]);
    for (const text of [withoutAuthority, ofAnother, withoutOwn]) {
      assert.match(text, /^1: Redis cannot be used at 127\.0\.0\.1:\d+ \(/);
      assert.match(text, advice);
    }
    assert.match(await said(flagsOf(client)), /^0: /);
  });
});
