import { spawnSync } from "node:child_process";
import { findBrowser } from "./find-browser.js";

/**
 * The path of an installed Chrome, Chromium or Edge. Where there is none it installs one: Debian's `chromium` when root,
 * else Playwright's own. No step asks a question.
 * @throws Error that says how to install one by hand
 */
export async function ensureBrowser(): Promise<string> {
  const found = findBrowser() ?? installDebian() ?? (await installPlaywright());
  if (found) return found;
  throw new Error(
    "The tests need Chrome, Chromium or Edge, and none could be installed. " +
      "Install one (on Debian: apt-get install chromium), or set CHROME_PATH to where it is.",
  );
}

const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).status === 0;

function installDebian(): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return undefined;
  console.log("No Chrome, Chromium or Edge here: installing Debian's chromium.");
  run("apt-get", "update", "-q");
  return run("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium")
    ? findBrowser()
    : undefined;
}

async function installPlaywright(): Promise<string | undefined> {
  console.log("No Chrome, Chromium or Edge here: downloading Playwright's Chromium.");
  const { chromium } = await import("playwright-core");
  return run("npx", "--yes", "playwright-core", "install", "chromium")
    ? chromium.executablePath()
    : undefined;
}
