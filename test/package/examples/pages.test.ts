import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { freePort } from "../../support/services/free-port.js";
import {
  installExample,
  startEmulator,
  startExample,
  type Emulator,
  type Example,
} from "../support/packed-package.js";

/** The examples of pages, each before the backend of examples/express. */

let browser: Browser;
let express: Example;
let emulator: Emulator;
before(async () => {
  [browser, express] = await Promise.all([launchBrowser(), installExample("express")]);
  emulator = await startEmulator(express);
});
after(() => browser.close());

/** The login calls that a page has made so far, without their query. */
function watchCalls(page: Page): { method: string; path: string }[] {
  const calls: { method: string; path: string }[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (path.startsWith("/otp-login")) calls.push({ method: request.method(), path });
  });
  return calls;
}

/** Values of `?next=`, and the page that each leads to. */
const nextPages = [
  ["%2Faccount%3Ffrom%3Dmail", "/account?from=mail"],
  ["%2F%2Fevil.example", "/account"],
] as const;

/**
 * Opens the example's login page, leaves it by the page's own navigation, comes back, also in haste, and logs in.
 *
 * @param script serves the page: `start`, from its sources, or `preview`, from its build
 */
async function logIn(example: Example, script: string): Promise<void> {
  const PORT = String(await freePort());
  const ORIGIN = `http://localhost:${PORT}`;
  const backend = await startExample(express, { TOKEN_SERVER: emulator.origin, ORIGIN });
  // Angular's server reads no variable.
  const args = example.name === "angular" ? ["--port", PORT] : [];
  const site = await startExample(example, { PORT, BACKEND: backend.origin }, script, args);

  const context = await browser.newContext();
  const complaints = await watchForComplaints(context);
  const page = await context.newPage();
  const printed: string[] = [];
  page.on("console", (message) => {
    const isExpected =
      message.text().startsWith("Lit is in dev mode") || message.location().url.endsWith("/favicon.ico");
    if (["error", "warning"].includes(message.type()) && !isExpected) printed.push(message.text());
  });
  const calls = watchCalls(page);
  const codesBefore = emulator.codes();
  const codes = (): number => emulator.codes() - codesBefore;

  await page.goto(site.origin);
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  const first = await codeOn(page);
  assert.equal(codes(), 1, "One code is requested when the page opens.");

  const leave = async (): Promise<void> => {
    await page.getByText("Account", { exact: true }).click();
    await page.getByText("Nobody is logged in").waitFor();
  };
  const comeBack = (): Promise<void> => page.getByText("Login", { exact: true }).click();
  await leave();
  await comeBack();
  const second = await codeOn(page, first);
  assert.equal(codes(), 2, "One more code is requested when the person comes back.");

  await leave();
  await comeBack();
  // Now that code is perhaps still on its way.
  await leave();
  const left = calls.length;
  await comeBack();
  await emulator.phone.accept(await codeOn(page, first, second));
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => "isSamePage" in globalThis), true, "The page was not loaded anew.");
  assert.ok(codes() <= 4, "No visit of the page requests two codes.");
  const attempts = new Set(calls.slice(left).map(({ path }) => path.split("/")[2] ?? ""));
  assert.deepEqual(attempts.size, 2, "After leaving, only the start and the new attempt are called.");
  assert.equal(calls.filter(({ path }) => path.endsWith("/login")).length, 1);
  const account = await context.request.get(`${backend.origin}/account`);
  assert.match(await account.text(), /Logged in as demo-user/, "The browser has the session's cookie.");

  // The example for Svelte has one page without a router.
  for (const [next, path] of example.name === "svelte" ? [] : nextPages) {
    await context.clearCookies();
    await page.goto(`${site.origin}/?next=${next}`);
    await emulator.phone.accept(await codeOn(page));
    await page.waitForURL(`${site.origin}${path}`);
    await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  }

  assert.deepEqual([...printed, ...complaints.list], []);
  await context.close();
  await Promise.all([site.stop(), backend.stop()]);
}

for (const name of ["react", "vue", "svelte", "solid", "angular"])
  describe(name, () => {
    let example: Example;
    before(async () => (example = await installExample(name)));
    test("logs in once on the page of its sources, after it was left and opened again", () =>
      logIn(example, "start"));
    // Angular's server serves the optimized build.
    if (name !== "angular") test("logs in once on the built page", () => logIn(example, "preview"));
  });
