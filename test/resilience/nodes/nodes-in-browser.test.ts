import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { openPhone } from "../../support/demo/demo-pages.js";
import { openLoginPage, reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { startNginx } from "../../support/services/proxies.js";
import { until } from "../../support/until.js";
import { siteOfThree, watchersOf, type SiteOfThree } from "./support/site-of-three.js";

/** A person does not notice the nodes. */
describe("A site of three nodes in a real browser, over HTTP/2", () => {
  let site: SiteOfThree;
  siteOfThree(startNginx, (given) => (site = given));
  let browser: Browser;

  before(async () => (browser = await launchBrowser()));
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
