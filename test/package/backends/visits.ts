import assert from "node:assert/strict";
import type { Emulator } from "../support/packed-package.js";
import type { SiteBrowser } from "../support/session-browser.js";
import { user } from "./backend-list.js";
import { internalSecret } from "./running-site.js";

/** What a visitor does at a site of `examples/backends/`, and what the site answers. */

/** Logs in up to the ticket. Returns the path to which the page goes with it. */
export async function ticketOf(visitor: SiteBrowser, { phone }: Emulator, as = user): Promise<string> {
  const answer = await visitor.logIn((otp) => phone.accept(otp, as));
  const { redirect_to } = (await answer.json()) as { redirect_to: string };
  assert.match(redirect_to, /^\/login\/otp\?ticket=./);
  return redirect_to;
}

export function leadsTo(answer: Response, path: string): void {
  assert.ok([302, 303].includes(answer.status), `${answer.status} ${answer.url}`);
  assert.equal(new URL(answer.headers.get("location") ?? "", answer.url).pathname, path);
}

export async function isLoggedIn(visitor: SiteBrowser): Promise<boolean> {
  const answer = await visitor.fetch("/account");
  if (answer.status !== 200) leadsTo(answer, "/login");
  return answer.status === 200;
}

/** The field of the log-out form, where the framework has a token. */
export async function tokenOf(visitor: SiteBrowser): Promise<URLSearchParams> {
  const [, page] = await visitor.read("/account");
  const [, name, value] = /type="hidden" name="([^"]+)" value="([^"]+)"/.exec(page) ?? [];
  return new URLSearchParams(name && value ? { [name]: value } : {});
}

/** The site says so, and the person can try again. */
export async function saysThatItDoesNotWork(answer: Response): Promise<void> {
  const page = await answer.text();
  assert.equal(answer.status, 503, page);
  assert.match(page, /Logging in does not work at the moment\./);
  assert.match(page, /<onegini-otp-login /);
  assert.ok(!page.includes(internalSecret));
}
