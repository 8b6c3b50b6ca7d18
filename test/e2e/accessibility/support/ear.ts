import type { Page } from "playwright-core";

/** Hears what a screen reader is told of by itself: every change of every live region, in shadow roots too. */
export interface Ear {
  /** What was said so far, in order. */
  heard: () => Promise<string[]>;
}

interface Listening {
  heard: string[];
}

/** Listens to the page and the card from now on. */
export async function listen(page: Page): Promise<Ear> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    // The roles that speak unless told otherwise, and whoever asks to.
    const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output";
    const ear = new MutationObserver((changes) => {
      const regions = changes.map(({ target }) =>
        (target instanceof Element ? target : target.parentElement)?.closest(live),
      );
      for (const region of new Set(regions)) {
        const text = region?.textContent.trim();
        if (text) heard.push(text);
      }
    });
    const everything = { subtree: true, childList: true, characterData: true, attributes: true };
    ear.observe(document, everything);
    ear.observe(document.querySelector("onegini-otp-login")!.shadowRoot!, everything);
  });
  return { heard: () => page.evaluate(() => (globalThis as unknown as Listening).heard) };
}
