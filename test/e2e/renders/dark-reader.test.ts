import type { Page } from "playwright-core";
import * as hostile from "./support/hostile.js";
import { suite } from "./support/renders.js";

const light = ":root { color-scheme: light; background: #fff }";

/** The extension in its default mode, with settings that a person may have chosen. */
const darkReader = (theme: object) => async (page: Page) => {
  await page.addScriptTag({ url: "/darkreader.js" });
  await page.evaluate((chosen) => {
    const { DarkReader } = globalThis as unknown as {
      DarkReader: { setFetchMethod: (fetch: unknown) => void; enable: (theme: object) => void };
    };
    DarkReader.setFetchMethod(globalThis.fetch);
    DarkReader.enable(chosen);
  }, theme);
};

suite("The code in a page that an extension darkens", [
  {
    name: "Dark Reader",
    share: 7,
    sheet: light,
    prepare: darkReader({}),
    inEffect: "cards are dark",
  },
  {
    name: "Dark Reader, pale and sepia",
    share: 4,
    sheet: light,
    prepare: darkReader({ brightness: 60, contrast: 55, sepia: 60, grayscale: 40 }),
    inEffect: "cards are dark",
  },
  {
    name: "Dark Reader, on a hostile site",
    share: 6,
    sheet: light + hostile.keyframes,
    rules: hostile.hostilePart("qr"),
    prepare: darkReader({}),
    inEffect: "cards are dark",
  },
  {
    name: "enlarged, Dark Reader",
    share: 1,
    sheet: light,
    prepare: darkReader({}),
    inEffect: "cards are dark",
    isEnlarged: true,
  },
]);
