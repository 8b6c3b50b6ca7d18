import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { refusal, loginSiteInBrowser } from "../accessibility/support/login-site.js";
import { reachPhase } from "../../support/login-page.js";
import { readPng } from "../../support/png.js";
import { until } from "../../support/until.js";

const { browser, site } = loginSiteInBrowser();

/** The steps of a login, each from one picture to the next. */
const changes = {
  scan: async (page: Page) => {
    site().say("pending", { scanned: true });
    await page.getByText("Check your phone", { exact: true }).waitFor();
  },
  accept: async (page: Page) => {
    site().answers.login = "never";
    site().say("approved");
    await reachPhase(page, "approved");
  },
  decline: async (page: Page) => {
    site().say("denied");
    await reachPhase(page, "denied");
  },
  login: async (page: Page) => {
    site().say("approved");
    await reachPhase(page, "completed");
  },
  refuse: async (page: Page) => {
    site().answers.login = refusal("banned", 403);
    site().say("approved");
    await reachPhase(page, "failed");
  },
} as const;
type Change = keyof typeof changes;

async function openLogin(width = 420): Promise<Page> {
  const context = await browser().newContext({ viewport: { width, height: 760 }, colorScheme: "light" });
  const page = await context.newPage();
  await page.goto(`${site().origin}/`);
  await reachPhase(page, "pending");
  await until(() => site().watching() > 0, "the stream");
  await page.addScriptTag({ content: script });
  return page;
}

/** What must not move, in CSS pixels; and whether something is in the square. */
interface Look {
  /** The centre of the disc, if there is one. */
  disc: { x: number; y: number } | undefined;
  /** Where the disc's box is without its travel: `undefined` without a disc. */
  place: string | undefined;
  boxes: string;
  /** The square; where no retry helps, it reaches down to the end of the steps. */
  square: string;
  isWhole: boolean;
  /** An end without a login: the disc and what follows are one group in the middle. */
  isEnd: boolean;
  isBlank: boolean;
}

/** In the page, as text, because the loader of these tests adds helpers to functions that a page does not have. */
const script = `
  globalThis.look = () => {
    const root = document.querySelector("onegini-otp-login").shadowRoot;
    const box = (selector) => {
      const { x, y, width, height } = root.querySelector(selector).getBoundingClientRect();
      return [x, y, width, height].join();
    };
    const isShown = (each) =>
      each?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ?? false;
    const disc = root.querySelector(".disc");
    const stage = root.querySelector(".stage");
    const { x, y, width, height } = disc?.getBoundingClientRect() ?? {};
    return {
      disc: disc ? { x: x + width / 2, y: y + height / 2 } : undefined,
      place: disc ? [disc.offsetLeft, disc.offsetTop, disc.offsetWidth, disc.offsetHeight].join() : undefined,
      boxes: ["section", ".row", "ol", "li:last-child"].map(box).join(" | "),
      square: box(".stage"),
      isWhole:
        stage.matches(".whole") &&
        Math.abs(stage.getBoundingClientRect().bottom - root.querySelector("ol").getBoundingClientRect().bottom) < 0.5,
      isEnd: stage.matches(".end"),
      isBlank: !isShown(root.querySelector(".stage canvas")) && !isShown(disc),
    };
  };
  globalThis.seen = [];
  globalThis.watch = () => {
    seen.push(look());
    requestAnimationFrame(watch);
  };`;

const look = (page: Page): Promise<Look> => page.evaluate("look()");

function assertStill(looks: readonly Look[], name: string): void {
  assert.equal(new Set(looks.map(({ boxes }) => boxes)).size, 1, `${name}: the card moves`);
  const squares = looks.flatMap(({ square, isWhole }) => (isWhole ? [] : square));
  assert.equal(new Set(squares).size, 1, `${name}: the square moves`);
  const discs = looks.flatMap(({ disc, isEnd }) => (disc && !isEnd ? `${disc.x}, ${disc.y}` : []));
  assert.ok(new Set(discs).size <= 1, `${name}: the disc moves: ${discs.join(" | ")}`);
  // At an end it goes up into the group, or down into the middle of what it has with the steps, and its layout is there at once.
  const ends = looks.filter(({ isEnd }) => isEnd);
  assert.ok(new Set(ends.map(({ place }) => place)).size <= 1, `${name}: the group moves`);
  assert.ok(new Set(ends.map(({ disc }) => disc?.x)).size <= 1, `${name}: the disc goes sideways`);
  const ys = ends.map(({ disc }) => disc!.y);
  const isDown = ys.at(-1)! > ys[0]!;
  assert.deepEqual(
    ys,
    ys.toSorted((one, other) => (isDown ? one - other : other - one)),
    `${name}: it goes back`,
  );
  assert.ok(!looks.some(({ isBlank }) => isBlank), `${name}: a blank square`);
}

describe("The square, from the scan to the end", () => {
  const paths: Change[][] = [
    ["scan", "accept"],
    ["scan", "login"],
    ["scan", "decline"],
    ["scan", "refuse"],
    ["accept"],
    ["decline"],
  ];
  for (const width of [320, 420])
    for (const path of paths)
      it(`keeps its place, and its disc until an end: ${path.join(", ")}, ${width} px`, async () => {
        const page = await openLogin(width);
        const cdp = await page.context().newCDPSession(page);
        await cdp.send("Animation.enable");
        await cdp.send("Animation.setPlaybackRate", { playbackRate: 0 });
        const looks = [await look(page)];
        for (const change of path) {
          await changes[change](page);
          for (const at of [0, 8, 40, 80, 120, 160, 240, 900]) {
            await page.evaluate((time) => {
              const root = document.querySelector("onegini-otp-login")!.shadowRoot!;
              for (const animation of root.getAnimations()) animation.currentTime = time;
            }, at);
            looks.push(await look(page));
          }
        }
        assertStill(looks, path.join());
      });

  it("keeps them in every frame at full speed, and no frame shows an empty square", async () => {
    const page = await openLogin();
    const place = await page.locator("onegini-otp-login .stage").boundingBox();
    assert.ok(place);
    await page.evaluate("watch()");
    const frames = await framesOf(page, async () => {
      await changes.scan(page);
      await changes.login(page);
      // The disc fills for 160 ms.
      await page.waitForFunction(() =>
        document
          .querySelector("onegini-otp-login")!
          .shadowRoot!.getAnimations()
          .every((each) => each.playState !== "running"),
      );
    });
    assertStill(await page.evaluate<Look[]>("seen"), "at full speed");
    assert.ok(frames.length > 2, `${frames.length} frames`);
    for (const [i, frame] of frames.entries())
      assert.ok((await inkIn(frame, place)) > 8, `frame ${i} of ${frames.length} is an empty square`);
  });
});

/** The pictures of a trace: the frames that the browser put on the screen. */
async function framesOf(page: Page, run: () => Promise<void>): Promise<Buffer[]> {
  await browser().startTracing(page, { screenshots: true });
  await run();
  const trace = JSON.parse((await browser().stopTracing()).toString()) as {
    traceEvents: { name: string; args: { snapshot?: string } }[];
  };
  return trace.traceEvents.flatMap(({ name, args }) =>
    name === "Screenshot" && args.snapshot ? [Buffer.from(args.snapshot, "base64")] : [],
  );
}

/** How much the middle of the square differs within itself: 0 if nothing is in it. */
async function inkIn(
  picture: Buffer,
  place: { x: number; y: number; width: number; height: number },
): Promise<number> {
  const { width, data } = await readPng(picture);
  const scale = width / 420;
  const [left, right] = [place.x + place.width * 0.3, place.x + place.width * 0.7].map((x) =>
    Math.round(x * scale),
  );
  const [top, bottom] = [place.y + place.height * 0.3, place.y + place.height * 0.7].map((y) =>
    Math.round(y * scale),
  );
  let [least, most] = [255, 0];
  for (let y = top!; y < bottom!; y++)
    for (let x = left!; x < right!; x++) {
      const red = data[(y * width + x) * 4]!;
      least = Math.min(least, red);
      most = Math.max(most, red);
    }
  return most - least;
}
