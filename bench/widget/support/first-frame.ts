import type { Browser } from "playwright-core";
import { codeOn, readCodes } from "../../../test/support/qr.js";
import { impose, type Condition } from "./conditions.js";
import { film, type Frame } from "./film.js";

/** As large as a film's pictures are at most; what is larger they show smaller. */
const viewport = { width: 500, height: 500 };

/** From when all that a page loads is there until somebody looks at it: a reader at work would slow it down. */
const undisturbedMs = 800;

/** A machine that is busy elsewhere may have no time for a picture. */
const tries = 5;

/** Opens a page in a fresh profile. Returns the milliseconds from navigation to the first frame that a reader decodes. */
export async function firstFrame(browser: Browser, url: string, condition: Condition): Promise<number> {
  for (let left = tries; left > 0; left--) {
    const frame = await filmed(browser, url, condition);
    if (frame) return frame.atMs;
    console.log(`  a film of ${url} has no frame with its code: once more`);
  }
  throw new Error(`No film of ${url} has a frame that can be read.`);
}

async function filmed(browser: Browser, url: string, condition: Condition): Promise<Frame | undefined> {
  const context = await browser.newContext({ viewport });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await impose(session, condition);
    const develop = await film(session);
    // A page that brings its code with it asks for none.
    const code =
      url.endsWith("/begin") || page.waitForResponse((answer) => answer.request().method() === "POST");
    await page.goto(url);
    await code;
    await page.waitForTimeout(undisturbedMs);
    await codeOn(page);
    return await firstReadable(await develop(url));
  } finally {
    await context.close();
  }
}

/** Once a code is on the screen it stays: between a frame without and a frame with it lies the first. */
async function firstReadable(frames: readonly Frame[]): Promise<Frame | undefined> {
  let without = -1;
  let readable = frames.length;
  while (readable - without > 1) {
    const middle = Math.floor((without + readable) / 2);
    if (await isReadable(frames[middle])) readable = middle;
    else without = middle;
  }
  return frames[readable];
}

const isReadable = async (frame: Frame | undefined): Promise<boolean> =>
  frame !== undefined && (await readCodes(frame.picture)).length === 1;
