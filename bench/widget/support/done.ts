import type { Browser, Page } from "playwright-core";
import { accept, scan } from "../../server/support/phone.js";
import { ask } from "../../server/support/visitor.js";
import { impose, type Condition } from "./conditions.js";
import { proxyWith, type Fault } from "./fault.js";

/** The two web clients. Each has its own kind of phone. */
export type Client = "tag" | "yivi";

/** What one login is measured with. */
export interface Login {
  browser: Browser;
  client: Client;
  siteUrl: string;
  tokenServerUrl: string;
  fault: Fault;
  condition: Condition;
}

/** A page whose code is scanned. The person has not accepted yet. */
interface Waiting {
  /**
   * Accepts on the phone. Resolves to the milliseconds until the page knows that it is logged in.
   * @param afterFaultMs how long after the fault the person accepts
   */
  finish: (afterFaultMs: number) => Promise<number>;
}

/** The user who accepts. */
export const user = "bench-user";

/** Opens a page behind a proxy with a fault, and scans its code. */
export async function open(login: Login): Promise<Waiting> {
  const { browser, siteUrl, fault, condition } = login;
  const { proxy, strike } = await proxyWith(fault, siteUrl);
  const context = await browser.newContext();
  await context.addInitScript(() =>
    document.addEventListener("login", (event) => {
      event.preventDefault();
      globalThis.loggedInAt = Date.now();
    }),
  );
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  // A slow processor is emulated by one that waits busily: all pages at once would leave none for the servers.
  await impose(session, { ...condition, slowdown: 1 });
  const acceptOnPhone = await phoneFor(page, login, proxy.origin);
  return {
    async finish(afterFaultMs) {
      await impose(session, condition);
      strike();
      await page.waitForTimeout(afterFaultMs);
      const doneAt = Date.now();
      await acceptOnPhone();
      const known = await page.waitForFunction(() => globalThis.loggedInAt, undefined, { polling: 50 });
      const ms = Number(await known.jsonValue()) - doneAt;
      await context.close();
      await proxy.close();
      return ms;
    },
  };
}

/** Opens the page and scans its code. Returns a function that accepts on the phone. */
async function phoneFor(
  page: Page,
  { client, siteUrl, tokenServerUrl }: Login,
  origin: string,
): Promise<() => Promise<void>> {
  const started = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.goto(`${origin}/${client}`);
  const answer: unknown = await (await started).json();
  switch (client) {
    case "tag": {
      const transaction = await scan(tokenServerUrl, user, (answer as { otp: string }).otp);
      return () => accept(tokenServerUrl, transaction);
    }
    case "yivi": {
      const { token } = answer as { token: string };
      const says = async (status: string): Promise<void> =>
        void (await ask(`${siteUrl}/irma/session/${token}/phone/${status}`, { method: "POST" }));
      await says("CONNECTED");
      return () => says("DONE");
    }
    default:
      return client satisfies never;
  }
}
