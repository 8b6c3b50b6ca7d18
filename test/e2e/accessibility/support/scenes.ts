import type { BrowserContextOptions, Page } from "playwright-core";
import { reachPhase } from "../../../support/login-page.js";
import { until } from "../../../support/until.js";
import { code, loginSiteInBrowser, refusal, type Answer, type LoginSite } from "./login-site.js";

/** A situation on the login page. */
export interface Scene {
  /** The device. Default: a computer with a mouse. */
  device?: Device;
  /** The element's attributes. */
  attributes?: string;
  /** Brings a page that has just been opened into the scene. Its clock stands still. */
  reach: (stage: Stage) => Promise<void>;
}

type Device = "computer" | "low window" | "tablet" | "phone" | "phone sideways";

const devices: Record<Device, BrowserContextOptions> = {
  computer: { viewport: { width: 800, height: 900 } },
  "low window": { viewport: { width: 844, height: 420 } },
  tablet: { viewport: { width: 800, height: 1000 }, isMobile: true, hasTouch: true },
  phone: { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true },
  "phone sideways": { viewport: { width: 812, height: 375 }, isMobile: true, hasTouch: true },
};

const link = `app-link="example:login?otp={otp}"`;
const reach = (phase: string) => (stage: Stage) => reachPhase(stage.page, phase);
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).click();

/** Waits for the code and for the stream. The phone's answer then arrives without a change of the page's time. */
export async function watched({ page, site }: Pick<Stage, "page" | "site">): Promise<void> {
  await reachPhase(page, "pending");
  await until(() => site.watching() > 0, "the stream");
}

async function enlarged(stage: Stage): Promise<void> {
  await watched(stage);
  await press(stage.page, "Enlarge QR code");
  await stage.page.getByRole("dialog").waitFor();
}

const told = (status: "approved" | "denied", phase: string) => async (stage: Stage) => {
  await watched(stage);
  stage.site.say(status);
  await reachPhase(stage.page, phase);
};

async function offline(stage: Stage): Promise<void> {
  await watched(stage);
  await stage.page.context().setOffline(true);
  await stage.reads("You’re offline. We’ll keep trying.");
}

async function scanned(stage: Stage): Promise<void> {
  await watched(stage);
  stage.site.say("pending", { scanned: true });
  await stage.reads("Check your phone");
}

async function expired(stage: Stage): Promise<void> {
  await watched(stage);
  await stage.pass(61);
  await reachPhase(stage.page, "expired");
}

const refused = (error: string, status: number, headers?: Record<string, string>) => async (stage: Stage) => {
  stage.site.answers.start = refusal(error, status, headers);
  await press(stage.page, "Show QR code");
  await reachPhase(stage.page, "failed");
};

const notLoggedIn = (error: string, status: number) => async (stage: Stage) => {
  stage.site.answers.login = refusal(error, status);
  await told("approved", "failed")(stage);
};

/** Asks for the number on the phone; after a wrong one too. */
const asked = (isWrong: boolean) => async (stage: Stage) => {
  const question = (error: string, tries_left: number): Answer => ({
    status: 403,
    body: { error, error_description: "…", digits: 4, tries_left, expires_in: 300 },
  });
  stage.site.answers.login = question("pairing_required", 3);
  await told("approved", "number")(stage);
  if (!isWrong) return;
  stage.site.answers.login = question("wrong_number", 2);
  await stage.page.locator("onegini-otp-login input").fill("4731");
  await stage.page.keyboard.press("Enter");
  await stage.page.locator("onegini-otp-login [part~=error]").waitFor();
};

/** Every phase, every kind of it, and every layout, by name. */
export const scenes = {
  idle: { attributes: "manual", reach: reach("idle") },
  requesting: {
    attributes: "manual",
    async reach(stage) {
      stage.site.answers.start = "never";
      await press(stage.page, "Show QR code");
      await reachPhase(stage.page, "requesting");
    },
  },
  pending: { reach: watched },
  "pending, a code of an hour": {
    attributes: "manual",
    async reach(stage) {
      stage.site.answers.start = code(3_600);
      await press(stage.page, "Show QR code");
      await watched(stage);
      // The minutes come after the code.
      await stage.pass(0.5);
    },
  },
  "pending, last code": { attributes: `renewals="0"`, reach: watched },
  "pending, new code late": {
    async reach(stage) {
      stage.site.answers.renew = "never";
      await watched(stage);
      await stage.pass(46);
      await stage.reads("Getting a code…");
    },
  },
  "pending, reconnecting": {
    async reach(stage) {
      await watched(stage);
      stage.site.answers.status = "reset";
      stage.site.cut();
      await stage.passUntil("Reconnecting…");
    },
  },
  "pending, offline": {
    async reach(stage) {
      await offline(stage);
      await stage.pass(4);
    },
  },
  "pending, offline, code over": {
    async reach(stage) {
      await offline(stage);
      await stage.pass(61);
      await stage.page.locator("onegini-otp-login .marks").waitFor();
    },
  },
  "pending, scanned": { reach: scanned },
  "pending, enlarged": { reach: enlarged },
  "pending, enlarged in a low window": { device: "low window", reach: enlarged },
  approved: {
    async reach(stage) {
      stage.site.answers.login = "never";
      await told("approved", "approved")(stage);
    },
  },
  "approved, number": { reach: asked(false) },
  "approved, wrong number": { reach: asked(true) },
  completed: { reach: told("approved", "completed") },
  "completed, leaving": { attributes: `redirect="/nothing"`, reach: told("approved", "completed") },
  denied: { reach: told("denied", "denied") },
  expired: { attributes: `renewals="0"`, reach: expired },
  "failed, service not answering": {
    attributes: "manual",
    reach: refused("temporarily_unavailable", 503),
  },
  "failed, no network": {
    attributes: "manual",
    async reach({ page }) {
      await page.context().setOffline(true);
      await press(page, "Show QR code");
      await reachPhase(page, "failed");
    },
  },
  "failed, too many tries": { attributes: "manual", reach: refused("too_many_requests", 429) },
  "failed, must wait": {
    attributes: "manual",
    reach: refused("too_many_requests", 429, { "Retry-After": "24" }),
  },
  "failed, cookies blocked": {
    async reach({ page, site }) {
      site.answers.status = refusal("unknown_attempt", 404);
      site.cut();
      await page.reload();
      await reachPhase(page, "failed");
    },
  },
  "failed, not available here": { attributes: "manual", reach: refused("forbidden_origin", 403) },
  "failed, paused": {
    attributes: "manual",
    reach: refused("login_paused", 503, { "Retry-After": "35" }),
  },
  "failed, login failed": { reach: notLoggedIn("invalid_request", 400) },
  "failed, login refused": { reach: notLoggedIn("account_blocked", 403) },
  "failed, login over": { reach: notLoggedIn("attempt_settled", 409) },

  "tablet, idle": { device: "tablet", attributes: `manual ${link}`, reach: reach("idle") },
  "tablet, pending": { device: "tablet", attributes: link, reach: watched },
  "tablet, denied": { device: "tablet", attributes: link, reach: told("denied", "denied") },

  "phone, idle": { device: "phone", attributes: `manual ${link}`, reach: reach("idle") },
  "phone, requesting": {
    device: "phone",
    attributes: `manual ${link}`,
    async reach(stage) {
      stage.site.answers.start = "never";
      await press(stage.page, "Show QR code");
      await reachPhase(stage.page, "requesting");
    },
  },
  "phone, pending": { device: "phone", attributes: link, reach: watched },
  "phone sideways, pending": { device: "phone sideways", attributes: link, reach: watched },
  "phone, pending, other phone": {
    device: "phone",
    attributes: link,
    async reach(stage) {
      await watched(stage);
      await press(stage.page, "Use another phone");
    },
  },
  "phone, pending, offline": { device: "phone", attributes: link, reach: offline },
  "phone, pending, scanned": { device: "phone", attributes: link, reach: scanned },
  "phone, approved": {
    device: "phone",
    attributes: link,
    async reach(stage) {
      stage.site.answers.login = "never";
      await told("approved", "approved")(stage);
    },
  },
  "phone, approved, number": { device: "phone", attributes: link, reach: asked(false) },
  "phone, approved, wrong number": { device: "phone", attributes: link, reach: asked(true) },
  "phone, expired": { device: "phone", attributes: `renewals="0" ${link}`, reach: expired },
  "phone, failed, must wait": {
    device: "phone",
    attributes: `manual ${link}`,
    reach: refused("too_many_requests", 429, { "Retry-After": "24" }),
  },
  "phone without app link, pending": { device: "phone", reach: watched },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof scenes;

export const sceneNames = Object.keys(scenes) as SceneName[];

/** A page with one element on it, whose clock stands still until the test lets time pass. */
export interface Stage {
  page: Page;
  site: LoginSite;
  /** Advances the page's clock, and runs the timers that are due in order. */
  pass: (seconds: number) => Promise<void>;
  /** Waits until the element shows a text. */
  reads: (words: string) => Promise<void>;
  /** Advances the page's clock until the element shows a text. */
  passUntil: (words: string) => Promise<void>;
}

const noon = Date.UTC(2027, 0, 15, 12);

/**
 * Opens a page and brings it into a scene. Motion is reduced unless the options say otherwise: text that is fading in
 * does not have its full contrast yet.
 */
export type Open = (name: SceneName, options?: BrowserContextOptions) => Promise<Stage>;

/** Opens pages for the suite that calls it: see `loginSiteInBrowser`. */
export function stages(): { open: Open; site: () => LoginSite } {
  const { browser, site } = loginSiteInBrowser();
  return {
    site,
    async open(name, options = {}) {
      const scene: Scene = scenes[name];
      const context = await browser().newContext({
        reducedMotion: "reduce",
        ...devices[scene.device ?? "computer"],
        ...options,
      });
      const page = await context.newPage();
      await page.clock.install({ time: noon });
      await page.clock.pauseAt(noon + 1_000);
      await page.goto(`${site().origin}/?element=${encodeURIComponent(scene.attributes ?? "")}`);
      const stage = stageOf(page, site());
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
    // On a busy machine, a late answer sets a timer of 0 ms, which a clock that stands still never fires.
    reads: (words) =>
      until(async () => {
        if (await said(words).isVisible()) return true;
        await page.clock.runFor(1);
        return false;
      }, words),
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
