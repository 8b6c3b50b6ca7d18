import { chromeLauncher } from "@web/test-runner-chrome";
import type { BrowserLauncher } from "@web/test-runner-core";
import { engineTitles, type EngineName } from "../../../scripts/find-engines.js";
import { launchOptions } from "./launch.js";
import { webKitLauncher } from "./webkit-launcher.js";

/** What runs the test runner's pages in an engine. */
export function launcherOf(engine: EngineName): BrowserLauncher {
  if (engine === "webkit") return webKitLauncher();
  const launcher = chromeLauncher({ launchOptions: launchOptions(engine) });
  launcher.name = engineTitles[engine];
  return launcher;
}
