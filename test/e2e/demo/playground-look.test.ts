import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { presets as themes, properties } from "../../../demo/playground/element-documents.js";
import { demoInBrowser, type DemoInBrowser } from "../../support/demo/demo.js";
import { settled } from "../../support/login-page.js";
import { openPlayground } from "../../support/demo/demo-pages.js";

type Named = { name: string };
const { modules } = JSON.parse(readFileSync("custom-elements.json", "utf8")) as {
  modules: {
    declarations: { tagName?: string; cssProperties: Named[]; cssParts: Named[]; slots: Named[] }[];
  }[];
};
const manifest = modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === "onegini-otp-login")!;

describe("The playground's look", () => {
  let given: DemoInBrowser;
  demoInBrowser((each) => (given = each));

  const open = async (fragment?: string) => {
    const opened = await openPlayground(given.context, given.demo.origin, fragment);
    /** The CSS without the scheme of a page with both. */
    const ownCss = async () =>
      (await opened.snippet("css")).replace(/^:root \{\n {2}color-scheme: light dark;\n\}\n?/, "");
    return { ...opened, ownCss };
  };

  it("has a control for each property, part and slot of the manifest, and no other", async () => {
    const { page } = await open("#phase=idle");
    const named = (attribute: string): Promise<(string | null)[]> =>
      page
        .locator(`[${attribute}]`)
        .evaluateAll((all, name) => all.map((each) => each.getAttribute(name)), attribute);
    const names = (list: Named[]) => list.map(({ name }) => name.replace("--onegini-otp-login-", ""));
    assert.deepEqual(await named("data-property"), names(manifest.cssProperties));
    assert.deepEqual(await named("data-part"), names(manifest.cssParts));
    assert.deepEqual(await named("data-slot"), names(manifest.slots));
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`looks on a page of its own as here, with the HTML and CSS alone: device ${colorScheme}`, async () => {
      const { page, set, snippet } = await open("#manual=on");
      await page.emulateMedia({ colorScheme });
      const blank = await given.context.newPage();
      await blank.emulateMedia({ colorScheme });
      await given.context.route("**/blank", (route) => route.fulfill({ contentType: "text/html", body: "" }));
      await given.context.route("**/assets/onegini-otp-login.js", (route) =>
        route.fulfill({ path: "dist/onegini-otp-login.js" }),
      );
      await blank.goto(`${given.demo.origin}/blank`);
      const onBlank = async () => {
        await blank.setContent(
          `<!doctype html><style>${await snippet("css")}</style>${await snippet("html")}`,
        );
        await blank.locator("onegini-otp-login:state(idle)").waitFor();
        return look(blank);
      };
      const choose = (name: string) => page.getByRole("button", { name, exact: true }).click();
      assert.deepEqual(await onBlank(), await look(page), "nothing is set");
      await choose("Bank");
      assert.deepEqual(await onBlank(), await look(page), "Bank");
      await set("scheme", "dark");
      assert.deepEqual(await onBlank(), await look(page), "a dark page");
      await choose("Gaming");
      assert.deepEqual(await onBlank(), await look(page), "Gaming");
    });

  it("sets each property, part and slot", async () => {
    const { set, element, snippet } = await open("#phase=idle");
    for (const [at, { name: short, kind }] of properties.entries()) {
      const name = `--onegini-otp-login-${short}`;
      const values = {
        color: `#12${at}`,
        length: "7px",
        "font-family": "Georgia, serif",
        "box-shadow": "0 1px 2px #123",
      };
      const value = values[kind];
      await set(`property-${short}`, value);
      assert.equal(
        await element.evaluate((each, of) => getComputedStyle(each).getPropertyValue(of), name),
        value,
      );
      assert.ok((await snippet("css")).includes(`${name}: ${value};`), name);
    }
    for (const { name } of manifest.cssParts) {
      await set(`part-${name}`, "order: 7");
      assert.ok((await snippet("css")).includes(`onegini-otp-login::part(${name}) {\n  order: 7;\n}`), name);
    }
    for (const { name } of manifest.slots) {
      await set(`slot-${name}`, "Words");
      await element.locator(`[slot=${name}]`, { hasText: "Words" }).waitFor({ state: "attached" });
    }
    await set("slot-logo", "/assets/logo.svg");
    assert.match(await snippet("html"), /<img slot="logo" src="\/assets\/logo\.svg" alt="">/);
  });

  it("has exactly what is set in its code", async () => {
    const { set, page, snippet, ownCss: css } = await open("#phase=idle");
    assert.equal(await snippet("css"), ":root {\n  color-scheme: light dark;\n}");
    assert.equal(await css(), "");
    assert.equal(
      await snippet("html"),
      '<script type="module" src="/assets/onegini-otp-login.js"></script>\n<onegini-otp-login></onegini-otp-login>',
    );
    assert.equal(await snippet("npm"), 'import "onegini-otp-login/define";');
    await set("property-accent", "#a00");
    assert.equal(await css(), "onegini-otp-login {\n  --onegini-otp-login-accent: #a00;\n}");
    await set("endpoint", "/otp-login");
    assert.doesNotMatch(await snippet("html"), /endpoint/);

    for (const [name, value] of [
      ["accent", "light-dark(#1f4fd1, #8fb0ff)"],
      ["accent", "light-dark(rgb(31 79 209), #8FB0FF)"],
      ["surface", "light-dark(#fff, #17191f)"],
      ["muted", "light-dark(#535b68, #aab2bf)"],
      ["radius", "16.0px"],
    ] as const) {
      await set("property-accent", "");
      await set(`property-${name}`, value);
      assert.equal(await css(), "", `${name}: ${value} is the default`);
      await set(`property-${name}`, "");
    }
    // With a colour of its own for the text, the element mixes this one: its default is another.
    await set("property-text", "#222");
    await set("property-muted", "light-dark(#535b68, #aab2bf)");
    assert.match(await css(), /muted: light-dark\(#535b68, #aab2bf\);/);
    await page.getByRole("button", { name: "Default", exact: true }).click();
    assert.equal(await css(), "");
  });

  it("takes a colour from its pickers, for light and for dark", async () => {
    const { page, set, snippet } = await open("#phase=idle");
    const picker = (scheme: string) => page.getByLabel(`accent, ${scheme}`, { exact: true });
    assert.equal(await picker("light").inputValue(), "#1f4fd1");
    await picker("dark").fill("#ffaa00");
    assert.equal(await page.locator("#property-accent").inputValue(), "light-dark(#1f4fd1, #ffaa00)");
    await picker("light").fill("#ffaa00");
    assert.match(await snippet("css"), /accent: #ffaa00;/);
    await set("property-accent", "light-dark(oklch(0 0 0), white)");
    const colours = [await picker("light").inputValue(), await picker("dark").inputValue()];
    assert.deepEqual(colours, ["#000000", "#ffffff"]);
  });

  it("treats what is no value as none, and keeps page and code whole", async () => {
    const { page, set, element, snippet, ownCss } = await open("#phase=idle");
    const accent = page.locator("#property-accent");
    /** Where a text that breaks out would add something. */
    const around = () => page.locator("body > *, script, style, link").count();
    const before = await around();
    for (const value of [
      "no colour",
      "#12",
      "red; } body { display: none",
      "red</style><script>document.title = 'broken'</script>",
      '"red"',
      "rgb(1 2 3",
      "red /* ",
      "red \\",
      "var(--text)",
      "v\\61r(--text)",
      "color-mix(in srgb, currentColor, red)",
      "inherit",
    ]) {
      await set("property-accent", value);
      assert.equal(await ownCss(), "", value);
      assert.equal(await accent.getAttribute("aria-invalid"), "true", value);
      await page.getByText("This is no CSS colour.").waitFor();
    }
    for (const value of ["16", "0", "-3px", "1px 2px", "50%", "3px; color: red", "calc(1px"]) {
      await set("property-radius", value);
      assert.equal(await ownCss(), "", value);
    }
    for (const value of ["a; color: red", "7px", "var(--font)"]) {
      await set("property-font", value);
      assert.equal(await ownCss(), "", value);
    }
    await page.getByText("This is no CSS font-family.").waitFor();
    await set("property-font", "");
    await set("part-title", "} body { display: none");
    assert.equal(await ownCss(), "");
    await set("part-title", "color: red; } body { display: none } .x { color: blue");
    assert.doesNotMatch(await snippet("css"), /body/);
    await set("part-title", "");
    await set("property-accent", "");
    await set("property-radius", "");

    // What is a text in CSS, HTML and JavaScript stays one, and ends nothing around it.
    const text = `"'</style></script><!--<script>&amp;`;
    await set("part-title", `content: "</style>"`);
    await set("slot-footer", text);
    await set("redirect", `/account?a=${text}`);
    await set("messages", JSON.stringify({ step2: text }));
    await element.getByText(`"'</style></script><!--<script>&amp;`).first().waitFor();
    const [html, css, npm] = [await snippet("html"), await snippet("css"), await snippet("npm")];
    // A page without the playground's policy.
    const blank = await given.context.newPage();
    const written = await blank.evaluate(
      ([markup, style, script]) => {
        const { body } = new DOMParser().parseFromString(
          `<style>${style}</style><script type="module">${script}</script>${markup}<p id="end"></p>`,
          "text/html",
        );
        const tag = body.querySelector("onegini-otp-login")!;
        return {
          redirect: tag.getAttribute("redirect"),
          footer: tag.querySelector("[slot=footer]")?.textContent,
          end: body.querySelector("#end")?.parentElement === body,
          words: (JSON.parse(/element\.messages = ([^]*);$/.exec(script!)![1]!) as { step2: string }).step2,
        };
      },
      [html, css, npm],
    );
    assert.deepEqual(written, { redirect: `/account?a=${text}`, footer: text, end: true, words: text });
    assert.notEqual(await page.title(), "broken");
    assert.equal(await around(), before);
  });

  it("leaves out what is wrong in a part's declarations, and says so", async () => {
    const { page, set, snippet } = await open("#phase=idle");
    const control = page.locator("#part-title");
    const said = page.locator("#part-title-said");
    const isInvalid = async () => (await control.getAttribute("aria-invalid")) === "true";
    for (const [declarations, words] of [
      ["colr: red", "No CSS declaration: colr: red."],
      ["color: var(--accent)", "Other pages do not have this variable: color: var(--accent)."],
      ["color: v\\61r(--accent)", "Other pages do not have this variable: color: v\\61r(--accent)."],
      ["color: var(--_accent)", "Other pages do not have this variable: color: var(--_accent)."],
    ] as const) {
      await set("part-title", declarations);
      assert.equal(await said.innerText(), words);
      assert.equal(await isInvalid(), true, declarations);
      assert.doesNotMatch(await snippet("css"), /part/, declarations);
    }
    await set(
      "part-title",
      'color: var(--text); colr: blue; font-size: 1.5rem; quotes: "a;b" "c"; fill: #12',
    );
    assert.equal(await isInvalid(), false);
    assert.equal(
      await said.innerText(),
      "Left out. No CSS declaration: colr: blue; fill: #12. Other pages do not have this variable: color: var(--text).",
    );
    assert.match(await snippet("css"), /\{\n {2}font-size: 1\.5rem;\n {2}quotes: "a;b" "c";\n\}$/);
    for (const right of [
      "color: var(--onegini-otp-login-accent)",
      "--mark: url(data:image/svg+xml;base64,AAAA)",
      'content: "var(--text) \\201C"',
      "color: red; /* a; b */ color: blue;",
    ]) {
      await set("part-title", right);
      assert.equal(await said.innerText(), "", right);
      assert.equal(await isInvalid(), false, right);
      assert.match(await snippet("css"), /::part\(title\)/, right);
    }
    assert.ok((await control.getAttribute("aria-describedby"))?.includes("part-title-said"));
  });

  it("prints the contrast of the card's colours beside them, and says what is too low", async () => {
    const { page, set } = await open("#phase=idle");
    const said = (name: string) => page.locator(`#property-${name}-said`).innerText();
    assert.equal(await said("accent"), "On surface: 6.78 light, 8.21 dark.");
    assert.match(await said("text"), /^On surface: 17\.\d\d light, 15\.\d\d dark\. On sunken: /);
    await set("property-surface", "#000");
    assert.match(await said("accent"), /^On surface: 3\.\d\d light, 9\.\d\d dark\. Too low for text\.$/);
    await set("property-accent", "color-mix(in srgb, #fff 100%, red)");
    assert.equal(await said("accent"), "On surface: 21.00 light, 21.00 dark.");
    await set("property-accent", "#fff8");
    assert.match(await said("accent"), /^On surface: 5\.\d\d light, 5\.\d\d dark\.$/);
    await set("scheme", "dark");
    await set("property-accent", "");
    assert.match(await said("accent"), /^On surface: 9\.\d\d dark\.$/);
  });

  /** What a person sees of the card's theme. */
  const look = (page: Page) =>
    page.locator("onegini-otp-login").evaluate(
      (element, seen) => [
        getComputedStyle(element).colorScheme,
        ...seen.map(([part, ...names]) => {
          const style = getComputedStyle(element.shadowRoot!.querySelector(`[part~=${part}]`)!);
          return names.map((name) => `${part} ${name}: ${style.getPropertyValue(name)}`);
        }),
      ],
      [
        ["base", "background-color", "color", "border-radius", "border-top-color", "padding"],
        ["title", "font-size"],
        ["stage", "border-radius"],
        ["button", "background-color", "color", "border-radius"],
        ["number", "color"],
      ],
    );

  for (const colorScheme of ["light", "dark"] as const)
    it(`fills in each preset, which looks as its style sheet does: ${colorScheme}`, async () => {
      const { page, ownCss } = await open("#phase=idle");
      await page.emulateMedia({ colorScheme });
      const presets = page.locator("#presets button");
      const shown = (await presets.allInnerTexts()).map((name) => name.toLowerCase());
      assert.deepEqual(shown, ["default", ...themes.map(({ name }) => name)]);
      const { page: plain } = await open("#phase=idle");
      await plain.emulateMedia({ colorScheme });
      for (const { name: theme, css } of themes) {
        await presets.filter({ hasText: new RegExp(`^\\s*${theme}\\s*$`, "i") }).click();
        assert.equal(
          await presets
            .and(page.locator("[aria-pressed=true]"))
            .innerText()
            .then((name) => name.toLowerCase()),
          theme,
        );
        await plain.evaluate((text) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(text);
          document.adoptedStyleSheets = [sheet];
        }, css);
        assert.deepEqual(await look(page), await look(plain), theme);
        // Each line of the code is one of the sheet's.
        for (const line of (await ownCss()).split("\n")) assert.ok(css.includes(line), `${theme}: ${line}`);
      }
      await presets.first().click();
      assert.equal(await page.evaluate(() => location.hash), "#phase=idle");
    });

  it("keeps the stage in view while the controls scroll, and at the top of a phone", async () => {
    const { page, reaches } = await open();
    await reaches("pending");
    for (const [width, height] of [
      [1280, 800],
      [820, 1180],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await settled(page);
      await page.getByRole("tab", { name: "Look" }).click();
      await page.locator("#slot-logo").scrollIntoViewIfNeeded();
      await settled(page);
      const control = (await page.locator("#slot-logo").boundingBox())!;
      const stage = (await page.locator("#stage").boundingBox())!;
      assert.ok(stage.y >= 0 && stage.y + stage.height <= height, `${width} px: ${JSON.stringify(stage)}`);
      if (width < 720) assert.equal(stage.y, 0);
      assert.ok(width >= 720 || control.y >= stage.height, `${width} px: the control is under the stage`);
      const card = (await page.locator("#stage onegini-otp-login").boundingBox())!;
      assert.ok(card.y >= stage.y && card.y + card.height <= stage.y + stage.height, `${width} px: cut`);
    }
  });

  it("shows the element at each width as a whole, and its dialog", async () => {
    const { page, reaches, press, element } = await open();
    await reaches("pending");
    const group = page.getByRole("group", { name: "Width and layout" });
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport);
      for (const width of [280, 360, 680]) {
        await press(String(width));
        await group.getByRole("button", { name: String(width), pressed: true }).waitFor();
        assert.equal(await element.evaluate((each) => (each as HTMLElement).offsetWidth), width);
        const { x, width: shown } = (await element.boundingBox())!;
        assert.ok(x >= 0 && x + shown <= viewport.width, `${width} at ${viewport.width} px`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await press("cancel()");
    await reaches("idle");
    await press("Dialog");
    await element.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await element.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("breaks no tab inside a word, and moves no control when it says something", async () => {
    const { page, reaches, press } = await open("#phase=pending&hold=on");
    await reaches("pending");
    const lineHeights = () =>
      page.getByRole("tab").evaluateAll((tabs) =>
        tabs.map((tab) => {
          const range = document.createRange();
          range.selectNodeContents(tab);
          return range.getClientRects().length;
        }),
      );
    /** In the column that stays in view. */
    const places = () =>
      page.evaluate(() =>
        ["stage", "widths", "accept", "phases"].map((id) => {
          const { offsetTop, offsetHeight } = document.getElementById(id)!;
          return `${id}: ${offsetTop} px, ${offsetHeight} px high`;
        }),
      );
    for (const width of [1280, 1024, 768, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const tabs = width < 1100 ? 5 : 4;
      assert.deepEqual(await lineHeights(), Array(tabs).fill(1), `${width} px`);
    }
    for (const width of [1280, 768]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      const before = await places();
      await press("Accept");
      await page.locator("#phone-said").filter({ hasText: "The phone showed" }).waitFor();
      await settled(page);
      assert.deepEqual(await places(), before, `${width} px`);
      await press("pending");
      await reaches("pending");
    }
  });

  it("has tabs that the arrow keys move between, with one stop for Tab", async () => {
    const { page } = await open("#phase=idle");
    const tabs = page.getByRole("tab");
    assert.deepEqual(await tabs.allInnerTexts(), ["Look", "Attributes", "Network", "Code"]);
    await tabs.first().focus();
    for (const [key, name] of [
      ["ArrowRight", "Attributes"],
      ["ArrowLeft", "Look"],
      ["ArrowLeft", "Code"],
      ["ArrowRight", "Look"],
      ["End", "Code"],
      ["Home", "Look"],
    ] as const) {
      await page.keyboard.press(key);
      const selected = page.getByRole("tab", { selected: true });
      assert.equal(await selected.innerText(), name);
      assert.equal(await selected.evaluate((each) => each === document.activeElement), true);
      assert.deepEqual(await page.locator("[role=tab][tabindex='0']").allInnerTexts(), [name]);
      assert.equal(await page.getByRole("tabpanel", { name }).isVisible(), true);
      assert.equal(await page.getByRole("tabpanel").count(), 1);
    }
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Default");
  });

  it("has the phases in a tab too where it is narrow, so that the card stays in sight", async () => {
    const { page, goTo, reaches } = await open("#phase=pending");
    await reaches("pending");
    for (const width of [320, 480, 1024]) {
      await page.setViewportSize({ width, height: 800 });
      await page.getByRole("tab", { name: "Phases", selected: true }).waitFor();
      for (const phase of ["pairing_failed", "idle"]) {
        await goTo(phase);
        await page.locator(`#phases [aria-current][value=${phase}]`).scrollIntoViewIfNeeded();
        const { y, height } = (await page.locator("#stage onegini-otp-login").boundingBox())!;
        assert.ok(y >= 0 && y + height <= 800, `${phase} at ${width} px: ${y}, ${height} px high`);
      }
      await page.getByRole("tab", { name: "Phases" }).focus();
      await page.keyboard.press("ArrowLeft");
      await page.getByRole("tab", { name: "Code", selected: true }).waitFor();
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.locator(".shown #phases").waitFor();
      assert.equal(await page.getByRole("tab", { selected: true }).innerText(), "Code");
    }
    await page.setViewportSize({ width: 320, height: 800 });
    await page.getByRole("tab", { name: "Phases", selected: true }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole("tab", { name: "Look", selected: true }).waitFor();
    assert.equal(await page.getByRole("tab").count(), 4);
  });
});
