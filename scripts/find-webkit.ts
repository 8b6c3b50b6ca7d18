import { readdirSync } from "node:fs";
import { join } from "node:path";
import { firstOf, inPath } from "./find-browser.js";

/** What it takes to run WebKit by WebDriver on a machine without a screen. */
export interface WebKitPrograms {
  /** WebKitGTK's WebDriver, a server of HTTP. */
  driver: string;
  /** The little browser that comes with WebKitGTK. */
  browser: string;
  /** The screen that is none. */
  screen: string;
}

/** Where WebKitGTK with its WebDriver, and Xvfb, are; undefined if one of them is missing. `MINIBROWSER_PATH` goes first. */
export function findWebKit(): WebKitPrograms | undefined {
  const driver = firstOf(inPath("WebKitWebDriver"));
  const browser = firstOf([process.env["MINIBROWSER_PATH"], ...miniBrowsers()]);
  const screen = firstOf(inPath("Xvfb"));
  return driver && browser && screen ? { driver, browser, screen } : undefined;
}

/** Distributions keep it beside the library: Debian under /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1, others under libexec. */
function miniBrowsers(): string[] {
  const folders = ["/usr/lib", "/usr/libexec", "/usr/lib64"];
  const deeper = foldersIn("/usr/lib", /-linux-gnu/);
  return [...folders, ...deeper]
    .flatMap((folder) => foldersIn(folder, /^webkit2?gtk-/))
    .map((folder) => join(folder, "MiniBrowser"));
}

function foldersIn(folder: string, name: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => join(folder, entry));
  } catch {
    return [];
  }
}
