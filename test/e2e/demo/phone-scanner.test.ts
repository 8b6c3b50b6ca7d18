import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import sharp from "sharp";
import { launchBrowser } from "../../support/browser.js";
import { openPhone, openPlayground } from "../../support/demo/demo-pages.js";
import { type Demo, demoInBrowser } from "../../support/demo/demo.js";
import { openLoginPage } from "../../support/login-page.js";
import { readPng } from "../../support/png.js";

describe("The demo phone's scanner", () => {
  let demo: Demo;
  let browser: Browser;
  let context: BrowserContext;

  demoInBrowser((given) => ({ demo, browser, context } = given));

  it("scans the login page that was in front most recently", async () => {
    const one = await openLoginPage(context, demo.origin);
    await openLoginPage(context, demo.origin);
    await one.getByRole("heading", { name: "Log in", exact: true }).click();
    const phone = await openPhone(context, demo.origin);

    await phone.press("Scan QR code");
    await phone.press("Accept");

    await one.waitForURL("**/account");
  });

  it("reads the code of a `qr-link`", async () => {
    const { set, reaches } = await openPlayground(context, demo.origin);
    await set("qr-link", "https://bank.example/app#{otp}");
    await reaches("pending");
    const phone = await openPhone(context, demo.origin);

    await phone.press("Scan QR code");
    await phone.press("Accept");

    await reaches("completed");
  });

  it("says when no login page is open, opens one, and scans it", async () => {
    const phone = await openPhone(context, demo.origin);
    await phone.press("Scan QR code");
    await phone.screen.getByText("No login page with a code is open in this browser.").waitFor();

    const [login] = await Promise.all([
      context.waitForEvent("page"),
      phone.screen.getByRole("link", { name: "Open the login page" }).click(),
    ]);
    await phone.press("Accept");

    await login.waitForURL("**/account");
  });

  it("reads a photo of the code, also a rotated one", async () => {
    const login = await openLoginPage(context, demo.origin);
    const photo = await login.screenshot();
    // In another browser without a login page, whose code would be found before the photo.
    const elsewhere = await browser.newContext();
    const phone = await openPhone(elsewhere, demo.origin);
    await phone.press("Scan QR code");
    const input = phone.screen.locator("input[type=file]");
    assert.equal(await input.getAttribute("capture"), "environment");
    assert.equal(await input.getAttribute("accept"), "image/*");

    await phone.choosePhoto("Photo", await sharp(photo).rotate(90).toBuffer());
    await phone.press("Accept");

    await login.waitForURL("**/account");
    await elsewhere.close();
  });

  it("says what is wrong with a photo, and accepts another", async () => {
    const login = await openLoginPage(context, demo.origin);
    const photo = await login.screenshot();
    const elsewhere = await browser.newContext();
    const phone = await openPhone(elsewhere, demo.origin);
    await phone.press("Scan QR code");

    await phone.choosePhoto("Photo", Buffer.from("no picture at all"));
    await phone.screen.getByText("This isn’t a picture that can be opened.").waitFor();
    await phone.choosePhoto("Another photo", await blank(300, 200));
    await phone.screen.getByText("There’s no code to be found in this photo.").waitFor();
    await phone.choosePhoto("Another photo", photo);

    await phone.sees("Is this you logging in?");
    await elsewhere.close();
  });

  it("says when there is no camera", async () => {
    const phone = await openPhone(context, demo.origin);

    await phone.press("Scan QR code");
    await phone.press("Camera");

    await phone.screen.getByText(/There’s no camera to use|The camera is off/).waitFor();
  });

  it("reads the code by the camera, and releases the camera", async () => {
    const folder = await mkdtemp(join(tmpdir(), "demo-camera-"));
    const film = join(folder, "screen.y4m");
    const login = await openLoginPage(context, demo.origin);
    await writeFile(film, await filmOf(await login.screenshot()));
    const seeing = await launchBrowser([
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-video-capture=${film}`,
    ]);
    try {
      const eyes = await seeing.newContext();
      await eyes.addInitScript(() => {
        const { mediaDevices } = navigator;
        const open = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async (constraints) => {
          const stream = await open(constraints);
          Object.assign(globalThis, { tracks: stream.getTracks() });
          return stream;
        };
      });
      const phone = await openPhone(eyes, demo.origin);
      await phone.press("Scan QR code");
      await phone.press("Camera");
      await phone.press("Accept");
      await login.waitForURL("**/account");
      const states = await phone.page.evaluate(() =>
        (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState),
      );
      assert.deepEqual(states, ["ended"]);
    } finally {
      await seeing.close();
      await rm(folder, { recursive: true });
    }
  });

  it("reads the code from a tab that the person shares", async () => {
    const sharing = await launchBrowser(["--auto-select-tab-capture-source-by-title=Log in"]);
    try {
      const elsewhere = await sharing.newContext();
      const login = await openLoginPage(context, demo.origin);
      // The login page of another site, whose code the phone can only see through the shared tab.
      const copy = await elsewhere.newPage();
      await copy.setContent(
        `<title>Log in</title><img src="data:image/png;base64,${(await login.screenshot()).toString("base64")}">`,
      );
      const phone = await openPhone(elsewhere, demo.origin);
      await phone.press("Scan QR code");
      await phone.press("Share a tab or window");
      await phone.press("Accept");
      await login.waitForURL("**/account");
    } finally {
      await sharing.close();
    }
  });
});

/** A picture with nothing on it. */
const blank = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: "#ddd" } })
    .png()
    .toBuffer();

/** A film of one still picture, as Chromium's fake camera plays it: YUV4MPEG2, in grey. */
async function filmOf(png: Buffer): Promise<Buffer> {
  const { width, height, data } = await readPng(png);
  // The format requires even edges, so the last column and row may be left out.
  const [w, h] = [width - (width % 2), height - (height % 2)];
  const luma = Buffer.alloc(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) luma[y * w + x] = data[(y * width + x) * 4] ?? 0;
  }
  const chroma = Buffer.alloc((w * h) / 2, 128);
  const head = Buffer.from(`YUV4MPEG2 W${w} H${h} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.from("FRAME\n");
  return Buffer.concat([head, frame, luma, chroma, frame, luma, chroma]);
}
