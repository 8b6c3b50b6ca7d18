import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "microsoft-edge-stable",
  "msedge",
];
const programFiles = [
  process.env["PROGRAMFILES"],
  process.env["PROGRAMFILES(X86)"],
  process.env["LOCALAPPDATA"],
].filter((folder) => folder !== undefined);
const fixedPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ...programFiles.flatMap((folder) => [
    join(folder, "Google/Chrome/Application/chrome.exe"),
    join(folder, "Microsoft/Edge/Application/msedge.exe"),
  ]),
];

/** The path of an installed Chromium browser, or undefined. `CHROME_PATH` goes first. */
export const findBrowser = (): string | undefined =>
  firstOf([process.env["CHROME_PATH"], ...inPath(...names), ...fixedPlaces]);

/** The path of an installed Firefox, or undefined. `FIREFOX_PATH` goes first. */
export const findFirefox = (): string | undefined =>
  firstOf([
    process.env["FIREFOX_PATH"],
    ...inPath("firefox-esr", "firefox"),
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    ...programFiles.map((folder) => join(folder, "Mozilla Firefox/firefox.exe")),
  ]);

/** The first of some paths that is there. */
export const firstOf = (paths: readonly (string | undefined)[]): string | undefined =>
  paths.find((path) => path !== undefined && existsSync(path));

/** Where programs would be in the user's path. */
export const inPath = (...programs: string[]): string[] =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => programs.map((program) => join(folder, program)));
