import type { Page } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.js";
import { phoneCalls, startDemo, type Demo } from "../../test/support/demo/demo.js";
import { impose } from "./support/conditions.js";
import { readFlags } from "./support/flags.js";
import { describe } from "./support/pairs.js";

/**
 * Measures the last step of a login in the demo, until the account page has painted: from Accept on the phone where no number is
 * asked for, and from Enter in the number's field.
 */
const { rounds, conditions } = readFlags(15);
const browser = await launchBrowser();
const without = await startDemo();
const asked = await startDemo({ PAIRING: "always" });
for (const { origin } of [without, asked]) await phoneCalls(origin).enroll("demo-user");

for (const condition of conditions) {
  const fromAccept: number[] = [];
  const fromEnter: number[] = [];
  // The first round is a warm-up: browser and servers are slowest when they do something for the first time.
  for (let round = -1; round < rounds; round++) {
    const measured = [
      { values: fromAccept, ms: await logIn(without, acceptedOnPhone) },
      { values: fromEnter, ms: await logIn(asked, typedAndEntered) },
    ];
    if (round < 0) continue;
    for (const { values, ms } of measured) values.push(ms);
  }
  console.log(`\n${condition.name}: ${rounds} rounds, until the account page has painted`);
  describe("from Accept", "ms", fromAccept);
  describe("from Enter", "ms", fromEnter);

  /** Logs in. `last` does the last step and resolves to the instant at which it was done. */
  async function logIn(demo: Demo, last: typeof typedAndEntered): Promise<number> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await impose(await context.newCDPSession(page), condition);
    const started = page.waitForResponse((answer) => answer.request().method() === "POST");
    await page.goto(demo.origin);
    const { otp } = (await (await started).json()) as { otp: string };
    const { id, message } = await phoneCalls(demo.origin).scan(otp);
    const doneAt = await last({ page, demo, id, message });
    await page.waitForURL("**/account");
    const paintedAt = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            for (const { name, startTime } of list.getEntries())
              if (name === "first-contentful-paint") resolve(performance.timeOrigin + startTime);
          }).observe({ type: "paint", buffered: true });
        }),
    );
    await context.close();
    return paintedAt - doneAt;
  }
}
await browser.close();
await Promise.all([without.stop(), asked.stop()]);
process.exit();

interface Scanned {
  page: Page;
  demo: Demo;
  /** The transaction's. */
  id: string;
  message: string;
}

async function acceptedOnPhone({ demo, id }: Scanned): Promise<number> {
  const at = Date.now();
  await phoneCalls(demo.origin).answer(id, true);
  return at;
}

async function typedAndEntered({ page, demo, id, message }: Scanned): Promise<number> {
  await phoneCalls(demo.origin).answer(id, true);
  const field = page.locator("onegini-otp-login input");
  await field.fill(/\d{4}/.exec(message)?.[0] ?? "");
  const at = Date.now();
  await field.press("Enter");
  return at;
}
