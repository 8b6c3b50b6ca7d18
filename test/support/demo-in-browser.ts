import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "./browser.js";
import { startDemo, type Demo } from "./demo.js";
import { watchForComplaints, type Complaints } from "./login-page.js";

/** What a suite works with. */
export interface DemoInBrowser {
  demo: Demo;
  browser: Browser;
  /** A fresh one for each test, that must have had nothing to complain of in the end. */
  context: BrowserContext;
}

/** One demo and one browser for the suite that calls it; `give` is called before each of its tests. */
export function demoInBrowser(give: (given: DemoInBrowser) => void): void {
  let demo: Demo;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;

  before(async () => {
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
  });
  after(async () => {
    await Promise.all([browser.close(), demo.stop()]);
  });
  beforeEach(async () => {
    context = await browser.newContext();
    complaints = await watchForComplaints(context);
    give({ demo, browser, context });
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints.list, []);
  });
}
