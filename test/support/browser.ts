import { chromium, type Browser, type LaunchOptions } from "playwright-core";
import { findChromium } from "../../scripts/find-engines.js";

/** Starts an installed Chrome, Chromium or Edge, without a window. */
export function launchBrowser(args: readonly string[] = [], options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(
      "No Chrome, Chromium or Edge was found. Install one, or name it: CHROME_PATH=/path/to/it",
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      // Chromium refuses to run its sandbox as root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      ...args,
    ],
    ...options,
  });
}
