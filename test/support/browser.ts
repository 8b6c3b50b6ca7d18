import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type LaunchOptions, type Page } from "playwright-core";
import { findChromium } from "../../scripts/find-engines.js";

/** The path of an installed Chrome, Chromium or Edge. */
export function chromiumPath(): string {
  const path = findChromium();
  if (path !== undefined) return path;
  throw new Error("No Chrome, Chromium or Edge was found. Install one, or name it: CHROME_PATH=/path/to/it");
}

/**
 * The lists under Chromium's address bar, which no test sees. They are two pages, which Chromium loads for each new window, and
 * more than half of what a window costs.
 */
const unseen = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];
/** What Playwright 1.65 turns off itself. Chromium heeds only the last `--disable-features`, so they are repeated. */
const offInPlaywright = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];
const withoutFeatures = (names: readonly string[]): string => `--disable-features=${names.join(",")}`;

const everywhere = [
  // Chromium refuses to run its sandbox as root.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
];

/** Flags with which a Chromium that Playwright does not start sends no requests of its own. */
export const chromiumFlags: readonly string[] = [
  ...everywhere,
  withoutFeatures(unseen),
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a headless browser. */
export const launchBrowser = (args: readonly string[] = [], options: LaunchOptions = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: [...everywhere, withoutFeatures([...unseen, ...offInPlaywright]), ...args],
    ...options,
  });

/** A browser in which a tab is hidden when another is in front, as in people's browsers. */
export interface BrowserWithTabs {
  context: BrowserContext;
  close: () => Promise<void>;
}

/**
 * By default Playwright makes every page believe that it is in front, and turns the back-forward cache off. Such a page goes on
 * when DevTools freeze it. Playwright does neither in a browser that it did not start, if it is told to set no defaults: there
 * `page.bringToFront()` hides the tab that was in front.
 */
export async function launchBrowserWithTabs(): Promise<BrowserWithTabs> {
  const { child, end } = await spawnChromium("about:blank", "--disable-background-networking");
  const address = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const found = /DevTools listening on (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`The browser ended before it was ready:\n${output}`)));
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (!context) throw new Error("The browser has no context.");
  return {
    context,
    async close() {
      await browser.close();
      await end();
    },
  };
}

/**
 * Closes a context and its pages. Chromium does not close a page that is about to navigate by itself, such as one that was told
 * of a login in another tab, and `context.close()` alone would wait for it for good. So each page goes to an empty one first.
 */
export async function closeContext(context: BrowserContext): Promise<void> {
  await Promise.all(context.pages().map(toEmptyPage));
  await context.close();
}

async function toEmptyPage(page: Page): Promise<void> {
  for (;;) {
    const left = await page.goto("about:blank").then(
      () => true,
      () => page.isClosed(),
    );
    // Otherwise the page's own navigation came in between.
    if (left) return;
  }
}

/**
 * Opens an address in a browser without developer tools, because these disable prerendering. Returns a function that
 * ends the browser.
 */
export async function launchBare(url: string): Promise<() => Promise<void>> {
  const { child, end } = await spawnChromium(url);
  child.stderr?.resume();
  return end;
}

async function spawnChromium(
  url: string,
  ...flags: string[]
): Promise<{ child: ChildProcess; end: () => Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "onegini-otp-login-browser-"));
  const child = spawn(
    chromiumPath(),
    [
      "--headless",
      ...chromiumFlags,
      ...flags,
      "--window-size=1280,900",
      // Without it a headless browser exits at once.
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      url,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  // Also ends if the test run is aborted.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit").then(() => process.off("exit", kill));
  return {
    child,
    async end() {
      child.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Presses the back button. In a later task than the script's own, because a page of the back-forward cache may be there
 * before the script's answer.
 */
export const pressBack = (page: Page): Promise<void> =>
  page.evaluate(() => void setTimeout(() => history.back(), 50));
