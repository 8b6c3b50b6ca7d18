import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { NodeContext } from "onegini-otp-login/node";
import { memoryStore, type AttemptStore, type PairingOptions } from "onegini-otp-login/server";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "./browser.js";
import { numberIn, startWithMessage } from "./number-on-phone.js";
import { accepted, scriptedTokenServer, site, type SiteKitOptions } from "./site.js";

export const keys = ["a key of the tests, of 32 characters"];

/** A site with numbers, whose user is `alice`. */
export async function numberedSite(
  t: TestContext,
  pairing: Partial<PairingOptions<NodeContext>> = {},
  options: SiteKitOptions = {},
  clock = new VirtualClock(),
) {
  const tokenServer = await scriptedTokenServer(t);
  const messages: string[] = [];
  tokenServer.start = startWithMessage((message) => messages.push(message));
  tokenServer.result = accepted("alice");
  const store: AttemptStore = memoryStore(() => clock.now());
  const where = await site(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: {
      message: "Log in to the test site. It may ask for {number}: type it only there.",
      store,
      ...options,
      pairing: { keys, ...pairing },
    },
  });
  const person = () => new Browser(where);
  const alice = person();
  /** Begins an attempt that the user accepts. Resolves to its id and the number on the phone. */
  const accept = async (browser: Browser): Promise<{ attempt: string; number: string }> => {
    const { attempt } = await browser.start();
    const number = numberIn(messages.at(-1) ?? "");
    assert.equal((await browser.status(attempt)).status, "approved");
    return { attempt, number };
  };
  /** Logs in with the number on the phone. */
  const logIn = async (browser: Browser) => {
    const { attempt, number } = await accept(browser);
    return browser.postLogin(attempt, number);
  };
  /** 200 in a browser that is known, 403 in another. */
  const statusWithoutNumber = async (browser: Browser): Promise<number> =>
    (await browser.postLogin((await accept(browser)).attempt)).status;
  const typesOf = (...types: string[]) =>
    where.events.map(({ type }) => type).filter((type) => types.includes(type));
  const visits = { person, alice, accept, logIn, statusWithoutNumber };
  return { clock, tokenServer, where, store, messages, typesOf, ...visits };
}
