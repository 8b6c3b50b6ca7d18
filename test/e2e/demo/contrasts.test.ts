import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Lowest } from "../../../demo/client/theme/contrasts.js";
import type { Site } from "../../../demo/client/theme/read-site.js";
import { launchBrowser } from "../../support/browser.js";
import { bundled } from "../../support/bundled.js";

describe("A theme", () => {
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];

  before(async () => {
    const script = await bundled(
      "themes",
      `
          import { Contrasts } from "./demo/client/theme/contrasts.js";
          import { model, pending } from "./test/element/support/models.js";
          import { showCard } from "./test/element/support/view-card.js";
          export { readSite } from "./demo/client/theme/read-site.js";
          export async function contrastsWith(css, colorScheme) {
            document.body.innerHTML = "<style></style>";
            document.querySelector("style").textContent = css;
            const card = await showCard(model(pending()));
            const place = card.parentElement;
            place.style.colorScheme = colorScheme;
            const contrasts = new Contrasts();
            await contrasts.add("pending", colorScheme, card, place);
            return contrasts.all;
          }`,
    );
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.route("https://site.example/**", (route) => {
      asked.push(route.request().url());
      return route.fulfill();
    });
    await page.setContent("<!doctype html><body>");
    await page.addScriptTag({ content: script });
  });
  after(() => browser.close());

  /** The lowest contrast of something that the card draws. */
  async function contrastOf(what: string, css = "", scheme: "light" | "dark" = "light"): Promise<number> {
    const all = await page.evaluate<Lowest[]>(
      `themes.contrastsWith(${JSON.stringify(css)}, ${JSON.stringify(scheme)})`,
    );
    const found = all.find((each) => each.what === what);
    assert.ok(found, `${what} is not among ${all.map((each) => each.what).join(", ")}`);
    return found.found[scheme]!.figure;
  }
  const isAbout = (figure: number, expected: number): void =>
    assert.ok(Math.abs(figure - expected) < 0.06, `${figure}, not ${expected}`);

  it("has the contrasts of its colours where they are drawn", async () => {
    isAbout(await contrastOf("the text of title"), 17.8);
    isAbout(await contrastOf("the text of title", "", "dark"), 15.8);
    isAbout(await contrastOf("the text of time"), 6.9);
  });

  it("has the lowest contrast of a gradient behind the words", async () => {
    const gradient = "view-card { --onegini-otp-login-surface: linear-gradient(#fff, #000) }";
    assert.ok((await contrastOf("the text of step", gradient)) < 4);
    assert.ok((await contrastOf("the text of title", gradient)) > 10);
  });

  it("has the contrasts of the colours that its rules for parts set", async () => {
    isAbout(await contrastOf("the text of title", "view-card::part(title) { color: #767676 }"), 4.54);
    const ground = "view-card::part(base) { background: #000 }";
    isAbout(await contrastOf("the text of title", ground), 1.18);
    const half = "view-card::part(title) { background: rgb(0 0 0 / 50%); color: #fff }";
    isAbout(await contrastOf("the text of title", half), 3.95);
  });

  it("has the contrast of an edge on the page around it", async () => {
    const page = ".place { background: #e9dcc5; padding: 8px } view-card { --onegini-otp-login-line: #000 }";
    isAbout(await contrastOf("the line of base", page), 15.5);
  });

  const siteOf = (css: string) => page.evaluate<Site>(`themes.readSite(${JSON.stringify(css)})`);

  it("begins with what a site's style sheet has: its button", async () => {
    const site = await siteOf(`
      :root { --colour-brand: #00ff00 }
      body { background: #faf7f0; font-family: "Brand Sans", serif }
      h1 { font-family: Georgia }
      .btn { border-radius: 24px }
      .btn-primary { background: #b3005e }`);
    assert.deepEqual(site, {
      isDark: false,
      brand: "rgb(179, 0, 94)",
      page: "rgb(250, 247, 240)",
      values: { font: '"Brand Sans", serif', "heading-font": "Georgia", "button-radius": "24px" },
    });
  });

  it("begins with a site's variable or link, where its buttons are grey", async () => {
    assert.equal(
      (await siteOf(":root { --bs-primary: #6610f2 } button { background: #eee }")).brand,
      "rgb(102, 16, 242)",
    );
    assert.equal((await siteOf("a { color: #c00 }")).brand, "rgb(204, 0, 0)");
    assert.deepEqual(await siteOf("p { margin: 0 }"), { isDark: false, values: {} });
  });

  it("begins with a site's own ground and words, also where it is always dark", async () => {
    const dark = await siteOf(`
      body { background: #120b1e; color: #eee }
      .card { background: #1e1233; border-radius: 20px }
      .btn-primary { background: #000; border-radius: 0 }`);
    assert.deepEqual(dark, {
      isDark: true,
      brand: "rgb(0, 0, 0)",
      page: "rgb(18, 11, 30)",
      values: {
        "button-radius": "0px",
        radius: "20px",
        surface: "rgb(30, 18, 51)",
        text: "rgb(238, 238, 238)",
      },
    });
    const { values } = await siteOf("body { color: #222 } .card { background: #fff8ee }");
    assert.deepEqual(values, {
      radius: "0px",
      surface: "light-dark(rgb(255, 248, 238), #17191f)",
      text: "light-dark(rgb(34, 34, 34), #f1f3f6)",
    });
  });

  it("asks no address of a site's style sheet, and runs nothing in it", async () => {
    await siteOf(`@import "https://site.example/a.css"; body { background: red url(https://site.example/b.png) }
      </style><script>fetch("https://site.example/c")</script><img src="https://site.example/d">`);
    await page.waitForTimeout(500);
    assert.deepEqual(asked, []);
  });
});
