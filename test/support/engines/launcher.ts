import { chromeLauncher } from "@web/test-runner-chrome";
import type { BrowserLauncher } from "@web/test-runner-core";
import { engineTitles, type EngineName } from "../../../scripts/find-engines.js";
import { launchOptions } from "./engine.js";
import { startWebKit, type WebKit } from "./webkit.js";

/** What runs the test runner's pages in an engine. */
export function launcherOf(engine: EngineName): BrowserLauncher {
  if (engine === "webkit") return webKitLauncher();
  const launcher = chromeLauncher({ launchOptions: launchOptions(engine) });
  launcher.name = engineTitles[engine];
  return launcher;
}

/** Runs the test runner's pages in WebKit, one after the other in one window. */
function webKitLauncher(): BrowserLauncher {
  let webKit: Promise<WebKit> | undefined;
  let active: string | undefined;
  const launcher: BrowserLauncher = {
    name: "WebKitGTK",
    type: "webdriver",
    concurrency: 1,
    async initialize() {
      webKit = startWebKit();
      const { session, version } = await webKit;
      launcher.name = `WebKitGTK ${version}`;
      await session.resize(800, 640);
    },
    async startSession(id, url) {
      active = id;
      await (await webKit)?.session.open(url);
    },
    isActive: (id) => active === id,
    getBrowserUrl: async () => (await webKit)?.session.address(),
    async stopSession() {
      active = undefined;
      // Whatever still runs in the page ends.
      await (await webKit)?.session.open("about:blank");
      return {};
    },
    startDebugSession: () => Promise.reject(new Error("Debug in another engine.")),
    stop: async () => (await webKit)?.close(),
  };
  return launcher;
}
