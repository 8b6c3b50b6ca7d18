import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { openPhone } from "../../support/demo/demo-pages.js";
import { openLoginPage, reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { startHaproxy, startNginx } from "../../support/services/proxies.js";
import { until, holds } from "../../support/until.js";
import type { Visitor } from "../../support/visitor.js";
import { siteOfThree, watchersOf, type SiteOfThree } from "./support/site-of-three.js";

for (const [name, start] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`A node that leaves a site behind ${name}`, () => {
    let site: SiteOfThree;
    siteOfThree(start, (given) => (site = given));

    it("loses no login, and its pages reconnect spread over time", async () => {
      const [leaving, ...staying] = site.nodes;
      holds(leaving, "there are three nodes");
      const visitors = Array.from({ length: 90 }, () => site.visitor());
      for (const visitor of visitors) visitor.start();
      const streams = (visitor: Visitor): number => visitor.streams.length;
      await until(() => visitors.every((visitor) => streams(visitor) > 0), "everybody's stream");
      const held = await watchersOf(leaving);
      assert.ok(held >= 20, `the node holds ${held} streams`);

      const gone = leaving.stop("SIGTERM");
      await until(async () => (await fetch(`${leaving.origin}/ready`)).status === 503, "503");
      // A page that has waited too long for its first status has opened another one.
      const ended = ({ streams: all }: Visitor): number =>
        all.findIndex((stream) => stream.retryMs !== undefined);
      const sent = (): Visitor[] => visitors.filter((visitor) => ended(visitor) >= 0);
      await until(() => sent().length >= held / 2, "the streams' ends");
      // Half of them accept while pages reconnect to another node.
      const accept = (some: readonly Visitor[]) =>
        Promise.all(some.map(async (visitor) => site.phone.accept(await visitor.code())));
      await accept(visitors.slice(0, 45));
      assert.equal(await gone, 0);
      const isBack = (visitor: Visitor): boolean =>
        visitor.state.phase === "completed" || streams(visitor) > ended(visitor) + 1;
      await until(() => sent().every(isBack), "everybody's return");
      await accept(visitors.slice(45));
      await until(() => visitors.every(({ state }) => state.phase === "completed"), "everybody's login");

      const retries = sent().map((visitor) => visitor.streams[ended(visitor)]?.retryMs ?? NaN);
      assert.ok(mostWithin(200, retries) < held / 3, "they are told to come back all at once");
      const returns = sent().flatMap((visitor) =>
        visitor.streams.slice(ended(visitor) + 1).map(({ at }) => at),
      );
      assert.ok(mostWithin(200, returns) < held, "they come back all at once");
      for (const { cookie } of visitors) {
        const account = await fetch(`${site.origin}/account`, { headers: { cookie } });
        assert.match(await account.text(), /demo-user/);
      }
      assert.deepEqual(
        [leaving, ...staying].map((node) => node.stderr()),
        ["", "", ""],
      );
    });
  });
}

/** The largest number of instants within this many milliseconds. */
const mostWithin = (ms: number, instants: readonly number[]): number =>
  Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + ms).length));

/** A person does not notice the nodes. */
describe("A site of three nodes in a real browser, over HTTP/2", () => {
  let site: SiteOfThree;
  siteOfThree(startNginx, (given) => (site = given));
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  const visit = async (): Promise<{ context: BrowserContext; complaints: Complaints }> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    return { context, complaints: await watchForComplaints(context) };
  };

  it("logs in with the demo's own phone, whichever node answers it", async () => {
    const { origin, nodes } = site;
    const { context, complaints } = await visit();
    const page = await openLoginPage(context, origin);
    const protocol = await page.evaluate(
      () => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).nextHopProtocol,
    );

    const otp = await codeOn(page);
    const phone = await openPhone(context, origin, `/phone#otp=${encodeURIComponent(otp)}`);
    await phone.press("Accept");
    await page.waitForURL("**/account");

    assert.equal(protocol, "h2");
    assert.match(await page.locator("main").innerText(), /demo-user/);
    const cookies = await context.cookies();
    assert.deepEqual(new Set(cookies.map(({ secure }) => secure)), new Set([true]));
    assert.equal(new URL(page.url()).origin, origin);
    assert.equal(nodes.length, 3);
    await context.close();
    assert.deepEqual(complaints.list, []);
  });

  it("continues with the same code when the node with its stream leaves, and logs in", async () => {
    const { origin, nodes, phone } = site;
    const before = await Promise.all(nodes.map(watchersOf));
    const { context, complaints } = await visit();
    const page = await openLoginPage(context, origin);
    const otp = await codeOn(page);
    const holder = async () => {
      const now = await Promise.all(nodes.map(watchersOf));
      return nodes[now.findIndex((count, index) => count > (before[index] ?? 0))];
    };
    await until(async () => (await holder()) !== undefined, "the page's stream");

    const leaving = await holder();
    await leaving?.stop("SIGTERM");
    await reachPhase(page, "pending");
    assert.equal(await codeOn(page), otp);
    await phone.accept(otp);
    await page.waitForURL("**/account");

    assert.match(await page.locator("main").innerText(), /demo-user/);
    await context.close();
    assert.deepEqual(complaints.list, []);
  });
});
