import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { NodeContext } from "onegini-otp-login/node";
import {
  memoryStore,
  type AttemptStore,
  type KnownSince,
  type PairingOptions,
} from "onegini-otp-login/server";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "../support/browser.js";
import { numberIn, wrong } from "../support/number-on-phone.js";
import { keys, numberedSite as scene } from "../support/numbered-site.js";
import { scriptedSite, accepted, failed, json, site, type SiteKitOptions } from "../support/site.js";
import { login } from "../support/login.js";
import { pluck, eventsOf } from "../support/events.js";

const hour = 3600;

/** A store that cannot be read while it is down. */
function failingStore() {
  const clock = new VirtualClock();
  const real = memoryStore(() => clock.now());
  let isDown = false;
  const store: AttemptStore = {
    ...real,
    get: (id) => (isDown ? Promise.reject(new Error("down")) : real.get(id)),
  };
  return { clock, store, setDown: (down: boolean) => void (isDown = down) };
}

describe("a login with a number", () => {
  test("is asked for it in a browser in which the user has not logged in before, and done with it", async (t) => {
    const { where, alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    const asked = await alice.postLogin(attempt);
    assert.equal(asked.status, 403);
    assert.deepEqual(asked.json, {
      error: "pairing_required",
      error_description: "Ask for the number on the phone, and send it as number.",
      digits: 4,
      tries_left: 3,
      expires_in: 300,
    });
    assert.deepEqual(where.logins, []);
    const done = await alice.postLogin(attempt, number);
    assert.equal(done.status, 200);
    assert.deepEqual(where.logins, [{ userId: "alice", attempt }]);
    assert.equal((await alice.status(attempt)).status, "completed");
  });

  test("is not asked again in that browser, and the site is told which it was", async (t) => {
    const browsers: (string | undefined)[] = [];
    const { alice, where, logIn, statusWithoutNumber } = await scene(
      t,
      {},
      { signIn: ({ login }) => void browsers.push(login.browser) },
    );
    await logIn(alice);
    assert.equal(await statusWithoutNumber(alice), 200);
    assert.deepEqual(browsers, ["new", "known"]);
    assert.deepEqual(pluck(eventsOf(where, "logged_in"), "browser"), ["new", "known"]);
  });

  test("is asked in a known browser too with `always`, and no cookie is set", async (t) => {
    const { alice, accept } = await scene(t, { when: "always" });
    for (let login = 0; login < 2; login++) {
      const { attempt, number } = await accept(alice);
      assert.equal((await alice.postLogin(attempt)).status, 403);
      assert.equal((await alice.postLogin(attempt, number)).status, 200);
    }
    assert.equal(alice.known, undefined);
  });

  test("is asked for a user who is not known, also where another user is", async (t) => {
    const { tokenServer, person, accept, logIn } = await scene(t);
    const shared = person();
    await logIn(shared);
    tokenServer.result = accepted("bob");
    const bob = await accept(shared);
    assert.equal((await shared.postLogin(bob.attempt)).status, 403);
  });

  test("can have six digits", async (t) => {
    const { alice, accept, messages } = await scene(t, { digits: 6 });
    const { attempt, number } = await accept(alice);
    assert.match(messages[0] ?? "", /ask for \d{6}: type/);
    assert.equal((await alice.postLogin(attempt)).json["digits"], 6);
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
  });

  test("takes the number as a person may write it", async (t) => {
    const { alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    const arabic = [...number].map((digit) => String.fromCodePoint(0x660 + Number(digit)));
    assert.equal((await alice.postLogin(attempt, ` ${arabic.join("-")}\u200F`)).status, 200);
  });

  for (const [what, number] of [
    ["too few digits", "471"],
    ["a number of JSON", 4713],
    ["an empty string", ""],
    ["a list", ["4713"]],
  ] as const)
    test(`refuses ${what}, which costs no try`, async (t) => {
      const { alice, accept } = await scene(t);
      const { attempt } = await accept(alice);
      const { status, json: body } = await alice.postLogin(attempt, number);
      assert.equal(status, 400);
      assert.equal(body["error"], "invalid_request");
      assert.equal((await alice.postLogin(attempt)).json["tries_left"], 3);
    });

  for (const digits of [4, 6] as const)
    test(`says at its start that a number of ${digits} digits may be asked for, and not at a renewal`, async (t) => {
      const { alice } = await scene(t, { digits });
      const { attempt, ...started } = await alice.start();
      assert.deepEqual(Object.keys(started).sort(), ["digits", "expires_in", "otp", "status"]);
      assert.equal(started.digits, digits);
      assert.deepEqual(Object.keys(await alice.renew(attempt)).sort(), ["expires_in", "otp", "status"]);
    });

  test("is asked for it without an error where the page sends null, as often as it does, and sets no cookie", async (t) => {
    const { clock, where, alice, accept, typesOf } = await scene(t, { digits: 6 });
    const { attempt, number } = await accept(alice);
    for (const expires_in of [300, 290]) {
      const { status, json: body, response } = await alice.postLogin(attempt, null);
      assert.equal(status, 200);
      assert.deepEqual(body, { number_required: true, digits: 6, tries_left: 3, expires_in });
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(response.headers.get("cache-control"), "no-store");
      await clock.advance(10);
    }
    assert.deepEqual([where.logins, alice.known, typesOf("number_asked")], [[], undefined, ["number_asked"]]);
    assert.equal((await alice.status(attempt)).status, "approved");
    const refused = await alice.postLogin(attempt, wrong(number));
    assert.deepEqual([refused.status, refused.json["error"]], [403, "wrong_number"]);
    assert.equal((await alice.postLogin(attempt, null)).json["tries_left"], 2);
    assert.equal((await alice.postLogin(attempt)).json["error"], "pairing_required");
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
    assert.equal((await alice.postLogin(attempt, null)).json["number_required"], undefined);
    assert.equal(where.logins.length, 2);
  });

  test("is done with null in a browser that knows the user", async (t) => {
    const { alice, where, accept, logIn } = await scene(t);
    await logIn(alice);
    const { attempt } = await accept(alice);
    const { status, json: body } = await alice.postLogin(attempt, null);
    assert.deepEqual([status, body["number_required"], where.logins.length], [200, undefined, 2]);
  });

  test("has three tries, and fails with the third", async (t) => {
    const { where, alice, accept, typesOf } = await scene(t);
    const { attempt, number } = await accept(alice);
    await alice.postLogin(attempt);
    for (const left of [2, 1]) {
      const { status, json: body } = await alice.postLogin(attempt, wrong(number, left));
      assert.equal(status, 403);
      assert.equal(body["error"], "wrong_number");
      assert.equal(body["tries_left"], left);
    }
    const last = await alice.postLogin(attempt, wrong(number, 3));
    assert.deepEqual([last.status, last.json["error"]], [403, "pairing_failed"]);
    assert.equal(last.response.headers.get("retry-after"), null);
    assert.equal((await alice.postLogin(attempt, number)).status, 409);
    assert.equal((await alice.status(attempt)).status, "failed");
    assert.deepEqual(where.logins, []);
    assert.deepEqual(typesOf("number_asked", "wrong_number", "pairing_failed", "attempt_failed"), [
      "number_asked",
      "wrong_number",
      "wrong_number",
      "attempt_failed",
      "wrong_number",
      "pairing_failed",
    ]);
  });

  test("counts a wrong number once that is posted again, because its answer was lost", async (t) => {
    const { alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    for (let post = 0; post < 4; post++)
      assert.equal((await alice.postLogin(attempt, wrong(number))).json["tries_left"], 2);
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
  });

  test("repeats within its minute, whatever number comes with the call", async (t) => {
    const { where, alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    await alice.postLogin(attempt, number);
    for (const again of [undefined, number, wrong(number), "no number"])
      assert.equal((await alice.postLogin(attempt, again)).status, 200);
    assert.equal(where.logins.length, 5);
  });

  test("takes only the number of the code that was accepted", async (t) => {
    const { tokenServer, messages, alice } = await scene(t);
    tokenServer.result = json(404, { error: "3004", error_description: "Unknown transaction" });
    const { attempt } = await alice.start();
    await alice.renew(attempt);
    tokenServer.result = (res, id, req) =>
      (id === tokenServer.started[0] ? accepted("alice") : failed("expired"))(res, id, req);
    await alice.approval(attempt);
    const [first, second] = messages.map(numberIn);
    assert.ok(first && second);
    if (first !== second)
      assert.equal((await alice.postLogin(attempt, second)).json["error"], "wrong_number");
    assert.equal((await alice.postLogin(attempt, first)).status, 200);
  });

  test("can be done for five minutes after the acceptance, and then expires, with a warning", async (t) => {
    const { clock, where, alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    await alice.postLogin(attempt);
    await clock.advance(299);
    assert.equal((await alice.postLogin(attempt)).json["expires_in"], 1);
    await clock.advance(1);
    assert.equal((await alice.postLogin(attempt, number)).status, 409);
    assert.equal((await alice.status(attempt)).status, "expired");
    const told = eventsOf(where, "attempt_expired").map(({ level, asked, userId }) => [level, asked, userId]);
    assert.deepEqual(told, [["warn", true, "alice"]]);
  });

  for (const [what, number] of [
    ["was asked for the number", undefined],
    ["has sent a wrong one", wrong],
  ] as const)
    test(`expires with a warning where the page ${what} and never calls again`, async (t) => {
      const { clock, where, alice, accept } = await scene(t);
      const { attempt, number: right } = await accept(alice);
      await alice.postLogin(attempt, number?.(right));
      await clock.advance(302);
      const told = where.events.flatMap((event) =>
        event.type === "attempt_expired" ? [[event.attempt, event.level, event.asked, event.userId]] : [],
      );
      assert.deepEqual(told, [[attempt, "warn", true, "alice"]]);
      assert.equal(clock.timers, 0);
    });

  test("that is done does not expire later", async (t) => {
    const { clock, alice, accept, typesOf } = await scene(t);
    const { attempt, number } = await accept(alice);
    const before = clock.timers;
    await alice.postLogin(attempt);
    assert.equal(clock.timers, before + 1);
    await alice.postLogin(attempt, number);
    assert.equal(clock.timers, before);
    await clock.advance(302);
    assert.deepEqual(typesOf("attempt_expired"), []);
  });

  test("expires with a warning where the store was down at that time", async (t) => {
    const { clock, store, setDown } = failingStore();
    const { where, alice, accept, typesOf } = await scene(t, {}, { store }, clock);
    await alice.postLogin((await accept(alice)).attempt);
    setDown(true);
    await clock.advance(305);
    assert.deepEqual(typesOf("attempt_expired"), []);
    setDown(false);
    await clock.advance(10);
    assert.deepEqual(typesOf("attempt_expired"), ["attempt_expired"]);
    assert.ok(where.events.some(({ type }) => type === "store_trouble"));
    assert.equal(clock.timers, 0);
  });

  test("is given up once the store has forgotten it", async (t) => {
    const { clock, store, setDown } = failingStore();
    const { alice, accept } = await scene(t, {}, { store }, clock);
    await alice.postLogin((await accept(alice)).attempt);
    setDown(true);
    await clock.advance(2 * hour);
    assert.equal(clock.timers, 0);
  });

  test("is not compared where it could not be counted, and costs no try", async (t) => {
    const clock = new VirtualClock();
    const real = memoryStore(() => clock.now());
    const store: AttemptStore = {
      ...real,
      limiter: (limit) => {
        const limiter = { read: () => Promise.resolve({ allowed: true, used: 0, resetMs: 0 }) };
        return limit.name === "wrongNumbersPerUser"
          ? { ...limiter, count: () => Promise.reject(new Error("down")) }
          : { ...limiter, count: limiter.read };
      },
    };
    const { alice, accept, typesOf, where } = await scene(t, {}, { store }, clock);
    const { attempt, number } = await accept(alice);
    for (const typed of [number, wrong(number)])
      assert.equal((await alice.postLogin(attempt, typed)).status, 503);
    assert.deepEqual([typesOf("wrong_number"), where.logins], [[], []]);
    assert.equal((await alice.postLogin(attempt)).json["tries_left"], 3);
  });

  test("leaves no timer behind when the kit is closed", async (t) => {
    const { clock, where, alice, accept } = await scene(t);
    await alice.postLogin((await accept(alice)).attempt);
    await where.kit.close();
    assert.equal(clock.timers, 0);
  });

  test("makes three tries hold when fifty numbers are posted at once", async (t) => {
    const { where, alice, accept } = await scene(t, {}, { limits: { wrongNumbersPerUser: false } });
    const { attempt, number } = await accept(alice);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => alice.postLogin(attempt, wrong(number, index + 1))),
    );
    const count = (error: string) => answers.filter(({ json: body }) => body["error"] === error).length;
    assert.deepEqual([count("wrong_number"), count("pairing_failed"), count("attempt_settled")], [2, 1, 47]);
    assert.deepEqual(where.logins, []);
  });
});

test("a right and a wrong number take the same steps in the store", async (t) => {
  const clock = new VirtualClock();
  const inner = memoryStore(() => clock.now());
  let steps: string[] = [];
  const counting: AttemptStore = {
    ...inner,
    get: (...call) => (steps.push("get"), inner.get(...call)),
    compareAndSet: (...call) => (steps.push("compareAndSet"), inner.compareAndSet(...call)),
  };
  const { alice, accept } = await scene(t, {}, { store: counting });
  const stepsOf = async (make: (number: string) => string) => {
    const { attempt, number } = await accept(alice);
    steps = [];
    await alice.postLogin(attempt, make(number));
    alice.known = undefined;
    return [...steps];
  };
  assert.deepEqual(await stepsOf((number) => number), await stepsOf((number) => wrong(number)));
});

describe("a user with many wrong numbers", () => {
  /** Uses up the ten that one hour has. */
  async function guessed(t: TestContext) {
    const all = await scene(t);
    const attacker = all.person();
    for (let guess = 0; guess < 10;) {
      const { attempt, number } = await all.accept(attacker);
      for (let tries = 1; tries <= 3 && guess < 10; tries++, guess++)
        await attacker.postLogin(attempt, wrong(number, tries));
    }
    return { ...all, attacker };
  }

  test("is refused in new browsers, with the time after which it goes on", async (t) => {
    const { clock, accept, alice, where } = await guessed(t);
    const { attempt, number } = await accept(alice);
    const { status, json: body, response } = await alice.postLogin(attempt, number);
    assert.deepEqual([status, body["error"]], [403, "pairing_failed"]);
    const retryAfter = Number(response.headers.get("retry-after"));
    assert.ok(retryAfter > 0 && retryAfter <= hour, String(retryAfter));
    assert.equal((await alice.status(attempt)).status, "failed");
    const event = where.events.findLast(({ type }) => type === "pairing_failed");
    assert.equal(event && "reason" in event && event.reason, "user_limit");
    await clock.advance(1);
  });

  for (const none of [undefined, null])
    test(`is refused there without a number too (${none}), before a page asks`, async (t) => {
      const { accept, alice } = await guessed(t);
      const { attempt } = await accept(alice);
      const { status, json: body } = await alice.postLogin(attempt, none);
      assert.deepEqual([status, body["error"]], [403, "pairing_failed"]);
    });

  test("goes on logging in where the browser is known", async (t) => {
    const all = await scene(t);
    const alice = all.person();
    const before = await all.accept(alice);
    await alice.postLogin(before.attempt, before.number);
    const attacker = all.person();
    for (let guess = 0; guess < 12;) {
      const { attempt, number } = await all.accept(attacker);
      for (let tries = 1; tries <= 3; tries++, guess++)
        await attacker.postLogin(attempt, wrong(number, tries));
    }
    const { attempt } = await all.accept(alice);
    assert.equal((await alice.postLogin(attempt)).status, 200);
  });
});

describe("what the site says about browsers", () => {
  test("a browser that the site does not want to remember is asked again", async (t) => {
    const asked: unknown[] = [];
    const { alice, accept } = await scene(t, {
      remember: ({ userId, login, request, context }) => {
        asked.push(userId, login.browser, request.method, typeof context);
        return false;
      },
    });
    const { attempt, number } = await accept(alice);
    await alice.postLogin(attempt, number);
    assert.deepEqual(asked, ["alice", "new", "POST", "object"]);
    assert.equal(alice.known, undefined);
  });

  test("a browser that it no longer wants to remember is asked again", async (t) => {
    let isWanted = true;
    const { alice, logIn, statusWithoutNumber } = await scene(t, { remember: () => isWanted });
    await logIn(alice);
    isWanted = false;
    assert.equal(await statusWithoutNumber(alice), 200);
    assert.equal(await statusWithoutNumber(alice), 403);
  });

  test("browsers from before an instant are asked again", async (t) => {
    const since = new Map<string, Date>();
    const { clock, alice, logIn, statusWithoutNumber } = await scene(t, {
      knownSince: (userId) => Promise.resolve(since.get(userId)),
    });
    await logIn(alice);
    await clock.advance(1);
    since.set("alice", new Date(clock.now()));
    await clock.advance(1);
    assert.equal(await statusWithoutNumber(alice), 403);
  });

  test("a browser that logs in within two minutes of the instant is asked once more, because clocks differ", async (t) => {
    const since: { at?: number } = {};
    const { clock, alice, accept } = await scene(t, { knownSince: () => since.at });
    since.at = clock.now();
    const answers: number[] = [];
    for (const seconds of [119, 2, 1]) {
      await clock.advance(seconds);
      const { attempt, number } = await accept(alice);
      const { status } = await alice.postLogin(attempt);
      answers.push(status);
      if (status === 403) assert.equal((await alice.postLogin(attempt, number)).status, 200);
    }
    assert.deepEqual(answers, [403, 403, 200]);
  });

  test("a login that is repeated keeps the instant of its claim", async (t) => {
    const since: { at?: number } = {};
    const { clock, alice, accept, statusWithoutNumber } = await scene(t, { knownSince: () => since.at });
    since.at = clock.now();
    await clock.advance(119);
    const first = await accept(alice);
    await alice.postLogin(first.attempt, first.number);
    await clock.advance(2);
    assert.equal((await alice.postLogin(first.attempt)).status, 200);
    assert.equal(await statusWithoutNumber(alice), 403);
  });

  test("no browser is known from before the epoch, or from before all were forgotten, to the millisecond", async (t) => {
    for (const member of ["epoch", "all"]) {
      const since: { at?: number } = {};
      const { clock, alice, accept, logIn, statusWithoutNumber } = await scene(t, {
        knownSince: () => ({ [member]: since.at }),
      });
      await logIn(alice);
      since.at = clock.now();
      await clock.advance(0.001);
      const second = await accept(alice);
      assert.equal((await alice.postLogin(second.attempt)).status, 403, member);
      await alice.postLogin(second.attempt, second.number);
      assert.equal(await statusWithoutNumber(alice), 200, member);
    }
  });

  for (const [what, fail] of [
    [
      "throws",
      () => {
        throw new Error("the database is away");
      },
    ],
    ["returns no instant", () => NaN],
    ["returns seconds", () => 1_764_000_000],
    ["returns a Date of seconds", () => new Date(1_764_000_000)],
    ["returns an object of another member", () => ({ users: new Date() }) as never],
    ["returns an empty object", () => ({})],
    ["returns an array", () => [Date.now()] as never],
    ["returns a Map", () => new Map([["user", Date.now()]]) as never],
  ] as const)
    test(`a function that ${what} makes no browser known, and an event`, async (t) => {
      let knownSince: () => number | Date | KnownSince | undefined = () => undefined;
      const { where, alice, accept } = await scene(t, { knownSince: () => knownSince() });
      const before = await accept(alice);
      assert.equal((await alice.postLogin(before.attempt, before.number)).status, 200);
      knownSince = fail;
      const { attempt, number } = await accept(alice);
      assert.equal((await alice.postLogin(attempt)).status, 403);
      assert.equal((await alice.postLogin(attempt, number)).status, 200);
      const event = where.events.find(({ type }) => type === "pairing_error");
      assert.equal(event && "operation" in event && event.operation, "knownSince");
    });

  test("a function that takes over two seconds counts as none", async (t) => {
    const { clock, where, alice, accept } = await scene(t, { remember: () => new Promise(() => undefined) });
    const { attempt, number } = await accept(alice);
    const login = alice.postLogin(attempt, number);
    await until(() => where.logins.length > 0 && clock.timers > 0, "the site's function");
    await clock.advance(2);
    assert.equal((await login).status, 200);
    assert.equal(alice.known, undefined);
    assert.ok(where.events.some(({ type }) => type === "pairing_error"));
  });
});

describe("the second cookie", () => {
  test("is set by a login with the right number and by its repetitions, and by nothing else", async (t) => {
    const { alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    await alice.postLogin(attempt);
    await alice.postLogin(attempt, wrong(number));
    assert.equal(alice.known, undefined);
    await alice.postLogin(attempt, number);
    assert.ok(alice.known);
    alice.known = undefined;
    await alice.postLogin(attempt);
    assert.ok(alice.known, "the answer was lost, and with it the cookie");
  });

  test("is not set by a login that the site refuses", async (t) => {
    const { alice, accept } = await scene(
      t,
      {},
      { signIn: () => Response.json({ error: "blocked" }, { status: 403 }) },
    );
    const { attempt, number } = await accept(alice);
    assert.equal((await alice.postLogin(attempt, number)).json["error"], "blocked");
    assert.equal(alice.known, undefined);
  });

  test("comes with the redemption of a ticket, not with the ticket, and the redemption tells which browser it was", async (t) => {
    const { where, alice, accept, statusWithoutNumber } = await scene(
      t,
      {},
      { handOver: { to: "/login/otp" } },
    );
    const { attempt, number } = await accept(alice);
    const { json: body } = await alice.postLogin(attempt, number);
    assert.equal(alice.known, undefined);
    const login = await where.kit.redeem(body["ticket"], { headers: { cookie: alice.cookie } });
    assert.equal(login?.login.browser, "new");
    alice.take(login.headers.getSetCookie());
    assert.equal(await statusWithoutNumber(alice), 200);
    for (const type of ["ticket_issued", "ticket_redeemed"]) {
      const event = where.events.find((each) => each.type === type);
      assert.equal(event && "browser" in event && event.browser, "new", type);
    }
  });

  test("is ended by forget only where the site says so", async (t) => {
    const { where } = await scene(t);
    assert.equal(where.kit.forget().getSetCookie().length, 1);
    const [, known] = where.kit.forget({ knownBrowser: true }).getSetCookie();
    assert.match(known ?? "", /^onegini-otp-login-known=; Max-Age=0/);
  });
});

describe("without the option", () => {
  test("a login is as ever, and a number that comes is ignored", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    tokenServer.result = accepted("alice");
    const person = new Browser(where);
    const { attempt } = await person.start();
    await person.approval(attempt);
    const { status, json: body } = await person.postLogin(attempt, "no number");
    assert.equal(status, 200);
    assert.deepEqual(body, { redirect_to: "/account" });
    assert.equal(person.known, undefined);
    assert.equal(where.kit.forget({ knownBrowser: true }).getSetCookie().length, 1);
  });

  test("a message with the place of a number is refused: a string at once, a function's at the start", async (t) => {
    await assert.rejects(site(t, { options: { message: "Type {number}" } }), /"message" is wrong.*"pairing"/);
    const where = await site(t, { options: { message: () => "Type {number}" } });
    assert.equal((await new Browser(where).post("")).status, 500);
  });
});

describe("the option", () => {
  for (const [what, options, expected] of [
    ["no keys", { keys: [] }, /"pairing.keys" is wrong; expected an array of one to 4 strings/],
    ["a short key", { keys: ["short"] }, /"pairing.keys" is wrong.*32 characters/],
    ["five keys", { keys: new Array<string>(5).fill(keys[0] ?? "") }, /"pairing.keys" is wrong/],
    ["five digits", { digits: 5 }, /"pairing.digits" is wrong; expected 4 or 6/],
    ["another word", { when: "never" }, /"pairing.when" is wrong; expected "unknown-browsers" or "always"/],
    ["401 days", { rememberDays: 401 }, /"pairing.rememberDays" is wrong; expected .* days from 0 to 400/],
  ] as const)
    test(`names what is wrong with ${what}`, async (t) => {
      const pairing = { keys, ...options } as unknown as PairingOptions<NodeContext>;
      await assert.rejects(site(t, { options: { message: "Type {number}", pairing } }), expected);
    });

  for (const [what, message, expected] of [
    ["no message", undefined, /"message" is missing.*\{number\}.*exactly once/],
    ["a message without a place", "Log in", /"message" is wrong.*\{number\}.*exactly once/],
    ["two places", "{number} {number}", /"message" is wrong.*exactly once/],
    ["a message that is too long", `{number}${"x".repeat(152)}`, /at most 155 characters with 4 digits/],
  ] as const)
    test(`names what is wrong with ${what}`, async (t) => {
      const options = { message, pairing: { keys } } as SiteKitOptions;
      await assert.rejects(site(t, { options }), expected);
    });

  test("takes a message that is as long as the Token Server takes it", async (t) => {
    const where = await site(t, { options: { message: `{number}${"x".repeat(151)}`, pairing: { keys } } });
    await new Browser(where).start();
    assert.equal(where.emulator.starts[0]?.get("message")?.length, 155);
  });

  test("fails a start whose function gives a text without a place", async (t) => {
    const where = await site(t, { options: { message: () => "Log in", pairing: { keys } } });
    assert.equal((await new Browser(where).post("")).status, 500);
    assert.ok(where.events.some(({ type }) => type === "internal_error"));
  });
});

describe("the number", () => {
  test("is in no answer, event or store, also where the Token Server repeats the message", async (t) => {
    const { tokenServer, where, store, alice, accept } = await scene(t, { digits: 6 });
    // Taken to be a token where it stands by itself, as no other figure of six digits here does.
    const { attempt, number } = await accept(alice);
    tokenServer.result = json(400, { error: "3004", error_description: `no such login: ask for ${number}` });
    tokenServer.start = json(400, { error: "3007", error_description: `bad message: ask for ${number}` });
    const answers = [
      await (await alice.post("")).text(),
      JSON.stringify((await alice.postLogin(attempt)).json),
      JSON.stringify((await alice.postLogin(attempt, wrong(number))).json),
      JSON.stringify(await alice.status(attempt)),
      JSON.stringify((await alice.postLogin(attempt, number)).json),
      alice.known ?? "",
    ];
    const stored = JSON.stringify(await store.get(attempt));
    const events = JSON.stringify(where.events);
    const token = new RegExp(`(?<!\\d)${number}(?!\\d)`);
    for (const text of [...answers, stored, events]) assert.doesNotMatch(text, token);
    assert.match(events, /bad message: ask for \[number\]/);
  });

  test("is in no event where the Token Server repeats the message as its error", async (t) => {
    const { tokenServer, where, messages, alice, accept } = await scene(t);
    await accept(alice);
    const [message = ""] = messages;
    tokenServer.start = json(400, { error: message });
    await alice.post("");
    const event = where.events.find(({ type }) => type === "token_server_trouble");
    assert.equal(event && "code" in event && event.code, message.replace(/\d+/, "[number]"));
  });

  test("is drawn by the kit's runtime", async (t) => {
    let drawn = 0;
    // The number comes first.
    const random = (length: number): Uint8Array => {
      const bytes = systemRuntime.random(length);
      return bytes.fill(0, 0, 2).fill(7 + drawn++, 2, 3);
    };
    const { where, browser, attempt } = await login(t, {
      runtime: { ...systemRuntime, random },
      options: { message: "Type {number}", pairing: { keys } },
    });
    await browser.renew(attempt);
    assert.deepEqual(
      where.emulator.starts.map((form) => [form.get("message"), form.get("secure_message")]),
      [
        ["Type 0007", "Type 0007"],
        ["Type 0008", "Type 0008"],
      ],
    );
  });
});
