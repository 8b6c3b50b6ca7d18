import { chromeLauncher, puppeteerCore } from "@web/test-runner-chrome";
import type { BrowserLauncher } from "@web/test-runner-core";
import { engineTitles, findFirefox, type EngineName } from "../../../scripts/find-engines.js";
import { chromiumFlags, chromiumPath } from "../browser.js";
import { readCodes } from "../qr.js";
import { until } from "../until.js";
import { startWebKit, type WebKit } from "./webkit.js";

const keys = { Enter: "\ue007", Escape: "\ue00c", Tab: "\ue004" } as const;

/** A browser of one engine, with an empty profile and one page. It has the functions that all three engines support. */
export interface Engine {
  /** The engine with its version, as the browser reports it. */
  title: string;
  open: (url: string) => Promise<void>;
  address: () => Promise<string>;
  /** Runs a function in the page. The function can use only its arguments. */
  run: <T, A extends unknown[]>(script: (...args: A) => T, ...args: A) => Promise<T>;
  /** A picture (PNG) of the visible part of the page. */
  screenshot: () => Promise<Uint8Array>;
  /** Presses a key, as a keyboard does. */
  press: (key: keyof typeof keys) => Promise<void>;
  /** Presses the keys of a text. */
  type: (text: string) => Promise<void>;
  close: () => Promise<void>;
}

const width = 1100;
const height = 900;

/** What a person has chosen in the system's settings. */
export interface Preferences {
  reducedMotion?: boolean;
  /** Not in WebKitGTK, which has no forced colours. */
  forcedColors?: boolean;
  /**
   * The environment of a desktop, on which the browser has a window and tells assistive technology of its pages. Not in WebKitGTK.
   * Default: no window.
   */
  desktop?: NodeJS.ProcessEnv;
}

export const startEngine = (engine: EngineName, preferences: Preferences = {}): Promise<Engine> =>
  engine === "webkit" ? startInWebKit(preferences) : startInPuppeteer(engine, preferences);

async function startInPuppeteer(
  engine: "chromium" | "firefox",
  { reducedMotion = false, forcedColors = false, desktop }: Preferences,
): Promise<Engine> {
  const options = launchOptions(engine);
  const browser = await puppeteerCore.launch({
    ...options,
    args: [
      ...(options.args ?? []),
      ...(reducedMotion ? ["--force-prefers-reduced-motion"] : []),
      ...(desktop && engine === "chromium" ? ["--force-renderer-accessibility"] : []),
    ],
    ...(desktop && { headless: false, env: desktop }),
    extraPrefsFirefox: {
      "ui.prefersReducedMotion": Number(reducedMotion),
      "browser.display.document_color_use": forcedColors ? 2 : 0,
      "accessibility.force_disabled": desktop ? -1 : 0,
    },
    defaultViewport: { width, height },
  });
  // Firefox does not give focus to its first window.
  const page = await browser.newPage();
  await page.bringToFront();
  if (forcedColors && engine === "chromium")
    await (
      await page.createCDPSession()
    ).send("Emulation.setEmulatedMedia", { features: [{ name: "forced-colors", value: "active" }] });
  const version = (await browser.version()).split("/").at(-1);
  return {
    title: `${engineTitles[engine]} ${version}`,
    open: async (url) => void (await page.goto(url)),
    address: () => Promise.resolve(page.url()),
    run: (script, ...args) => page.evaluate(script as never, ...args),
    screenshot: () => page.screenshot(),
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    close: () => browser.close(),
  };
}

async function startInWebKit(preferences: Preferences): Promise<Engine> {
  const { session, version, close } = await startWebKit(preferences);
  await session.resize(width, height);
  return {
    title: `WebKitGTK ${version}`,
    open: session.open,
    address: session.address,
    run: async (script, ...args) =>
      (await session.execute(`return (${String(script)})(...arguments)`, ...args)) as ReturnType<
        typeof script
      >,
    screenshot: session.screenshot,
    press: (key) => session.press(keys[key]),
    async type(text) {
      for (const key of text) await session.press(key);
    },
    close,
  };
}

/** How puppeteer starts Chromium, by its own protocol, and Firefox, by WebDriver BiDi. */
function launchOptions(engine: "chromium" | "firefox"): puppeteerCore.LaunchOptions {
  switch (engine) {
    case "chromium":
      return {
        browser: "chrome",
        executablePath: chromiumPath(),
        args: [...chromiumFlags, "--disable-background-networking"],
      };
    case "firefox":
      return { browser: "firefox", executablePath: firefoxPath() };
    default:
      return engine satisfies never;
  }
}

function firefoxPath(): string {
  const path = findFirefox();
  if (path !== undefined) return path;
  throw new Error("No Firefox was found. Install it, or name it: FIREFOX_PATH=/path/to/it");
}

/** Like `until`, for a condition that is read in a page. While a page is being left it cannot be read. */
export const untilPage = (holds: () => Promise<boolean>, what: string): Promise<void> =>
  until(() => holds().catch(() => false), what);

/** Waits until the page shows exactly one code that can be read from its pixels. */
export async function codeSeenIn(engine: Engine): Promise<string> {
  let codes: string[] = [];
  await untilPage(async () => {
    codes = await readCodes(await engine.screenshot());
    return codes.length === 1;
  }, "one code on the page");
  return String(codes[0]);
}

/** Runs the test runner's pages in an engine. */
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
      // Ends everything that still runs in the page.
      await (await webKit)?.session.open("about:blank");
      return {};
    },
    startDebugSession: () => Promise.reject(new Error("Debug in another engine.")),
    stop: async () => (await webKit)?.close(),
  };
  return launcher;
}
