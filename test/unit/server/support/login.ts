import type { TestContext } from "node:test";
import { Browser } from "./browser.js";
import { send, type RawAnswer } from "./raw.js";
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

/** The id of a code's transaction. */
export const transactionOf = (otp: string): string =>
  (JSON.parse(atob(otp)) as { transaction_id: string }).transaction_id;

/** Posts a callback, as the Token Server does and anybody can. */
export const postCallback = (
  { url }: { url: string },
  transactionId: unknown,
  headers: Record<string, string> = {},
): Promise<RawAnswer> =>
  send("POST", `${url}/callback`, {
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ callback_uri: `${url}/callback`, transaction_id: transactionId }),
  });

/** An answer's status and the code of its error. */
export const errorOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as { error: string }).error,
];
