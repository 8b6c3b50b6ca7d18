import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { loginSiteInBrowser } from "../accessibility/support/login-site.js";
import { reachPhase } from "../../support/login-page.js";
import { readPng } from "../../support/png.js";
import { until } from "../../support/until.js";

const frameMs = 1000 / 60;
/** From the acceptance to the answer of the site's `signIn`, on a fast site. */
const signInMs = 31;
const fillMs = 160;
const filmMs = 230;

/** What one frame of the film shows. */
interface Frame {
  /** Milliseconds since the acceptance. */
  at: number;
  /** The colours of the square, and of the disc beside its tick. */
  surface: readonly number[];
  disc: readonly number[];
  /** How much the tick's pixel that differs most differs from the disc. */
  tick: number;
  /** How much the message's darkest pixel differs from the card. */
  ink: number;
}

/** The part of the page that is filmed, and what is looked at in it, in CSS pixels of the page. */
interface Scene {
  clip: { x: number; y: number; width: number; height: number };
  discX: number;
  discY: number;
  icon: { left: number; right: number; top: number; bottom: number };
  message: { top: number; bottom: number };
}

/**
 * The browser's own frames come when the machine has time. Here the test is the clock: the page's animations stand still, and
 * each is set to its time in the frame that is photographed.
 */
const setAnimations = (page: Page, at: number): Promise<void> =>
  page.evaluate((now) => {
    const global = globalThis as { begun?: Map<Animation, number> };
    const begun = (global.begun ??= new Map());
    for (const animation of document.querySelector("onegini-otp-login")!.shadowRoot!.getAnimations()) {
      if (!begun.has(animation)) begun.set(animation, now);
      animation.currentTime = now - begun.get(animation)!;
    }
  }, at);

const sceneOf = (page: Page): Promise<Scene> =>
  page.evaluate(() => {
    const stage = document.querySelector("onegini-otp-login")!.shadowRoot!.querySelector(".stage")!;
    const { x, width } = stage.getBoundingClientRect();
    const disc = stage.querySelector(".disc")!.getBoundingClientRect();
    const icon = stage.querySelector(".icon")!.getBoundingClientRect();
    const { top, bottom } = stage.querySelector(".message")!.getBoundingClientRect();
    const y = Math.floor(disc.top) - 12;
    const discY = disc.top + disc.height / 2;
    return {
      clip: { x, y, width, height: Math.ceil(bottom - y) },
      discX: disc.left + 9,
      discY,
      icon: { left: icon.left, right: icon.right, top: icon.top, bottom: icon.bottom },
      message: { top, bottom },
    };
  });

async function lookAt(
  picture: Buffer,
  { clip, discX, discY, icon, message }: Scene,
  at: number,
): Promise<Frame> {
  const { width, height, data } = await readPng(picture);
  const scale = width / clip.width;
  const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
  const surface = pixel(1, 1);
  let ink = 0;
  const bottom = Math.min(height, (message.bottom - clip.y) * scale);
  for (let y = Math.round((message.top - clip.y) * scale); y < bottom; y++)
    for (let x = 0; x < width; x++) ink = Math.max(ink, difference(pixel(x, y), surface));
  const [x, y] = [(discX - clip.x) * scale, (discY - clip.y) * scale].map(Math.round);
  const disc = pixel(x!, y!);
  let tick = 0;
  for (let y = Math.round((icon.top - clip.y) * scale); y < (icon.bottom - clip.y) * scale; y++)
    for (let x = Math.round((icon.left - clip.x) * scale); x < (icon.right - clip.x) * scale; x++)
      tick = Math.max(tick, difference(pixel(x, y), disc));
  return { at, surface, disc, tick, ink };
}

const difference = (one: readonly number[], other: readonly number[]): number =>
  Math.max(...one.map((value, i) => Math.abs(value - other[i]!)));

describe("The film of a login", () => {
  const { browser, site } = loginSiteInBrowser();

  /** A page with a code, and the two moments of a login: each resolves when the element is in the phase. */
  async function openLogin(options: BrowserContextOptions = {}) {
    const context = await browser().newContext({
      viewport: { width: 420, height: 760 },
      colorScheme: "light",
      ...options,
    });
    const page = await context.newPage();
    let answer: () => void = () => undefined;
    const signedIn = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/login", async (route) => {
      await signedIn;
      await route.continue();
    });
    await page.goto(`${site().origin}/?element=${encodeURIComponent(`redirect="/nothing"`)}`);
    await reachPhase(page, "pending");
    await until(() => site().watching() > 0, "the stream");
    return {
      page,
      approve: async () => {
        site().say("approved");
        await reachPhase(page, "approved");
      },
      complete: async () => {
        answer();
        await reachPhase(page, "completed");
      },
      close: () => context.close(),
    };
  }

  /** Films a login at 60 frames a second. @param firstMs when the first frame after the acceptance comes */
  async function film(firstMs: number, options?: BrowserContextOptions): Promise<Frame[]> {
    const { page, approve, complete, close } = await openLogin(options);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Animation.enable");
    await cdp.send("Animation.setPlaybackRate", { playbackRate: 0 });
    await approve();
    let isCompleted = false;
    const pictures: { at: number; picture: Buffer }[] = [];
    const { clip } = await sceneOf(page);
    for (let at = firstMs; at < filmMs; at += frameMs) {
      if (at >= signInMs && !isCompleted) {
        await complete();
        isCompleted = true;
      }
      await setAnimations(page, at);
      const { data } = await cdp.send("Page.captureScreenshot", {
        clip: { ...clip, scale: 1 },
        optimizeForSpeed: true,
      });
      pictures.push({ at, picture: Buffer.from(data, "base64") });
    }
    const scene = await sceneOf(page);
    await close();
    return Promise.all(pictures.map(({ at, picture }) => lookAt(picture, scene, at)));
  }

  for (let count = 0; count < 10; count++) {
    const firstMs = (count * frameMs) / 10;
    it(`is one picture, whose first frame comes ${firstMs.toFixed(1)} ms after the acceptance`, async () => {
      const frames = await film(firstMs);
      const told = frames.map(({ at, disc, ink }) => `${at.toFixed(1)} ms: disc ${disc.join()}, ink ${ink}`);
      frames.forEach((frame, i) => {
        assert.ok(difference(frame.disc, frame.surface) > 0, `a frame without a disc: ${told[i]}`);
        assert.ok(frame.tick > 80, `a frame without a tick, which differs by ${frame.tick}: ${told[i]}`);
        const before = frames[i - 1];
        if (!before) return;
        // From the card's white to the accent, which has less red.
        assert.ok(frame.disc[0]! <= before.disc[0]!, `the disc fades again: ${told.join("; ")}`);
        // Two texts do not have exactly the same darkest pixel.
        assert.ok(frame.ink >= before.ink - 8, `the words fade again: ${told.join("; ")}`);
      });
      const accent = [0x1f, 0x4f, 0xd1];
      for (const { at, disc } of frames)
        if (at >= signInMs + fillMs + frameMs) assert.deepEqual(disc, accent, `${at} ms`);
      assert.notDeepEqual(frames.find(({ at }) => at > signInMs + frameMs)?.disc, accent);
    });
  }

  it("has no motion in it for a person who prefers none", async () => {
    const frames = await film(0, { reducedMotion: "reduce" });
    assert.equal(new Set(frames.map(({ disc }) => disc.join())).size, 2);
  });

  it("does not keep the redirect waiting", async () => {
    const { page, approve, complete } = await openLogin();
    await approve();
    const order = await page.evaluateHandle(() => {
      const log: string[] = [];
      const element = document.querySelector("onegini-otp-login")!;
      element.addEventListener("statechange", () => {
        log.push("completed");
        queueMicrotask(() => log.push("anything else"));
      });
      (globalThis as unknown as { navigation: EventTarget }).navigation.addEventListener("navigate", () =>
        log.push("leaves"),
      );
      return log;
    });
    await complete();
    assert.deepEqual(await order.jsonValue(), ["completed", "leaves", "anything else"]);
  });
});
