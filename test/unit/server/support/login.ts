import type { TestContext } from "node:test";
import { Browser } from "./browser.js";
import { scriptedSite, site, type Site, type SiteOptions } from "./site.js";

async function begunAt(where: Site) {
  const browser = new Browser(where);
  return { where, browser, ...(await browser.start()) };
}

/** A site, and a browser that has begun a login there. */
export async function login(t: Pick<TestContext, "after">, options?: SiteOptions) {
  return begunAt(await site(t, options));
}

/** The same with a scripted Token Server. */
export async function scriptedLogin(t: Pick<TestContext, "after">, options?: SiteOptions) {
  const { tokenServer, where } = await scriptedSite(t, options);
  return { tokenServer, ...(await begunAt(where)) };
}
