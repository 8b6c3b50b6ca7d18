import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { makeCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { clusterFor, type RedisServer } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { documentedServiceRights } from "./support/documented-rights.js";
import { begunAgain, load, openAll, servedSite } from "./support/serve-logins.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** `serve` on a cluster. */

const idOf = (server: RedisServer): string => server.command("CLUSTER", "MYID");

/** Half of the slots of a master of three. */
const slots = 2_700;

describe("serve on a cluster", () => {
  test("slots move to another master: no login is lost, and none begins again", async (t) => {
    const cluster = await clusterFor(t);
    const [from, to] = cluster.servers;
    assert.ok(from && to);
    // One of two nodes does not answer.
    const nodes = `127.0.0.1:${await freePort()},127.0.0.1:${to.port}`;
    const site = await servedSite(t, ["--redis-cluster", nodes]);
    const [before, during] = [await openAll(site, 6), await openAll(site, 6)];
    const endLoad = load(site);
    const held = to.command("DBSIZE");

    const logins = before.map((person) => person.logIn());
    const moving = promisify(execFile)("redis-cli", [
      ...["--cluster", "reshard", `127.0.0.1:${to.port}`, "--cluster-yes", "--cluster-slots", String(slots)],
      ...["--cluster-from", idOf(from), "--cluster-to", idOf(to)],
    ]);
    logins.push(...during.map((person) => person.logIn()));
    await moving;
    const after = await openAll(site, 6);
    await Promise.all(after.map((person) => person.logIn()));
    const others = await endLoad();
    await Promise.all(logins);

    const all = [...before, ...during, ...after, ...others];
    t.diagnostic(`${all.length} logins while ${slots} slots moved; ${held} keys were on that master before`);
    assert.equal(begunAgain(all), 0);
  });

  test("a master is killed: everybody is logged in with its replica", async (t) => {
    const cluster = await clusterFor(t, "redis", { replicas: 1 });
    const [killed, other] = cluster.servers;
    assert.ok(killed && other);
    const site = await servedSite(t, ["--redis-cluster", `127.0.0.1:${other.port}`]);
    const [before, during, after] = [await openAll(site, 6), await openAll(site, 6), await openAll(site, 6)];
    const endLoad = load(site);
    const id = idOf(killed);
    const isFailed = (): boolean =>
      other
        .command("CLUSTER", "NODES")
        .split("\n")
        .some((line) => line.startsWith(id) && /\bfail\b/.test(line));
    const isWhole = (): boolean => other.command("CLUSTER", "INFO").includes("cluster_state:ok");

    const logins = before.map((person) => person.logIn());
    await killed.kill();
    logins.push(...during.map((person) => person.logIn()));
    await until(() => isFailed() && isWhole(), "its replica to be the master", 60_000);
    await Promise.all(after.map((person) => person.logIn()));
    const others = await endLoad();
    await Promise.all(logins);

    const all = [...before, ...during, ...after, ...others];
    // Redis' replication does not wait, so the latest writes may be lost, and a login of that moment begins again.
    t.diagnostic(`${all.length} logins, ${begunAgain(all)} of them begun again`);
  });

  test("TLS, and a user with the documented rights", async (t) => {
    const directory = temporaryFolder(t);
    const certificate = makeCertificate(directory);
    const cluster = await clusterFor(t, "redis", { tls: certificate });
    for (const server of cluster.servers)
      server.command(
        "ACL",
        "SETUSER",
        "login",
        "on",
        ">of-the-login",
        ...documentedServiceRights("+cluster|slots"),
      );
    process.env["NODE_EXTRA_CA_CERTS"] = certificate.certificate;
    t.after(() => delete process.env["NODE_EXTRA_CA_CERTS"]);

    const site = await servedSite(t, [
      ...["--redis-cluster", `127.0.0.1:${cluster.servers[0]?.tlsPort}`],
      ...["--redis-url", "rediss://login:of-the-login@redis"],
    ]);
    const people = await openAll(site, 2);
    await Promise.all(people.map((person) => person.logIn()));
    for (const { user } of people) assert.equal(await site.forgetBrowsers(user), 204);

    const users = cluster.servers.flatMap((server) =>
      server
        .command("CLIENT", "LIST")
        .split("\n")
        .filter((line) => line.includes("lib-name=node-redis"))
        .map((line) => /\buser=(\S+)/.exec(line)?.[1]),
    );
    assert.deepEqual([...new Set(users)], ["login"]);
  });
});
