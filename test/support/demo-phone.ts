import type { BrowserContext, Locator, Page } from "playwright-core";

/** The demo phone's page, used as a person uses it. */
export interface DemoPhone {
  page: Page;
  /** The phone itself, without what lies beside it. */
  screen: Locator;
  press: (name: string) => Promise<void>;
  /** Waits for a screen by its heading. */
  sees: (heading: string) => Promise<void>;
  /** Chooses the file that the phone asks for when this is pressed. */
  choosePhoto: (press: string, photo: Buffer, name?: string) => Promise<void>;
  /** What stands under "What the app heard". */
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

/** The phone on a page that shows it already. */
export function phoneOn(page: Page): DemoPhone {
  const screen = page.getByRole("region", { name: "Phone", exact: true });
  const press = (name: string) => screen.getByRole("button", { name, exact: true }).click();
  return {
    page,
    screen,
    press,
    sees: (heading) => screen.getByRole("heading", { name: heading, exact: true }).waitFor(),
    async choosePhoto(name, photo, fileName = "photo.png") {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(name)]);
      await chooser.setFiles({ name: fileName, mimeType: "image/png", buffer: photo });
    },
    heard: () => page.locator("#heard").innerText(),
  };
}
