import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../../support/until.js";
import { acceptAll, expectAllLoggedIn, production } from "./support/production.js";

const hour = 3600;

/** libfaketime sets the time of day of a server's host. */
describe("the clock of a host", { concurrency: 2 }, () => {
  test("wrong from the start: servers an hour ahead and an hour behind agree on Redis' time", async (t) => {
    const site = await production(t, { nodes: 3 });
    const [ahead, behind] = site.nodes;
    ahead?.setClock(hour);
    behind?.setClock(-hour);
    await Promise.all([ahead?.restart(), behind?.restart()]);
    const logins = await site.open(12);
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("set while people log in: no code ends early, and no login is lost", async (t) => {
    const site = await production(t, { signInMs: 300 });
    const [before, during] = [await site.open(6), await site.open(6)];
    const shown = during.map(({ visitor: { state } }) => "attempt" in state && state.attempt);
    await acceptAll(before.slice(0, 3));
    site.nodes[0]?.setClock(hour);
    site.nodes[1]?.setClock(-hour);
    await acceptAll(before.slice(3));
    const after = await site.open(6);
    const attempts = during.map(({ visitor: { state } }) => "attempt" in state && state.attempt);
    assert.deepEqual(attempts, shown, "Each page still shows the attempt that it began with.");
    await acceptAll([...during, ...after]);
    await expectAllLoggedIn(t, site, [...before, ...during, ...after]);
  });

  test("is really set: the server's Date header shows the new time", async (t) => {
    const site = await production(t, { nodes: 1 });
    const aheadMs = async (): Promise<number> => {
      const { headers } = await fetch(`${site.nodes[0]?.url}/ready`);
      return Date.parse(headers.get("date") ?? "") - Date.now();
    };
    assert.ok((await aheadMs()) < 100_000, "not yet");
    site.nodes[0]?.setClock(hour);
    await until(async () => (await aheadMs()) > 3_500_000, "the new time in the Date header");
  });
});
