import { spawnSync } from "node:child_process";
import { engineTitles, type EngineName } from "./engines.js";
import { findBrowser, findFirefox } from "./find-browser.js";
import { findWebKit } from "./find-webkit.js";

interface Needed {
  isThere: () => boolean;
  /** Debian's packages. */
  packages: string[];
  /** What to do by hand where there is no apt-get. */
  advice: string;
}

const needed: Record<EngineName, Needed> = {
  chromium: {
    isThere: () => findBrowser() !== undefined,
    packages: ["chromium"],
    advice: "install Chrome, Chromium or Edge, or set CHROME_PATH to where it is",
  },
  firefox: {
    isThere: () => findFirefox() !== undefined,
    packages: ["firefox-esr"],
    advice: "install Firefox, or set FIREFOX_PATH to where it is",
  },
  webkit: {
    isThere: () => findWebKit() !== undefined,
    packages: ["webkit2gtk-driver", "xvfb"],
    advice:
      "install WebKitGTK's WebDriver and MiniBrowser, and Xvfb (there are none for macOS or Windows); " +
      "set MINIBROWSER_PATH if it lies in no usual place",
  },
};

/**
 * Sees to it that the engines are installed. What is missing it installs from Debian when root, else it downloads
 * Playwright's Chromium; for the others there is no download. No step asks a question.
 * @throws Error that says how to install by hand what is missing, and how to run the tests without it
 */
export async function ensureEngines(engines: readonly EngineName[]): Promise<void> {
  const missing = () => engines.filter((engine) => !needed[engine].isThere());
  if (missing().length > 0) installDebian(missing());
  if (missing().includes("chromium")) await installPlaywright();
  const left = missing();
  if (left.length === 0) return;
  const packages = left.flatMap((engine) => needed[engine].packages);
  const rest = engines.filter((engine) => !left.includes(engine));
  throw new Error(
    [
      `The tests need ${left.map((engine) => engineTitles[engine]).join(" and ")}, and could not install it.`,
      `On Debian: apt-get install ${packages.join(" ")}`,
      ...left.map((engine) => `${engineTitles[engine]}: ${needed[engine].advice}.`),
      ...(rest.length > 0 ? [`Or run them without: ENGINES=${rest.join()} npm test`] : []),
    ].join("\n"),
  );
}

const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).status === 0;

function installDebian(engines: readonly EngineName[]): void {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return;
  const packages = engines.flatMap((engine) => needed[engine].packages);
  console.log(`Not here: ${packages.join(", ")}. Installing Debian's.`);
  run("apt-get", "update", "-q");
  run("apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages);
}

async function installPlaywright(): Promise<void> {
  console.log("No Chrome, Chromium or Edge here: downloading Playwright's Chromium.");
  const { chromium } = await import("playwright-core");
  if (run("npx", "--yes", "playwright-core", "install", "chromium"))
    process.env["CHROME_PATH"] = chromium.executablePath();
}
