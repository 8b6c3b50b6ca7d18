import type { Browser } from "playwright-core";
import { codeOn, readCodes } from "../../../test/support/qr.js";
import { impose, type Condition } from "./conditions.js";
import { film, type Frame } from "./film.js";

/** The largest pictures of a recording. Larger pages are scaled down. */
const viewport = { width: 500, height: 500 };

/** Time between the code's arrival and the first look at the page: a QR reader at work would slow the page down. */
const undisturbedMs = 800;

/** A busy machine may not record a picture in time. */
const tries = 5;

/** Opens a page in a fresh profile. Returns the milliseconds from navigation to the first frame that a reader decodes. */
export async function firstFrame(browser: Browser, url: string, condition: Condition): Promise<number> {
  for (let left = tries; left > 0; left--) {
    const frame = await filmed(browser, url, condition);
    if (frame) return frame.atMs;
    console.log(`  no recorded frame of ${url} has a readable code: trying again`);
  }
  throw new Error(`No recorded frame of ${url} has a readable code.`);
}

async function filmed(browser: Browser, url: string, condition: Condition): Promise<Frame | undefined> {
  const context = await browser.newContext({ viewport });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await impose(session, condition);
    const develop = await film(session);
    // A page with the code of `kit.begin` requests none.
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

/** A binary search, because a code that is on the screen stays there. */
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
