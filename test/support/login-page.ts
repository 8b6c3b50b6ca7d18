import assert from "node:assert/strict";
import type { BrowserContext, Frame, Page } from "playwright-core";

/** Errors of a page. */
export interface Complaints {
  /** Violations of the page's policy, and uncaught errors. */
  readonly list: string[];
}

/** Records every policy violation and uncaught error of a context's pages, from their first script on. */
export async function watchForComplaints(context: BrowserContext): Promise<Complaints> {
  const list: string[] = [];
  await context.exposeFunction("noteComplaint", (text: string) => list.push(text));
  await context.addInitScript(() => {
    const note = (globalThis as unknown as { noteComplaint: (text: string) => void }).noteComplaint;
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
      note(`${location.pathname} violated ${effectiveDirective}: ${blockedURI} ${sample}`),
    );
  });
  context.on("weberror", (error) => list.push(String(error.error())));
  return { list };
}

/** Resolves when the page has painted two frames, and its requests up to then have reached the site. */
export const settled = (page: Page | Frame): Promise<void> =>
  page.evaluate(async () => {
    for (let time = 0; time < 2; time++) {
      // A hidden page is not rendered.
      if (document.visibilityState === "visible") await new Promise(requestAnimationFrame);
      await fetch("/settled").catch(() => undefined);
    }
  });

/** Waits until the element of the page is in a phase. */
export async function reachPhase(page: Page, phase: string): Promise<void> {
  try {
    await page.waitForFunction(
      (wanted) => document.querySelector("onegini-otp-login")?.matches(`:state(${wanted})`) === true,
      phase,
      { timeout: 30_000 },
    );
  } catch (error) {
    assert.fail(`The element is ${await phaseOf(page)}, not ${phase}: ${String(error)}`);
  }
}

export const phaseOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.querySelector("onegini-otp-login") as { state?: string } | null)?.state);

/** Opens the login page; resolves when its code is up. */
export async function openLoginPage(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  await reachPhase(page, "pending");
  return page;
}
