import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import type { CommonOptions } from "onegini-otp-login/server";
import type { NodeContext } from "onegini-otp-login/node";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn, startWithMessage, wrong } from "../../unit/server/support/number-on-phone.js";
import { accepted, scriptedTokenServer, site } from "../../unit/server/support/site.js";
import { openStore } from "./support/redis-stores.js";

/** A code that an attacker relays, with a victim who accepts each of them. Two servers share one Redis. */

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

const message = "Log in to the test site. It may ask for {number}: type it only there.";
const keys = ["a key of the tests, of 32 characters"];

async function scene(t: TestContext, prefix: string, options: Partial<CommonOptions<NodeContext>> = {}) {
  const tokenServer = await scriptedTokenServer(t);
  const numbers = new Map<string, string>();
  tokenServer.start = startWithMessage((message, id) => numbers.set(id, numberIn(message)));
  tokenServer.result = accepted("victim");
  const origin = "http://localhost:4000";
  const { store } = await openStore(t, server, { prefix });
  const { store: other } = await openStore(t, server, { prefix });
  const common = { origin, message, pairing: { keys }, ...options };
  const one = await site(t, { tokenServerUrl: tokenServer.url, options: { ...common, store } });
  const two = await site(t, { tokenServerUrl: tokenServer.url, options: { ...common, store: other } });
  const attacker = new Browser({ url: one.url, origin });
  /** Begins a login whose code the victim accepts. Resolves to its id and the number on the victim's phone. */
  const relay = async (): Promise<{ attempt: string; number: string }> => {
    const { attempt } = await attacker.start();
    await attacker.approval(attempt);
    const transaction = (await store.get(attempt))?.transactions[0]?.id ?? "";
    return { attempt, number: numbers.get(transaction) ?? "" };
  };
  const sessions = () => [...one.logins, ...two.logins];
  return { one, two, attacker, relay, sessions, store, origin };
}

const unlimited = { startsPerAddress: false, startsPerBrowser: false } as const;

test("a relay that posts no number logs in 0 of 500 times, though the victim accepts each code", async (t) => {
  const { attacker, relay, sessions } = await scene(t, "none:", { limits: unlimited });
  for (let login = 0; login < 500; login++) {
    const { attempt } = await relay();
    assert.equal((await attacker.postLogin(attempt)).status, 403);
  }
  assert.deepEqual(sessions(), []);
});

test("a relay that guesses has ten tries of a user in the time of the limit, on both servers together", async (t) => {
  const { one, two, attacker, relay, sessions, origin } = await scene(t, "guess:", {
    // An hour of the clock may end during the test, these twelve days hardly.
    limits: {
      ...unlimited,
      wrongNumbersPerBrowser: false,
      wrongNumbersPerUser: { count: 10, seconds: 1_000_000 },
    },
  });
  const there = new Browser({ url: two.url, origin });
  for (let login = 0; login < 20; login++) {
    const { attempt, number } = await relay();
    there.cookie = attacker.cookie;
    for (let tries = 1; tries <= 3; tries++)
      await (tries % 2 ? attacker : there).postLogin(attempt, wrong(number, tries));
  }
  const wrongNumbers = [...one.events, ...two.events].filter(({ type }) => type === "wrong_number");
  assert.equal(wrongNumbers.length, 10);
  assert.deepEqual(sessions(), []);
});

test("three tries hold with 50 posts at once on two servers", async (t) => {
  const { two, attacker, relay, sessions, origin } = await scene(t, "race:", {
    limits: { ...unlimited, wrongNumbersPerUser: false },
  });
  const { attempt, number } = await relay();
  const there = new Browser({ url: two.url, origin });
  there.cookie = attacker.cookie;
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, post) =>
      (post % 2 ? attacker : there).postLogin(attempt, wrong(number, post + 1)),
    ),
  );
  const count = (error: string) => answers.filter(({ json }) => json["error"] === error).length;
  assert.deepEqual([count("wrong_number"), count("pairing_failed"), count("attempt_settled")], [2, 1, 47]);
  assert.deepEqual(sessions(), []);
});

test("a reader of the store with attempts of their own learns no number", async (t) => {
  const { relay, store } = await scene(t, "reader:", { limits: unlimited });
  // Equal numbers of two attempts are stored differently: with 10,000 numbers, some of 300 are equal.
  const codes = new Map<string, string[]>();
  for (let login = 0; login < 300; login++) {
    const { attempt, number } = await relay();
    const stored = await store.get(attempt);
    assert.doesNotMatch(JSON.stringify(stored?.transactions[0]?.numberCode), new RegExp(`^"${number}`));
    codes.set(number, [...(codes.get(number) ?? []), stored?.transactions[0]?.numberCode ?? ""]);
  }
  const all = [...codes.values()].flat();
  assert.equal(new Set(all).size, 300);
});
