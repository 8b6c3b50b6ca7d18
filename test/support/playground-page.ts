import type { BrowserContext, Locator, Page } from "playwright-core";

/** The playground, used as a person uses it. */
export interface PlaygroundPage {
  page: Page;
  /** The element on the stage. */
  element: Locator;
  /** Sets a control by its name: a choice, a number, a text, a switch. */
  set: (name: string, value: string | boolean) => Promise<void>;
  press: (name: string) => Promise<void>;
  /** Presses a phase's button. */
  goTo: (phase: string) => Promise<void>;
  /** Waits until the element is in a phase. */
  reaches: (phase: string) => Promise<void>;
  /** Waits for words in the element. */
  reads: (words: string | RegExp) => Promise<void>;
  /** The events so far, without their time. */
  events: () => Promise<string[]>;
  /** Waits for an event in the list. */
  hears: (event: string | RegExp) => Promise<void>;
  /** What stands to be copied. */
  snippet: (id: "html" | "css" | "npm") => Promise<string>;
}

/** Opens the playground; resolves when its element is there. */
export async function openPlayground(
  context: BrowserContext,
  origin: string,
  fragment = "",
): Promise<PlaygroundPage> {
  const page = await context.newPage();
  await page.goto(`${origin}/playground${fragment}`);
  const element = page.locator("#stage > onegini-otp-login");
  await element.waitFor();
  return {
    page,
    element,
    async set(name, value) {
      const control = page.locator(`#controls [name="${name}"], [form=controls][name="${name}"]`);
      if (typeof value === "boolean") return control.setChecked(value);
      const kind = await control.evaluate((each: HTMLInputElement) => each.type);
      if (kind.startsWith("select")) await control.selectOption(value);
      else await control.fill(value);
    },
    press: (name) => page.getByRole("button", { name, exact: true }).click(),
    goTo: (phase) => page.locator("#phases").getByRole("button", { name: phase, exact: true }).click(),
    reaches: (phase) => page.locator(`#stage > onegini-otp-login:state(${phase})`).waitFor(),
    reads: (words) => element.getByText(words).filter({ visible: true }).first().waitFor(),
    events: () =>
      page
        .locator("#events li")
        .evaluateAll((items) => items.map((item) => (item.textContent ?? "").replace(/^\S+ /, ""))),
    hears: (event) => page.locator("#events li", { hasText: event }).first().waitFor(),
    snippet: (id) => page.locator(`#${id}`).innerText(),
  };
}
