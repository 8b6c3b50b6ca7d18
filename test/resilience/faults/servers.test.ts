import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../../support/until.js";
import { outcome, production, type Login } from "./support/production.js";

const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));

/** A server that goes, in the middle of logins; another one is there. */
describe("a server", { concurrency: 3 }, () => {
  test("killed (SIGKILL) while streams are open: the pages go to another one, and every login ends right", async (t) => {
    const site = await production(t, { nodes: 3 });
    const logins = await site.open(18);
    const [dying] = site.nodes;
    await dying?.kill();
    const endedAt = performance.now();
    await acceptAll(logins);
    const { accepted, lost, doubled } = await outcome(t, logins, site, endedAt);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
  });

  test("killed (SIGKILL) while logins are under way: they are repeated elsewhere with the same attempt id", async (t) => {
    const site = await production(t, { nodes: 2, signInMs: 1500 });
    const logins = await site.open(12);
    await acceptAll(logins);
    const begun = () => site.messages.filter(({ kind }) => kind === "sign-in begins").length;
    await until(() => begun() === 12, "every login to be under way");
    await site.nodes[0]?.kill();
    const endedAt = performance.now();
    const { accepted, lost, doubled, repeated } = await outcome(t, logins, site, endedAt);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 12, lost: 0, doubled: 0 });
    assert.ok(repeated > 0, "Some logins were under way on the server that died.");
  });

  test("killed the moment its people accept, as the callback is under way: every login ends right", async (t) => {
    const site = await production(t, { nodes: 2 });
    const logins = await site.open(12);
    const accepting = acceptAll(logins);
    await site.nodes[0]?.kill();
    const endedAt = performance.now();
    await accepting;
    const { accepted, lost, doubled } = await outcome(t, logins, site, endedAt, 75_000);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 12, lost: 0, doubled: 0 });
  });

  test("stopped for a deploy (SIGTERM): answers what it has begun, and its pages come back spread over time", async (t) => {
    const site = await production(t, { nodes: 2, signInMs: 800 });
    const [leaving, logins] = [await site.open(6), await site.open(18)];
    await acceptAll(leaving);
    const begun = () => site.messages.filter(({ kind }) => kind === "sign-in begins").length;
    await until(() => begun() === 6, "the logins to be under way");
    const stopping = site.nodes[0]?.stop();
    await stopping;
    const endedAt = performance.now();
    await acceptAll(logins);
    const { accepted, lost, doubled, repeated } = await outcome(t, [...leaving, ...logins], site, endedAt);
    assert.deepEqual(
      { accepted, lost, doubled, repeated },
      { accepted: 24, lost: 0, doubled: 0, repeated: 0 },
    );
  });

  test("started anew one after the other while people log in: a deploy at noon", async (t) => {
    const site = await production(t, { nodes: 3, signInMs: 100 });
    const logins = await site.open(18);
    const accepting = (async () => {
      for (const login of logins) {
        await login.accept();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    for (const node of site.nodes) await node.restart();
    const endedAt = performance.now();
    await accepting;
    const { accepted, lost, doubled } = await outcome(t, logins, site, endedAt, 75_000);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
  });
});
