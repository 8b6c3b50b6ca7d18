import type { Page } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.js";
import { phoneOn } from "../../test/support/demo/demo-pages.js";
import { phoneCalls, startDemo, type Demo } from "../../test/support/demo/demo.js";
import { impose } from "./support/conditions.js";
import { readFlags } from "./support/flags.js";
import { describe } from "./support/pairs.js";

/**
 * Measures the last step of a login in the demo, until the account page has painted: from Accept on the phone where no number is
 * asked for, and from Enter in the number's field. Then the same from Accept on the demo's phone page, where page and app are on one
 * phone, with the presses and characters of the whole login.
 */
const { rounds, conditions } = readFlags(15);
const browser = await launchBrowser();
const without = await startDemo();
const asked = await startDemo({ PAIRING: "always" });
for (const { origin } of [without, asked]) await phoneCalls(origin).enroll("demo-user");

/** Of the last login on one phone. */
const efforts = new Map<Demo, Effort>();

for (const condition of conditions) {
  const fromAccept: number[] = [];
  const fromEnter: number[] = [];
  const there: number[] = [];
  const thereAsked: number[] = [];
  // The first round is a warm-up: browser and servers are slowest when they do something for the first time.
  for (let round = -1; round < rounds; round++) {
    const measured = [
      { values: fromAccept, ms: await logIn(without, acceptedOnPhone) },
      { values: fromEnter, ms: await logIn(asked, typedAndEntered) },
      { values: there, ms: await logInOnPhone(without, false) },
      { values: thereAsked, ms: await logInOnPhone(asked, true) },
    ];
    if (round < 0) continue;
    for (const { values, ms } of measured) values.push(ms);
  }
  console.log(`\n${condition.name}: ${rounds} rounds, until the account page has painted`);
  describe("from Accept", "ms", fromAccept);
  describe("from Enter", "ms", fromEnter);
  describe("one phone, no number", "ms", there);
  describe("one phone, a number", "ms", thereAsked);

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
    const ms = (await accountPaintedAt(page)) - doneAt;
    await context.close();
    return ms;
  }

  /** Goes from the login page to the demo's phone and back. `chooses`: the app opens an address, for which the demo asks. */
  async function logInOnPhone(demo: Demo, chooses: boolean): Promise<number> {
    const context = await browser.newContext({
      viewport: { width: 375, height: 720 },
      isMobile: true,
      hasTouch: true,
    });
    const page = await context.newPage();
    const effort = { presses: 0, characters: 0 };
    efforts.set(demo, effort);
    await page.exposeFunction("noteEffort", (what: keyof Effort) => effort[what]++);
    await page.addInitScript(`
      addEventListener("click", (event) => event.isTrusted && noteEffort("presses"), true);
      addEventListener("input", (event) => event.isTrusted && noteEffort("characters"), true);`);
    await impose(await context.newCDPSession(page), condition);
    await page.goto(demo.origin);
    await page.getByRole("link", { name: "Continue", exact: true }).tap();
    const { press, sees } = phoneOn(page);
    await sees("Is this you logging in?");
    const doneAt = Date.now();
    await press("Accept");
    if (chooses) await press("Back to the page");
    const ms = (await accountPaintedAt(page)) - doneAt;
    await context.close();
    return ms;
  }
}
for (const [what, demo, chooser] of [
  ["no number", without, ""],
  ["a number", asked, ", one of them in the demo's chooser of a browser"],
] as const) {
  const { presses, characters } = efforts.get(demo) ?? {};
  console.log(
    `\nA whole login on one phone, ${what}: ${presses} presses${chooser}, ${characters} characters`,
  );
}
await browser.close();
await Promise.all([without.stop(), asked.stop()]);
process.exit();

/** What the person does in a whole login. */
interface Effort {
  presses: number;
  characters: number;
}

/** Waits for the account page. Resolves to the instant at which it was painted first. */
async function accountPaintedAt(page: Page): Promise<number> {
  await page.waitForURL("**/account");
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries())
            if (name === "first-contentful-paint") resolve(performance.timeOrigin + startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
}

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
