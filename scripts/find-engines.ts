import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The browser engines that the element supports. */
const engineNames = ["chromium", "firefox", "webkit"] as const;
export type EngineName = (typeof engineNames)[number];

export const engineTitles: Record<EngineName, string> = {
  chromium: "Chromium",
  firefox: "Firefox",
  webkit: "WebKit",
};

/**
 * The engines that a run uses: those that `ENGINES` lists, such as `ENGINES=chromium,firefox`, or all.
 * @throws Error if `ENGINES` is empty or has an unknown name
 */
export function wantedEngines(named = process.env["ENGINES"]): EngineName[] {
  if (named === undefined) return [...engineNames];
  const wanted = named.split(",").map((name) => name.trim());
  const unknown = wanted.filter((name) => !engineNames.some((each) => each === name));
  if (unknown.length > 0)
    throw new Error(
      `ENGINES has the unknown name "${unknown.join()}". Use ${engineNames.join(", ")}, separated by commas.`,
    );
  return engineNames.filter((name) => wanted.includes(name));
}

/** The path of an installed Chromium browser, or undefined. `CHROME_PATH` has precedence. */
export const findChromium = (): string | undefined =>
  firstExisting([
    process.env["CHROME_PATH"],
    ...inPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    ...inPath("microsoft-edge", "microsoft-edge-stable", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ...inProgramFiles("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"),
  ]);

/** The path of an installed Firefox, or undefined. `FIREFOX_PATH` has precedence. */
export const findFirefox = (): string | undefined =>
  firstExisting([
    process.env["FIREFOX_PATH"],
    ...inPath("firefox-esr", "firefox"),
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    ...inProgramFiles("Mozilla Firefox/firefox.exe"),
  ]);

/** The programs that run WebKit by WebDriver on a machine without a screen. */
interface WebKitPrograms {
  /** WebKitGTK's WebDriver, an HTTP server. */
  driver: string;
  /** The small browser that comes with WebKitGTK. */
  browser: string;
  /** Xvfb, a virtual screen. */
  screen: string;
}

/** Undefined if one of the programs is missing. `MINIBROWSER_PATH` has precedence. */
export function findWebKit(): WebKitPrograms | undefined {
  const driver = firstExisting(inPath("WebKitWebDriver"));
  const browser = firstExisting([process.env["MINIBROWSER_PATH"], ...miniBrowsers()]);
  const screen = firstExisting(inPath("Xvfb"));
  return driver && browser && screen ? { driver, browser, screen } : undefined;
}

/** Distributions install it with the library: Debian in /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1, others in libexec. */
function miniBrowsers(): string[] {
  const folders = ["/usr/lib", "/usr/libexec", "/usr/lib64", ...foldersIn("/usr/lib", /-linux-gnu/)];
  return folders
    .flatMap((folder) => foldersIn(folder, /^webkit2?gtk-/))
    .map((folder) => join(folder, "MiniBrowser"));
}

function foldersIn(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => name.test(entry))
    .map((entry) => join(folder, entry));
}

const firstExisting = (paths: readonly (string | undefined)[]): string | undefined =>
  paths.find((path) => path !== undefined && existsSync(path));

/** Daemons are often outside of a user's PATH. */
const inPath = (...programs: string[]): string[] =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].flatMap((folder) =>
    programs.map((program) => join(folder, program)),
  );

const inProgramFiles = (...programs: string[]): string[] =>
  [process.env["PROGRAMFILES"], process.env["PROGRAMFILES(X86)"], process.env["LOCALAPPDATA"]]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => programs.map((program) => join(folder, program)));

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean => firstExisting(inPath(program)) !== undefined;
