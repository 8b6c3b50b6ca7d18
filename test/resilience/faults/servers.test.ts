import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptAll, expectAllLoggedIn, pass, production, signInsBegun } from "./support/production.js";

describe("a server, while others run", { concurrency: 2 }, () => {
  test("killed while it holds streams: its pages go to another server, and no login is lost", async (t) => {
    const site = await production(t, { nodes: 3 });
    const logins = await site.open(18);
    await site.nodes[0]?.kill();
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("killed while signIn runs: the login is repeated on another server with the same attempt id", async (t) => {
    const site = await production(t, { nodes: 2, signInMs: 1500, ttlSeconds: 30 });
    const logins = await site.open(12);
    await acceptAll(logins);
    await signInsBegun(site, 1, 0);
    await site.nodes[0]?.kill();
    const { repeated } = await expectAllLoggedIn(t, site, logins);
    assert.ok(repeated > 0, "Some logins were under way on the server that died.");
  });

  test("killed while callbacks arrive: no login is lost", async (t) => {
    const site = await production(t, { nodes: 2, ttlSeconds: 30 });
    const logins = await site.open(12);
    const accepting = acceptAll(logins);
    await site.nodes[0]?.kill();
    await accepting;
    await expectAllLoggedIn(t, site, logins);
  });

  test("stopped for a deploy (SIGTERM): it answers what it has begun, and no login is repeated", async (t) => {
    const site = await production(t, { nodes: 2, signInMs: 800 });
    const [leaving, logins] = [await site.open(6), await site.open(18)];
    await acceptAll(leaving);
    await signInsBegun(site, 1, 0);
    await site.nodes[0]?.stop();
    await acceptAll(logins);
    const { repeated } = await expectAllLoggedIn(t, site, [...leaving, ...logins]);
    assert.equal(repeated, 0);
  });

  test("restarted, one after the other, while people log in: no login is lost", async (t) => {
    const site = await production(t, { nodes: 3, signInMs: 100 });
    const logins = await site.open(18);
    const accepting = (async () => {
      for (const login of logins) {
        await login.accept();
        await pass(0.15);
      }
    })();
    for (const node of site.nodes) await node.restart();
    await accepting;
    await expectAllLoggedIn(t, site, logins);
  });
});
