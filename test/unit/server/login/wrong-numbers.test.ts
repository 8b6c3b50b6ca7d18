import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type Counted, type RateLimit, type RateLimiter } from "onegini-otp-login/server";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { accepted } from "../support/site.js";
import { wrong } from "../support/number-on-phone.js";
import { numberedSite } from "../support/numbered-site.js";
import { pluck, eventsOf } from "../support/events.js";

const hour = 3600;

/** Counts on a store, whose keys end a time after their first use, as on Redis. */
function countsOf(clock: VirtualClock) {
  const counts = new Map<string, { used: number; endsAt: number; isUnreadable?: boolean }>();
  const limiter = ({ name, count, seconds }: RateLimit): Required<RateLimiter> => {
    const at = (key: string, more: number): Promise<Counted> => {
      const now = clock.now();
      const kept = counts.get(`${name}|${key}`);
      const {
        used,
        endsAt,
        isUnreadable = false,
      } = kept && kept.endsAt > now ? kept : { used: 0, endsAt: now + seconds * 1000 };
      const resetMs = endsAt - now;
      if (isUnreadable)
        return Promise.resolve({ allowed: false, used: count + 1, resetMs, unreadable: "format 2" });
      if (more > 0) counts.set(`${name}|${key}`, { used: used + more, endsAt });
      return Promise.resolve({ allowed: used + more <= count, used: used + more, resetMs });
    };
    return {
      async count(key) {
        const counted = await at(key, 1);
        if (name === "wrongNumbersPerUser" && late > 0) await allAreCounted();
        return counted;
      },
      read: (key) => at(key, 0),
    };
  };
  let late = 0;
  const waiting: (() => void)[] = [];
  const allAreCounted = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < late) return;
      late = 0;
      for (const goOn of waiting.splice(0)) goOn();
    });
  /** So many numbers of users are counted before the first of them is compared. */
  const gather = (numbers: number): void => void (late = numbers);
  /** A newer version has written the counts whose keys match. */
  const spoil = (which: RegExp): void => {
    const present = [...counts].filter(([key]) => which.test(key));
    assert.ok(present.length > 0, String(which));
    for (const [, kept] of present) kept.isUnreadable = true;
  };
  return { limiter, spoil, gather, keys: () => [...counts.keys()] };
}

/** A site whose clients say where they are. */
async function scene(t: TestContext) {
  const place = { address: "192.0.2.1" as string | undefined };
  const clock = new VirtualClock();
  const counts = countsOf(clock);
  const store = { ...memoryStore(() => clock.now()), limiter: counts.limiter };
  const limits = { startsPerAddress: false, startsPerBrowser: false, tokenServerCalls: false } as const;
  const all = await numberedSite(t, {}, { store, clientIp: () => place.address, limits }, clock);
  const compared = () => eventsOf(all.where, "wrong_number").length;
  /** Posts a wrong number for each of forty accepted attempts, each in a browser of its own. */
  const fortyAtOnce = async (userOf: (count: number) => string): Promise<void> => {
    const attempts = [];
    for (let count = 0; count < 40; count++) {
      all.tokenServer.result = accepted(userOf(count));
      const browser = all.person();
      attempts.push({ browser, ...(await all.accept(browser)) });
    }
    await Promise.all(
      attempts.map(({ browser, attempt, number }) => browser.postLogin(attempt, wrong(number))),
    );
  };
  /** A user accepts a code, and these numbers are typed, each made of the right one. Resolves to the last answer. */
  const type = async (
    user: string,
    numbers: readonly ((number: string) => string)[],
    browser = all.person(),
  ) => {
    all.tokenServer.result = accepted(user);
    const { attempt, number } = await all.accept(browser);
    let answer = { status: 0, json: {} as Record<string, unknown>, retryAfter: 0 };
    for (const make of numbers) {
      const { status, json, response } = await browser.postLogin(attempt, make(number));
      answer = { status, json, retryAfter: Number(response.headers.get("retry-after")) };
    }
    return answer;
  };
  const reasons = () => pluck(eventsOf(all.where, "pairing_failed"), "reason");
  const sprayed = () => eventsOf(all.where, "numbers_sprayed");
  return { ...all, counts, compared, place, type, fortyAtOnce, reasons, sprayed };
}

const right = (number: string): string => number;
const wrongBy = (by: number) => (number: string) => wrong(number, by);

describe("wrong numbers in one browser", () => {
  test("are ten in an hour, of all users together", async (t) => {
    const { accept, clock, person, type, reasons } = await scene(t);
    const attacker = person();
    for (let user = 0; user < 5; user++) await type(`user ${user}`, [wrongBy(1), wrongBy(2)], attacker);
    const { status, json, retryAfter } = await type("another", [right], attacker);
    assert.deepEqual([status, json["error"]], [403, "pairing_failed"]);
    assert.ok(retryAfter > 0 && retryAfter <= hour, String(retryAfter));
    const { attempt } = await accept(attacker);
    assert.equal(
      (await attacker.postLogin(attempt)).json["error"],
      "pairing_failed",
      "no number is asked for",
    );
    assert.deepEqual(reasons(), ["browser_limit", "browser_limit"]);
    assert.equal((await type("another", [right])).status, 200, "in another browser");
    await clock.advance(hour);
  });
});

describe("wrong numbers of one user", () => {
  test("are ten, however many accepted attempts are posted to at once", async (t) => {
    const { place, compared, fortyAtOnce } = await scene(t);
    place.address = undefined;
    await fortyAtOnce(() => "alice");
    assert.equal(compared(), 10);
  });

  test("are not counted where the number was right, or the same wrong one came again", async (t) => {
    const { person, accept, type, reasons } = await scene(t);
    for (let login = 0; login < 12; login++) assert.equal((await type("alice", [right])).status, 200);
    const browser = person();
    const { attempt, number } = await accept(browser);
    for (let again = 0; again < 12; again++) await browser.postLogin(attempt, wrong(number));
    assert.equal((await browser.postLogin(attempt, number)).status, 200);
    assert.deepEqual(reasons(), []);
  });
});

describe("the counts of wrong numbers", () => {
  test("give nothing back to the next hour", async (t) => {
    const { clock, place, type, compared } = await scene(t);
    place.address = undefined;
    await type("alice", [wrongBy(1)]);
    await clock.advance(hour / 2);
    for (let login = 0; login < 8; login++) assert.equal((await type("alice", [right])).status, 200);
    await clock.advance(hour / 2 + 1);
    const before = compared();
    for (let attempt = 0; attempt < 8; attempt++) await type("alice", [wrongBy(1), wrongBy(2), wrongBy(3)]);
    assert.equal(compared() - before, 10);
  });

  test("lock nobody out who types the right number, in any hour", async (t) => {
    const { clock, place, type, reasons } = await scene(t);
    place.address = undefined;
    await type("alice", [wrongBy(1), right]);
    for (let minute = 10; minute < 180; minute += 2) {
      await clock.advance(120);
      assert.equal((await type("alice", [right])).status, 200, `after ${minute} minutes`);
    }
    assert.deepEqual(reasons(), []);
  });

  test("do not count what was not compared: one accepted attempt locks its user out of nothing", async (t) => {
    const { counts, place, person, accept, type, compared } = await scene(t);
    place.address = undefined;
    const attacker = person();
    const { attempt, number } = await accept(attacker);
    counts.gather(59);
    await Promise.all(
      Array.from({ length: 59 }, (_, post) => attacker.postLogin(attempt, wrong(number, post + 1))),
    );
    assert.ok(compared() <= 3, String(compared()));
    assert.equal((await type("alice", [right])).status, 200);
  });

  for (const [what, which, compares] of [
    ["of the user", /^wrongNumbersPerUser.*\|typed$/, { alice: 0, bob: 4 }],
    ["of the user, and what was given back", /^wrongNumbersPerUser/, { alice: 0, bob: 4 }],
    ["of the browser", /^wrongNumbersPerBrowser.*\|typed$/, { alice: 4, bob: 0 }],
    ["of the address", /^wrongUsersPerAddress.*\|typed$/, { alice: 0, bob: 0 }],
    ["of the address, and those who were right", /^wrongUsersPerAddress/, { alice: 0, bob: 0 }],
  ] as const)
    test(`are used up where a count ${what} cannot be read`, async (t) => {
      const { counts, person, type, compared } = await scene(t);
      const browser = person();
      await type("alice", [wrongBy(1), right], browser);
      counts.spoil(which);
      const before = compared();
      for (let attempt = 0; attempt < 4; attempt++) await type("alice", [wrongBy(1)]);
      const ofAlice = compared() - before;
      for (let attempt = 0; attempt < 4; attempt++) await type("bob", [wrongBy(1)], browser);
      assert.deepEqual({ alice: ofAlice, bob: compared() - before - ofAlice }, compares);
    });

  test("are not written for a number that was wrong before, from whatever address it comes again", async (t) => {
    const { counts, place, person, accept } = await scene(t);
    const attacker = person();
    const { attempt, number } = await accept(attacker);
    await attacker.postLogin(attempt, wrong(number));
    const before = counts.keys();
    for (let again = 0; again < 20; again++) {
      place.address = `192.0.2.${again + 2}`;
      assert.equal((await attacker.postLogin(attempt, wrong(number))).json["error"], "wrong_number");
    }
    assert.deepEqual(counts.keys(), before);
  });
});

describe("users with only wrong numbers at one address", () => {
  test("are ten, however many users' numbers are posted at once", async (t) => {
    const { compared, fortyAtOnce } = await scene(t);
    await fortyAtOnce((count) => `user ${count}`);
    assert.equal(compared(), 10);
  });

  test("are ten in an hour: then it is refused there, before the number is compared", async (t) => {
    const { clock, place, type, reasons, sprayed } = await scene(t);
    for (let user = 0; user < 10; user++)
      assert.equal((await type(`user ${user}`, [wrongBy(1)])).status, 403);
    const { status, json, retryAfter } = await type("alice", [right]);
    assert.deepEqual([status, json["error"]], [403, "pairing_failed"]);
    assert.ok(retryAfter > 0 && retryAfter <= hour, String(retryAfter));
    assert.deepEqual(reasons(), ["address_limit"]);
    assert.deepEqual(sprayed(), [
      { type: "numbers_sprayed", level: "warn", address: "192.0.2.1", users: 10 },
    ]);
    place.address = "192.0.2.2";
    assert.equal((await type("alice", [right])).status, 200, "at another address");
    place.address = "192.0.2.1";
    await clock.advance(hour);
    assert.equal((await type("bob", [right])).status, 200, "in the next hour");
  });

  test("are those of a whole IPv6 network of 48 bits", async (t) => {
    const { place, type, reasons } = await scene(t);
    for (let user = 0; user < 10; user++) {
      place.address = `2001:db8:1:${user}::1`;
      await type(`user ${user}`, [wrongBy(1)]);
    }
    place.address = "2001:db8:1:ffff::1";
    assert.equal((await type("alice", [right])).status, 403);
    assert.deepEqual(reasons(), ["address_limit"]);
    place.address = "2001:db8:2::1";
    assert.equal((await type("alice", [right])).status, 200);
  });

  test("are not counted where no address is known", async (t) => {
    const { place, type } = await scene(t);
    place.address = undefined;
    for (let user = 0; user < 12; user++) await type(`user ${user}`, [wrongBy(1)]);
    assert.equal((await type("alice", [right])).status, 200);
  });

  test("count once each, however often they are wrong", async (t) => {
    const { type } = await scene(t);
    for (let user = 0; user < 9; user++) await type(`user ${user}`, [wrongBy(1), wrongBy(2)]);
    assert.equal((await type("alice", [right])).status, 200);
  });

  test("are refused only if they are more than a third of all who typed one there", async (t) => {
    const { type, reasons } = await scene(t);
    for (let user = 0; user < 20; user++) await type(`colleague ${user}`, [right]);
    for (let user = 0; user < 10; user++) await type(`user ${user}`, [wrongBy(1)]);
    assert.equal((await type("the 31st", [right])).status, 200, "10 of 30");
    await type("an 11th user", [wrongBy(1)]);
    assert.equal((await type("alice", [right])).status, 403, "11 of 32");
    assert.deepEqual(reasons(), ["address_limit"]);
  });

  test("do not log in more often by an account of the attacker's own", async (t) => {
    const { type } = await scene(t);
    for (let login = 0; login < 30; login++) await type("mallory", [right]);
    for (let user = 0; user < 10; user++) await type(`user ${user}`, [wrongBy(1)]);
    assert.equal((await type("alice", [right])).status, 403);
  });

  test("do not lock out an office of a thousand people on its first day, of whom every fifth mistypes", async (t) => {
    const { type, reasons, sprayed } = await scene(t);
    const statuses = new Set<number>();
    for (let person = 0; person < 1000; person++) {
      const typed = person % 5 === 0 ? [wrongBy(1), right] : [right];
      statuses.add((await type(`person ${person}`, typed)).status);
    }
    assert.deepEqual([...statuses], [200]);
    assert.deepEqual([...reasons(), ...sprayed()], []);
  });

  test("leave known browsers alone", async (t) => {
    const { person, type } = await scene(t);
    const alice = person();
    await type("alice", [right], alice);
    for (let user = 0; user < 12; user++) await type(`user ${user}`, [wrongBy(1)]);
    assert.equal((await type("alice", [() => "0000"], alice)).status, 200);
  });
});
