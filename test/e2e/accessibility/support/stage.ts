import { after, afterEach, before } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../../../support/browser.js";
import { startLoginSite, type LoginSite } from "./login-site.js";
import { devices, scenes, type Scene, type SceneName } from "./scenes.js";

/** A page with one element on it, whose clock stands still until the test lets time pass. */
export interface Stage {
  page: Page;
  site: LoginSite;
  /** Lets so many seconds pass; what is due in between happens in order. */
  pass: (seconds: number) => Promise<void>;
  /** Waits until the element can be read to say something. */
  reads: (words: string) => Promise<void>;
  /** Lets time pass until it can. */
  passUntil: (words: string) => Promise<void>;
}

const noon = Date.UTC(2027, 0, 15, 12);

/** Opens a page and leads it to a scene. Without motion, unless the options say otherwise: a message that is just coming in has not its contrast yet. */
export type Open = (name: SceneName, options?: BrowserContextOptions) => Promise<Stage>;

/** One browser and one site for the suite that calls it; what it opens lives as long as a test. */
export function stages(): { open: Open; site: () => LoginSite } {
  let browser: Browser;
  let site: LoginSite;
  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startLoginSite()]);
  });
  after(() => Promise.all([browser.close(), site.close()]));
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    site.reset();
  });
  return {
    site: () => site,
    async open(name, options = {}) {
      const scene: Scene = scenes[name];
      const context = await browser.newContext({
        reducedMotion: "reduce",
        ...devices[scene.device ?? "computer"],
        ...options,
      });
      const page = await context.newPage();
      await page.clock.install({ time: noon });
      await page.clock.pauseAt(noon + 1_000);
      await page.goto(`${site.origin}/?element=${encodeURIComponent(scene.attributes ?? "")}`);
      const stage = stageOf(page, site);
      await scene.reach(stage);
      return stage;
    },
  };
}

function stageOf(page: Page, site: LoginSite): Stage {
  const said = (words: string) =>
    page.locator("onegini-otp-login").getByText(words).filter({ visible: true }).first();
  return {
    page,
    site,
    pass: (seconds) => page.clock.runFor(seconds * 1_000),
    reads: (words) => said(words).waitFor({ timeout: 15_000 }),
    async passUntil(words) {
      for (const end = Date.now() + 15_000; !(await said(words).isVisible());) {
        if (Date.now() > end) throw new Error(`It never said: ${words}`);
        await page.clock.runFor(250);
      }
    },
  };
}

/** How a device may show a page, by name. */
export const looks = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  "forced colours, light": { colorScheme: "light", forcedColors: "active" },
  "forced colours, dark": { colorScheme: "dark", forcedColors: "active" },
} as const;
