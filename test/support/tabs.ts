import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { findChromium } from "../../scripts/find-engines.js";
import { chromiumFlags } from "./chromium-flags.js";

/** A browser whose tabs are hidden where another is in front, as people's are. */
export interface BrowserWithTabs {
  context: BrowserContext;
  close: () => Promise<void>;
}

/**
 * Playwright makes every page believe that it is in front, and turns the back-forward cache off. Not so in a browser that
 * was started by itself and is told to have no defaults: there `page.bringToFront()` hides the tab that was in front.
 */
export async function launchBrowserWithTabs(): Promise<BrowserWithTabs> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("No Chrome, Chromium or Edge was found.");
  const profile = await mkdtemp(join(tmpdir(), "browser-with-tabs-"));
  const child = spawn(
    executablePath,
    [
      "--headless",
      ...chromiumFlags,
      "--disable-background-networking",
      "--window-size=1280,900",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  // A test run that breaks off leaves nothing behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit").then(() => process.off("exit", kill));
  const address = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
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
      child.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
