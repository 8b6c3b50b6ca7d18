import type { puppeteerCore } from "@web/test-runner-chrome";
import { findChromium, findFirefox } from "../../../scripts/find-engines.js";
import { chromiumFlags } from "../chromium-flags.js";

/** How puppeteer starts the engines that it knows: Chromium by its own protocol, Firefox by WebDriver BiDi. */
export function launchOptions(engine: "chromium" | "firefox"): puppeteerCore.LaunchOptions {
  switch (engine) {
    case "chromium":
      return {
        browser: "chrome",
        executablePath: found(findChromium(), "Chrome, Chromium or Edge", "CHROME_PATH"),
        args: [...chromiumFlags, "--disable-background-networking"],
      };
    case "firefox":
      return { browser: "firefox", executablePath: found(findFirefox(), "Firefox", "FIREFOX_PATH") };
    default:
      return engine satisfies never;
  }
}

function found(path: string | undefined, what: string, variable: string): string {
  if (path !== undefined) return path;
  throw new Error(`No ${what} was found. Install it, or name it: ${variable}=/path/to/it`);
}
