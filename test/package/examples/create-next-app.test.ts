import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { frameworkListings } from "../support/framework-listings.js";
import { removeFonts } from "../support/generated-apps.js";
import {
  acceptOnPhone,
  install,
  npm,
  pack,
  startEmulator,
  startServer,
  temporaryFolder,
  type Server,
} from "../support/packed-package.js";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";

/** The listings of docs/frameworks.md in a new app, with what `create-next-app` sets by default. */

const folder = join(temporaryFolder, "next-app");
const write = (file: string, text: string): void => {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** What the listings leave to the site. */
const site = {
  "sessions.ts": `export const beginSession = async (userId: string, attempt: string) => userId + "." + attempt;`,
  "app/page.tsx": `
    import Link from "next/link";
    export default function HomePage() {
      return <nav><Link href="/login">Log in</Link> <Link href="/more">More</Link></nav>;
    }`,
  "app/more/page.tsx": `
    import Link from "next/link";
    export default function MorePage() {
      return <Link href="/login" prefetch={true}>Log in, prefetched</Link>;
    }`,
  "app/account/page.tsx": `export default function AccountPage() { return <p>Account page</p>; }`,
};

/** Runs the generator. Its template is in its package, but the fonts that it imports are on a server of Google. */
async function generate(): Promise<void> {
  const preferences = { XDG_CONFIG_HOME: join(temporaryFolder, "preferences") };
  const args = [
    "create-next-app@latest",
    "next-app",
    "--yes",
    "--use-npm",
    "--skip-install",
    "--disable-git",
  ];
  await npm(["exec", "--yes", "--", ...args], temporaryFolder, preferences);
  removeFonts(folder);
}

let browser: Browser;
before(async () => {
  await Promise.all([generate(), pack()]);
  const listings = frameworkListings("Next.js").map(({ file, code }) => [file, code]);
  for (const [file = "", text = ""] of [...listings, ...Object.entries(site)])
    write(file, text.replace("{/* your other ways to log in */}", '<input type="password" />'));
  await install(folder, await pack());
  await npm(["run", "build"], folder);
  browser = await launchBrowser();
});
after(() => browser.close());

const cookiesOf = async (context: BrowserContext): Promise<string[]> =>
  (await context.cookies()).map(({ name }) => name);

/** Resolves when the answer of the next request for the login page that begins a prefetch has come whole. */
const prefetched = async (page: Page): Promise<unknown> =>
  (
    await page.waitForResponse(
      (answer) =>
        new URL(answer.url()).pathname === "/login" && "next-router-prefetch" in answer.request().headers(),
    )
  ).finished();

/** Serves the app. */
async function serve(script: "start" | "dev", tokenServer: string): Promise<Server> {
  const PORT = String(await freePort());
  const origin = `http://localhost:${PORT}`;
  return startServer("npm", ["run", script, "--", "--hostname", "localhost"], folder, origin, {
    PORT,
    ORIGIN: origin,
    TOKEN_SERVER_URL: tokenServer,
    CLIENT_ID: "demo",
    CLIENT_SECRET: "demo-secret",
  });
}

/** @param prefetches whether Next prefetches the page of a link that is seen: not in development */
async function countStarts(script: "start" | "dev", prefetches: boolean): Promise<void> {
  const emulator = await startEmulator({ folder });
  const server = await serve(script, emulator.origin);
  const { origin } = server;
  // In development the first request for a page compiles it, and the browser may then load the page again.
  for (const path of ["/login", "/more", "/account", "/otp-login"])
    await fetch(origin + path, { method: "HEAD" });
  const context = await browser.newContext();
  const complaints = await watchForComplaints(context);
  const page = await context.newPage();

  for (const [path, link] of [
    ["/", "Log in"],
    ["/more", "Log in, prefetched"],
  ] as const) {
    const seen = prefetches && prefetched(page);
    await page.goto(origin + path);
    await page.getByText(link, { exact: true }).hover();
    await seen;
    assert.deepEqual(await cookiesOf(context), [], `The browser gets no cookie of the link on ${path}.`);
  }
  const browserPrefetch = await fetch(`${origin}/login`, { headers: { "sec-purpose": "prefetch" } });
  await browserPrefetch.text();
  assert.deepEqual(browserPrefetch.headers.getSetCookie(), []);
  assert.equal(emulator.codes(), 0, "No login begins with a link that is seen, or with a prefetch.");

  await page.getByText("Log in, prefetched", { exact: true }).click();
  const first = await codeOn(page);
  assert.equal(emulator.codes(), 1, "One login begins when the person follows the link.");

  const visit = await page.goto(`${origin}/login`);
  assert.match((await visit?.text()) ?? "", /<svg/);
  const second = await codeOn(page, first);
  assert.equal(emulator.codes(), 2, "One login begins with a visit.");

  await page.goto(origin);
  await page.getByText("Log in", { exact: true }).click();
  await codeOn(page, first, second);
  assert.equal(emulator.codes(), 3, "One login begins when the person comes back.");

  await acceptOnPhone(page, emulator);
  await page.getByText("Account page", { exact: true }).waitFor();
  assert.equal(emulator.codes(), 3);
  assert.deepEqual(complaints.list, []);
  await context.close();
  await Promise.all([server.stop(), emulator.stop()]);
}

test("begins one login for each visit, and none for a link or a prefetch", () => countStarts("start", true));
test("does so in development too", () => countStarts("dev", false));

test("leaves the page with its password field where an option is empty or the Token Server is down", async () => {
  for (const [tokenServer, status, line] of [
    ["", 500, /error onegini-otp-login: .*"tokenServer\.url" is empty/],
    ["http://127.0.0.1:9", 503, /token_server_trouble/],
  ] as const) {
    const server = await serve("start", tokenServer);
    const page = await fetch(`${server.origin}/login`);
    assert.equal(page.status, 200);
    const text = await page.text();
    assert.match(text, /<input type="password"/);
    assert.match(text, /<onegini-otp-login/);
    const start = await fetch(`${server.origin}/otp-login`, {
      method: "POST",
      headers: { origin: server.origin },
    });
    assert.equal(start.status, status);
    await until(() => line.test(server.output()), "the line in the log");
    await server.stop();
  }
});
