import { describe, test } from "node:test";
import { acceptAll, expectAllLoggedIn, pass, production } from "./support/production.js";

/** The Token Server fails after people have scanned. They accept, and the kit cannot get the result yet. */
describe("the Token Server", { concurrency: 2 }, () => {
  test("slow, 3 s for every answer: no login is lost", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ delayMilliseconds: 3000 });
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("slower than the kit waits, for a while: no login is lost", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ delayMilliseconds: 8000 });
    await acceptAll(logins);
    await pass(12);
    site.tokenServer.setFaults({});
    await expectAllLoggedIn(t, site, logins);
  });

  test("down for 20 s: people who accept before, meanwhile and afterwards are logged in", async (t) => {
    // Codes are renewed 25 s before they end: longer than the fault lasts.
    const site = await production(t, { signInMs: 300, ttlSeconds: 100 });
    const [before, during, after] = [await site.open(6), await site.open(6), await site.open(6)];
    await acceptAll(before);
    await site.tokenServerDown();
    await acceptAll(during);
    await pass(20);
    await site.tokenServerUp();
    await acceptAll(after);
    await expectAllLoggedIn(t, site, [...before, ...during, ...after]);
  });

  test("answers garbage of several kinds for a while: no login is lost", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    const garbage = [
      { status: 200, body: "<html>Maintenance</html>" },
      { status: 502, body: "Bad gateway" },
      { status: 200, body: '{"is_authenticated":"true"}', contentType: "application/json" },
      { status: 302, body: "" },
    ];
    for (const [index, result] of garbage.entries()) {
      site.tokenServer.setFaults({ result });
      await acceptAll(logins.slice(index * 2, index * 2 + 2));
      await pass(3);
    }
    site.tokenServer.setFaults({});
    await expectAllLoggedIn(t, site, logins);
  });
});
