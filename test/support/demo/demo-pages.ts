import type { BrowserContext, Locator, Page } from "playwright-core";

/** The demo phone's page, as a person uses it. */
interface DemoPhone {
  page: Page;
  /** The phone in the page, without the rest of the page. */
  screen: Locator;
  press: (name: string) => Promise<void>;
  /** Waits for the phone's screen with this heading. */
  sees: (heading: string) => Promise<void>;
  /** Chooses the file that the phone asks for when this is pressed. */
  choosePhoto: (press: string, photo: Buffer) => Promise<void>;
  /** The text under "What the app heard". */
  heard: () => Promise<string>;
}

export async function openPhone(
  context: BrowserContext,
  origin: string,
  path = "/phone",
): Promise<DemoPhone> {
  const page = await context.newPage();
  await page.goto(origin + path);
  return phoneOn(page);
}

/** The phone on a page that already shows it. */
export function phoneOn(page: Page): DemoPhone {
  const screen = page.getByRole("region", { name: "Phone", exact: true });
  const press = (name: string) => screen.getByRole("button", { name, exact: true }).click();
  return {
    page,
    screen,
    press,
    sees: (heading) => screen.getByRole("heading", { name: heading, exact: true }).waitFor(),
    async choosePhoto(name, photo) {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(name)]);
      await chooser.setFiles({ name: "photo.png", mimeType: "image/png", buffer: photo });
    },
    heard: () => page.locator("#heard").innerText(),
  };
}

/** The playground, as a person uses it. */
export interface PlaygroundPage {
  page: Page;
  /** The element on the stage. */
  element: Locator;
  /** Sets a control by its name: a select, a number, a text or a checkbox. */
  set: (name: string, value: string | boolean) => Promise<void>;
  press: (name: string) => Promise<void>;
  /** Presses the button of a phase. */
  goTo: (phase: string) => Promise<void>;
  /** Waits until the element is in a phase. */
  reaches: (phase: string) => Promise<void>;
  /** Waits until the element shows these words. */
  reads: (words: string | RegExp) => Promise<void>;
  /** The listed events so far, without their times. */
  events: () => Promise<string[]>;
  /** Waits until an event is listed. */
  hears: (event: string | RegExp) => Promise<void>;
  /** A listing that can be copied. */
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
  const element = page.locator("#stage onegini-otp-login");
  await element.waitFor();
  /** Opens the tab, or the list, in which a control is. */
  const open = async (control: Locator): Promise<void> => {
    const tab = await control.evaluate((each) => {
      const list = each.closest("details");
      if (list) list.open = true;
      return each.closest("[role=tabpanel][hidden]")?.getAttribute("aria-labelledby");
    });
    if (tab) await page.locator(`#${tab}`).click();
  };
  const press = async (name: string): Promise<void> => {
    const button = page.getByRole("button", { name, exact: true, includeHidden: true });
    await open(button);
    await button.click();
  };
  return {
    page,
    element,
    async set(name, value) {
      const control = page.locator(`#controls [name="${name}"], [form=controls][name="${name}"]`);
      await open(control);
      if (typeof value === "boolean") return control.setChecked(value);
      const kind = await control.evaluate((each: HTMLInputElement) => each.type);
      if (kind.startsWith("select")) await control.selectOption(value);
      else await control.fill(value);
    },
    press,
    goTo: (phase) => press(phase.replaceAll("_", " ")),
    reaches: (phase) => page.locator(`#stage onegini-otp-login:state(${phase})`).waitFor(),
    reads: (words) => element.getByText(words).filter({ visible: true }).first().waitFor(),
    events: () =>
      page
        .locator("#events li")
        .evaluateAll((items) => items.map((item) => (item.textContent ?? "").replace(/^\S+ /, ""))),
    hears: (event) => page.locator("#events li", { hasText: event }).first().waitFor({ state: "attached" }),
    snippet: (id) => page.locator(`#${id}`).innerText(),
  };
}
