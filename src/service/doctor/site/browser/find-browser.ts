import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { Launcher } from "chrome-launcher";
import type { Environment } from "../../../settings/given-values.js";

/** Where an installed browser is: a path, or why there is none. */
export type FoundBrowser = { path: string } | { missing: string };

/**
 * Finds Chrome, Chromium or Edge: `given` (`--browser`), else `CHROME_PATH`, else what is installed. Edge, and Chromium on macOS,
 * which `chrome-launcher` does not look for, have one place each.
 */
export function findBrowser(
  given: string | undefined,
  environment: Environment,
  platform: string = process.platform,
  installed: () => string | undefined = installedChrome,
): FoundBrowser {
  const named = given ?? environment["CHROME_PATH"];
  const at = given === undefined ? "CHROME_PATH" : "--browser";
  if (named !== undefined && named !== "")
    return isProgram(named) ? { path: named } : { missing: `${at} is not a program: ${named}` };
  const path = installed() ?? others(environment, platform).find(isProgram);
  return path === undefined ? { missing: "no Chrome, Chromium or Edge found (set CHROME_PATH)" } : { path };
}

function installedChrome(): string | undefined {
  try {
    return Launcher.getFirstInstallation();
  } catch {
    // None is installed, or the platform is not one of these.
    return undefined;
  }
}

function others(environment: Environment, platform: string): string[] {
  switch (platform) {
    case "darwin":
      return ["Chromium", "Microsoft Edge"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
    case "win32":
      return ["PROGRAMFILES(X86)", "PROGRAMFILES", "LOCALAPPDATA"].flatMap((name) =>
        environment[name] === undefined
          ? []
          : win32.join(environment[name], "Microsoft", "Edge", "Application", "msedge.exe"),
      );
    default:
      return (environment["PATH"] ?? "")
        .split(posix.delimiter)
        .flatMap((folder) =>
          ["microsoft-edge-stable", "microsoft-edge"].map((name) => posix.join(folder, name)),
        );
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
