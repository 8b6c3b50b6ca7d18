import type { Page } from "playwright-core";

/** What has the focus, through shadow roots, by what it is called; `page` where nothing has it. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    if (!active || active === document.body) return "page";
    return (active.ariaLabel ?? active.textContent).replaceAll(/\s+/g, " ").trim();
  });

/** A stop of the Tab key. */
export interface Stop {
  name: string;
  top: number;
  left: number;
}

/** Goes through the card with the Tab key, from the link before it to the link behind it. */
export async function walk(page: Page, key: "Tab" | "Shift+Tab" = "Tab"): Promise<Stop[]> {
  const [first, last] =
    key === "Tab" ? ["Example Bank", "Log in with a password"] : ["Log in with a password", "Example Bank"];
  await page.getByRole("link", { name: first }).focus();
  const stops: Stop[] = [];
  for (let count = 0; count < 10; count++) {
    await page.keyboard.press(key);
    const name = await focused(page);
    if (name === last) return stops;
    stops.push({ name, ...(await placeOf(page)) });
  }
  throw new Error(`The Tab key does not get out: ${stops.map(({ name }) => name).join(", ")}`);
}

const placeOf = (page: Page): Promise<{ top: number; left: number }> =>
  page.evaluate(() => {
    const host = document.querySelector("onegini-otp-login")!;
    const { top, left } = host.shadowRoot!.activeElement!.getBoundingClientRect();
    return { top: top + scrollY, left };
  });
