import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { outcome, production, type Login } from "./support/production.js";

const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));

/** The time of day of a server's host is set, by libfaketime, in the middle of logins. */
describe("the clock of a host", { concurrency: 3 }, () => {
  for (const hours of [1, -1]) {
    for (const which of ["of every server", "of one server"] as const) {
      test(`${which} set by ${hours} h: nobody's code ends, nothing is lost`, async (t) => {
        const site = await production(t, { signInMs: 300 });
        const [before, during] = [await site.open(6), await site.open(6)];
        await acceptAll(before.slice(0, 3));
        const moved = which === "of one server" ? site.nodes.slice(0, 1) : site.nodes;
        for (const node of moved) node.setClock(hours * 3600);
        const endedAt = performance.now();
        await acceptAll(before.slice(3));
        await sleep(3000);
        const after = await site.open(6);
        await acceptAll([...during, ...after]);
        const logins = [...before, ...during, ...after];
        const { accepted, lost, doubled } = await outcome(t, logins, site, endedAt);
        assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
      });
    }

    test(`of a server that starts after it was set by ${hours} h: it agrees with the others`, async (t) => {
      const site = await production(t);
      const logins = await site.open(12);
      site.nodes[0]?.setClock(hours * 3600);
      await site.nodes[0]?.restart();
      const endedAt = performance.now();
      await acceptAll(logins);
      const later = await site.open(6);
      await acceptAll(later);
      const { accepted, lost, doubled } = await outcome(t, [...logins, ...later], site, endedAt);
      assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
    });
  }

  test("is set in earnest: the process sees another time of day", async (t) => {
    const site = await production(t, { nodes: 1 });
    const isMoved = async (): Promise<boolean> => {
      const { headers } = await fetch(`${site.nodes[0]?.url}/health`);
      return Date.parse(headers.get("date") ?? "") - Date.now() > 3_500_000;
    };
    assert.equal(await isMoved(), false);
    site.nodes[0]?.setClock(3600);
    // Node makes the header's text once a second.
    const giveUpAt = performance.now() + 5000;
    while (!(await isMoved())) assert.ok(performance.now() < giveUpAt, "The header tells the old time.");
  });
});
