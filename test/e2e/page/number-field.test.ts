import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { type Answer, loginSiteInBrowser } from "../accessibility/support/login-site.js";
import { reachPhase } from "../../support/login-page.js";
import { until } from "../../support/until.js";

const { browser, site } = loginSiteInBrowser();

const asking = (digits: number): Answer => ({
  status: 403,
  body: { error: "pairing_required", error_description: "…", digits, tries_left: 3, expires_in: 300 },
});

async function ask(attributes = "", digits = 4): Promise<Page> {
  const context = await browser().newContext({
    viewport: { width: 420, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  await page.goto(`${site().origin}/?element=${encodeURIComponent(attributes)}`);
  await reachPhase(page, "pending");
  await until(() => site().watching() > 0, "the stream");
  site().answers.login = asking(digits);
  site().say("approved");
  await reachPhase(page, "number");
  await page.locator("onegini-otp-login input:focus").waitFor();
  return page;
}

/** What the cells show: digits, `[` and `]` around those that are marked, `|` where the caret is. */
const drawn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let text = "";
    let isIn = false;
    for (const cell of document.querySelector("onegini-otp-login")!.shadowRoot!.querySelectorAll(".cell")) {
      const digit = cell.textContent.trim();
      const isMarked = cell.querySelector(".marked") !== null;
      if (isMarked !== isIn) text += isMarked ? "[" : "]";
      isIn = isMarked;
      const isAfter = cell.matches(".caret.after");
      if (cell.matches(".caret") && !isAfter) text += "|";
      text += digit;
      if (isAfter) text += "|";
    }
    return isIn ? `${text}]` : text;
  });

/** The same of the input. */
const held = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const input = document.querySelector("onegini-otp-login")!.shadowRoot!.querySelector("input")!;
    const { value, selectionStart, selectionEnd } = input;
    const [from, to] = [selectionStart!, selectionEnd!];
    if (from === to) return `${value.slice(0, from)}|${value.slice(from)}`;
    return `${value.slice(0, from)}[${value.slice(from, to)}]${value.slice(to)}`;
  });

/** Waits until the cells show that, and the input holds the same. */
async function shows(page: Page, expected: string): Promise<void> {
  let last = "";
  await until(async () => (last = await drawn(page)) === expected, expected).catch(() => {
    assert.equal(last, expected, "what the cells show");
  });
  assert.equal(await held(page), expected, "what the input holds");
}

async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((given) => navigator.clipboard.writeText(given), text);
  await page.keyboard.press("Control+V");
}

describe("The field for the number", () => {
  it("cleans what is pasted, and then cuts it", async () => {
    const page = await ask();
    for (const text of ["47 13", "Your number: 4713 x", "4-7-1-3", "471399", "\t4713\n"]) {
      await paste(page, text);
      await shows(page, "4713|");
      await page.keyboard.press("Control+A");
    }
    await paste(page, "no digits");
    await shows(page, "|");
  });

  it("pastes in the middle, and over a selection", async () => {
    const page = await ask("", 6);
    await page.keyboard.type("4713");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await paste(page, " 9 0");
    await shows(page, "4790|13");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await shows(page, "47[90]13");
    await paste(page, "x5x");
    await shows(page, "475|13");
  });

  it("moves, deletes and selects as any field", async () => {
    const page = await ask();
    await shows(page, "|");
    await page.keyboard.type("4a7 1");
    await shows(page, "471|");
    await page.keyboard.type("3");
    await shows(page, "4713|");
    await page.keyboard.type("9");
    await shows(page, "4713|");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await shows(page, "47|13");
    await page.keyboard.press("Backspace");
    await shows(page, "4|13");
    await page.keyboard.press("Delete");
    await shows(page, "4|3");
    await page.keyboard.press("Home");
    await shows(page, "|43");
    await page.keyboard.press("Shift+End");
    await shows(page, "[43]");
    await page.keyboard.press("End");
    await shows(page, "43|");
    await page.keyboard.press("Control+A");
    await shows(page, "[43]");
    await page.keyboard.type("5");
    await shows(page, "5|");
  });

  it("takes the digits of any script, also those that are two units long", async () => {
    const page = await ask();
    for (const digits of ["٤٧١٣", "४७१३", "４７１３", "𞥔𞥗𞥑𞥓"]) {
      await page.keyboard.press("Control+A");
      await paste(page, digits);
      await shows(page, `${digits}|`);
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Backspace");
      const [one, two, , four] = [...digits];
      await shows(page, `${one}${two}|${four}`);
    }
  });

  it("runs from left to right on a page from right to left", async () => {
    const page = await ask(`lang="ar" dir="rtl"`);
    await page.keyboard.type("471");
    await shows(page, "471|");
    const lefts = await page.evaluate(() =>
      [...document.querySelector("onegini-otp-login")!.shadowRoot!.querySelectorAll(".cell")].map(
        (cell) => cell.getBoundingClientRect().left,
      ),
    );
    assert.deepEqual(
      lefts,
      lefts.toSorted((one, other) => one - other),
    );
    await page.keyboard.press("ArrowLeft");
    await shows(page, "47|1");
  });

  it("leaves a text alone while an input method composes it", async () => {
    const page = await ask();
    const cdp = await page.context().newCDPSession(page);
    const compose = (text: string) =>
      cdp.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    const value = () => page.locator("onegini-otp-login input").inputValue();
    await page.keyboard.type("4");
    await compose("な");
    assert.equal(await value(), "4な");
    await compose("なな");
    assert.equal(await value(), "4なな");
    await compose("7");
    await cdp.send("Input.insertText", { text: "7" });
    await shows(page, "47|");
    // Digits of full width, as such a method writes them.
    await compose("１３");
    assert.equal(await drawn(page), "47１３|");
    await cdp.send("Input.insertText", { text: "１３" });
    await shows(page, "47１３|");
    // One that ends with what is no digit.
    await page.keyboard.press("Backspace");
    await compose("ん");
    await cdp.send("Input.insertText", { text: "ん" });
    await shows(page, "47１|");
  });

  for (const attributes of ["", `lang="ar" dir="rtl"`])
    for (const digits of [4, 6])
      it(`puts the caret into the cell that is pressed: ${digits} digits${attributes && ", from right to left"}`, async () => {
        const page = await ask(attributes, digits);
        const number = [..."471305"].slice(0, digits);
        const cells = page.locator("onegini-otp-login .cell");
        const press = async (index: number) => {
          const { x, y, width, height } = (await cells.nth(index).boundingBox())!;
          for (const share of [0.2, 0.5, 0.8]) {
            await page.mouse.click(x + width * share, y + height / 2);
            // The second click of two would select all.
            await page.mouse.move(0, 0);
            await shows(page, await expectedAt(index));
          }
        };
        const expectedAt = async (index: number) => {
          const typed = await page.locator("onegini-otp-login input").inputValue();
          const at = Math.min(index, typed.length);
          return `${typed.slice(0, at)}|${typed.slice(at)}`;
        };
        for (const typed of [digits, 2]) {
          await page.keyboard.press("Control+A");
          await page.keyboard.type(number.slice(0, typed).join(""));
          for (let index = 0; index < digits; index++) await press(index);
        }
      });
});
