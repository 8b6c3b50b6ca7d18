import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { makeCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { sentinelFor, type SentinelGroup } from "../../support/services/redis.js";
import { runServe, siteClient } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { documentedServiceRights, sentinelRights } from "./support/documented-rights.js";
import { begunAgain, load, longestOf, openAll, servedSite } from "./support/serve-logins.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** `serve` behind Sentinel. */

const masterOf = ({ sentinel }: SentinelGroup): string =>
  sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");

describe("serve behind Sentinel", () => {
  /** Six people accept before it happens, six while it lasts, six afterwards, and others come and go all the time. */
  const failOver = async (t: TestContext, begin: (group: SentinelGroup) => Promise<void>): Promise<void> => {
    const group = await sentinelFor(t);
    // One of two Sentinels does not answer.
    const sentinels = `127.0.0.1:${await freePort()},127.0.0.1:${group.sentinel.port}`;
    const site = await servedSite(t, ["--redis-sentinels", sentinels, "--redis-master", "main"]);
    const [before, during, after] = [await openAll(site, 6), await openAll(site, 6), await openAll(site, 6)];
    const endLoad = load(site);
    const oldMaster = masterOf(group);

    const logins = before.map((person) => person.logIn());
    await begin(group);
    logins.push(...during.map((person) => person.logIn()));
    await until(() => masterOf(group) !== oldMaster, "the other master", 60_000);
    await Promise.all(after.map((person) => person.logIn()));
    const others = await endLoad();
    await Promise.all(logins);

    const all = [...before, ...during, ...after, ...others];
    // Redis' replication does not wait, so the latest writes may be lost, and a login of that moment begins again.
    t.diagnostic(`${all.length} logins, ${begunAgain(all)} of them begun again; ${longestOf(all)}`);
    assert.equal(group.replica.command("ROLE").split("\n")[0], "master");
  };

  test("the master is killed: everybody is logged in on the other one", (t) =>
    failOver(t, ({ master }) => master.kill()));

  test("the master hands over: everybody is logged in on the other one", (t) =>
    failOver(t, async ({ sentinel }) => void sentinel.command("SENTINEL", "FAILOVER", "main")));

  test("TLS, a user with the documented rights, and another user at the Sentinels", async (t) => {
    const directory = temporaryFolder(t);
    const certificate = makeCertificate(directory);
    const group = await sentinelFor(t, "redis", { tls: certificate });
    for (const server of [group.master, group.replica])
      server.command("ACL", "SETUSER", "login", "on", ">of-the-login", ...documentedServiceRights());
    group.sentinel.command("ACL", "SETUSER", "asker", "on", ">of-the-asker", ...sentinelRights());
    process.env["NODE_EXTRA_CA_CERTS"] = certificate.certificate;
    t.after(() => delete process.env["NODE_EXTRA_CA_CERTS"]);

    const site = await servedSite(t, [
      ...["--redis-sentinels", `asker:of-the-asker@127.0.0.1:${group.sentinel.tlsPort}`],
      ...["--redis-master", "main", "--redis-url", "rediss://login:of-the-login@redis"],
    ]);
    const people = await openAll(site, 2);
    await Promise.all(people.map((person) => person.logIn()));
    for (const { user } of people) assert.equal(await site.forgetBrowsers(user), 204);

    const usersOf = (list: string): (string | undefined)[] =>
      list
        .split("\n")
        .filter((line) => line.includes("lib-name=node-redis"))
        .map((line) => /\buser=(\S+)/.exec(line)?.[1]);
    assert.deepEqual([...new Set(usersOf(group.master.command("CLIENT", "LIST")))], ["login"]);
    assert.deepEqual([...new Set(usersOf(group.sentinel.command("CLIENT", "LIST")))], ["asker"]);
  });

  test("what is wrong is said at the start, without a password", async (t) => {
    const group = await sentinelFor(t);
    group.master.command("ACL", "SETUSER", "login", "on", ">right", ...documentedServiceRights());
    const said = async (...redis: string[]): Promise<string> => {
      const service = runServe(
        t,
        ...["--origin", "http://localhost:8000", "--token-server-url", "http://127.0.0.1:9"],
        ...siteClient,
        ...["--port", "0", "--internal-port", "0", "--check", ...redis],
      );
      assert.equal(await service.exit(), 1);
      return service.stderr();
    };
    const [gone, there] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${group.sentinel.port}`];
    const at = (address: string) => `^Redis cannot be used at the Sentinels ${address} `;

    const [down, name, password] = await Promise.all([
      said("--redis-sentinels", gone, "--redis-master", "main"),
      said("--redis-sentinels", there, "--redis-master", "other"),
      said(
        ...["--redis-sentinels", there, "--redis-master", "main"],
        ...["--redis-url", "redis://login:hidden@redis"],
      ),
    ]);
    assert.match(down, new RegExp(`${at(gone)}\\(ECONNREFUSED\\)`, "m"));
    assert.match(name, new RegExp(`${at(there)}\\(ERR No such master.*redis-master\\.$`, "m"));
    assert.match(password, new RegExp(`${at(there)}\\(.*WRONGPASS.*Check the user name and password`, "m"));
    assert.doesNotMatch(password, /hidden/);
  });
});
