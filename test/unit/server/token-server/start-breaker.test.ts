import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "../../../../src/server/store/memory-store.js";
import {
  memoryLimiter,
  type RateLimit,
  type RateLimiter,
} from "../../../../src/server/limits/rate-limiter.js";
import { holds } from "../../../support/until.js";
import { TokenServerOutage, type Fault } from "../../../support/token-server-outage.js";
import { pluck } from "../support/events.js";

/** A visitor at each of so many seconds. Returns how many calls they led to, those of the kit itself included. */
async function visitors(outage: TokenServerOutage, seconds: number, aSecond = 1): Promise<number> {
  const before = outage.starts;
  for (let visitor = 0; visitor < seconds * aSecond; visitor++) {
    await outage.visit();
    await outage.clock.advance(1 / aSecond);
  }
  return outage.starts - before;
}

const down = (fault: Fault): TokenServerOutage => {
  const outage = new TokenServerOutage();
  outage.fault = fault;
  return outage;
};

/** The kit has found out, and nobody has come since. */
async function open(fault: Fault = "refused"): Promise<TokenServerOutage> {
  const outage = down(fault);
  await outage.visits(3);
  assert.deepEqual(pluck(outage.outages, "type"), ["token_server_down"]);
  return outage;
}

describe("a Token Server that is down", () => {
  for (const fault of ["refused", "silent", 500, 503, 302, 200] as const) {
    test(`(${fault}) is called by the kit itself and by one start in five seconds each, and the others are 503 at once`, async () => {
      const outage = down(fault);
      // Three starts fail, and then the kit's own. A silent one fails after five seconds.
      await visitors(outage, 15, 10);
      const [event] = outage.outages;
      holds(event?.type === "token_server_down" && event.level === "error");
      const own = outage.ownStarts.length;
      assert.equal(await visitors(outage, 60, 10), 24);
      assert.equal(outage.ownStarts.length - own, 12);

      // The next one is the one that may call.
      await outage.clock.advance(10);
      const first = await outage.visit();
      const { status, error, retryAfter, afterMs } = await (await outage.visit()).answer;
      assert.deepEqual(
        { status, error, afterMs },
        { status: 503, error: "temporarily_unavailable", afterMs: 0 },
      );
      holds(retryAfter >= 10 && retryAfter <= 20, String(retryAfter));
      await outage.clock.advance(5);
      assert.equal((await first.answer).status, 503);
    });
  }

  test("is found so by the third failed start, however far apart they are, and by the kit's own", async () => {
    const outage = down(503);
    const since = new Date(outage.clock.now()).toISOString();
    await outage.visits(1);
    await outage.clock.advance(600);
    await outage.visits(1);
    assert.deepEqual([outage.ownStarts.length, outage.outages], [0, []]);
    await outage.clock.advance(600);
    await outage.visits(1);
    assert.equal(outage.ownStarts.length, 1);
    assert.deepEqual(outage.outages, [
      {
        type: "token_server_down",
        level: "error",
        failures: 3,
        since,
        reason: "answered 503",
        status: 503,
        code: "invalid_client",
      },
    ]);
  });

  test("is tried by the kit with nothing of a client, and with the message of kit.check", async () => {
    const outage = new TokenServerOutage({ message: () => "Of a visitor" });
    outage.fault = "refused";
    await outage.visits(3);
    const [form] = outage.ownStarts;
    assert.deepEqual(
      [...(form ?? [])],
      [
        ["type", "qr-code"],
        ["callback_uri", "https://www.example.com/otp-login/callback"],
        ["message", "Check"],
        ["secure_message", "Check"],
      ],
    );
  });

  test("is called for everybody again once the kit's own start succeeds, which a refused one leads to", async () => {
    const outage = await open();
    outage.fault = undefined;
    // A hostile client takes the place of the one that may call.
    await outage.clock.advance(5);
    await outage.visits(1, { dropped: "refused" });
    assert.deepEqual(await outage.visits(5), [201, 201, 201, 201, 201]);
    assert.deepEqual(outage.outages.slice(1), [
      { type: "token_server_recovered", level: "warn", failures: 3, durationMs: 5000 },
    ]);
  });

  test("is called for everybody again once a visitor's start succeeds", async () => {
    const outage = await open();
    await outage.clock.advance(5);
    // The kit's own one is under way.
    outage.fault = "silent";
    await outage.visits(0);
    const first = await outage.visit();
    outage.fault = undefined;
    await outage.clock.advance(5);
    assert.equal((await first.answer).status, 503);
    assert.deepEqual(await outage.visits(5), [201, 201, 201, 201, 201]);
  });

  test("is found to work again by the kit itself within five seconds, although nobody comes", async () => {
    const outage = await open();
    await outage.clock.advance(8 * 3600);
    assert.equal(outage.outages.length, 1);
    outage.fault = undefined;
    await outage.clock.advance(5);
    assert.deepEqual(
      outage.outages.slice(1).map(({ type }) => type),
      ["token_server_recovered"],
    );
    assert.deepEqual(await outage.visits(2), [201, 201]);
  });

  test("is called by a clock only while it is down, and by timers that keep no process from ending", async () => {
    const outage = down(503);
    await outage.visits(2);
    assert.equal(outage.clock.timers, 0);
    await outage.visits(1);
    const { starts } = outage;
    await outage.clock.advance(60);
    assert.deepEqual([outage.starts - starts, outage.clock.foregroundTimers], [12, 0]);
    outage.fault = undefined;
    await outage.clock.advance(5);
    assert.deepEqual([outage.outages.length, outage.clock.timers], [2, 0]);
  });

  test("is tried during a pause too, so that whoever paused hears when it is back", async () => {
    const outage = await open();
    await outage.kit.pause();
    await outage.clock.advance(60);
    outage.fault = undefined;
    await outage.clock.advance(5);
    assert.equal(outage.outages.length, 2);
  });

  test("is not found down during a pause", async () => {
    const outage = down("silent");
    for (let visitor = 0; visitor < 3; visitor++) await outage.visit();
    await outage.kit.pause();
    await outage.clock.advance(5);
    assert.deepEqual([outage.starts, outage.outages], [3, []]);
  });

  test("is called no more by a kit that is closed then", async () => {
    const outage = await open();
    const { starts } = outage;
    await outage.kit.close();
    assert.equal(outage.clock.timers, 0);
    await outage.clock.advance(60);
    assert.equal(outage.starts, starts);
  });

  test("is not called by a kit that is closed, except for visitors", async () => {
    const outage = down("refused");
    await outage.kit.close();
    assert.equal(await visitors(outage, 60), 60);
    assert.deepEqual(outage.ownStarts, []);
  });

  test("lets close() wait for the kit's own start", async () => {
    const outage = down("silent");
    for (let visitor = 0; visitor < 3; visitor++) await outage.visit();
    await outage.clock.advance(5);
    let isClosed = false;
    void outage.kit.close().then(() => (isClosed = true));
    await outage.clock.settle();
    assert.deepEqual([outage.ownStarts.length, isClosed], [1, false]);
    await outage.clock.advance(5);
    assert.ok(isClosed);
  });

  test("is asked for results all the same, so no login under way is lost", async () => {
    const outage = new TokenServerOutage();
    const status = await outage.visitorWithCode();
    outage.fault = "refused";
    await visitors(outage, 10);
    assert.equal(outage.outages.length, 1);
    const before = outage.results;
    await status();
    assert.equal(outage.results, before + 1);
    await outage.clock.advance(3);
    outage.fault = undefined;
    assert.deepEqual(await status(), { status: "approved", interval: 2 });
  });
});

describe("a Token Server is not taken for down", () => {
  test("by two failed starts", async () => {
    const outage = down("refused");
    await outage.visits(2);
    outage.fault = undefined;
    await outage.visits(1);
    outage.fault = "refused";
    await outage.visits(2);
    assert.deepEqual([outage.ownStarts, outage.outages], [[], []]);
  });

  test("by a 4xx, which the site has to fix", async () => {
    const outage = down(401);
    assert.equal(await visitors(outage, 180), 180);
  });

  test("if the kit's own start is answered 4xx", async () => {
    const outage = down(400);
    await outage.visits(9, { dropped: "refused" });
    assert.deepEqual([outage.ownStarts.length, outage.outages], [1, []]);
  });
});

describe("a start that is refused because the Token Server is down", () => {
  const limits = {
    startsPerAddress: { count: 4, seconds: 60 },
    startsPerBrowser: { count: 6, seconds: 60 },
  };
  const cookieName = "__Host-onegini-otp-login";
  const client = { address: "203.0.113.7" };

  test("counts for its browser", async () => {
    const outage = new TokenServerOutage({ limits });
    const { setCookie: cookie } = await (await outage.visit()).answer;
    outage.fault = "refused";
    await outage.visits(3);
    // Each from another address.
    assert.deepEqual(await outage.visits(8, { cookie }), [...Array<number>(6).fill(503), 429, 429]);
    assert.deepEqual(await outage.visits(1), [503]);
  });

  test("does not count for its address, and is not refused for it", async () => {
    const outage = new TokenServerOutage({ limits });
    const { setCookie: cookie } = await (await outage.visit()).answer;
    outage.fault = "refused";
    await outage.visits(3);
    assert.deepEqual(await outage.visits(5, { ...client, cookie }), Array<number>(5).fill(503));
    assert.deepEqual(await outage.visits(20, client), Array<number>(20).fill(503));
    await outage.clock.advance(5);
    outage.fault = undefined;
    assert.deepEqual(await outage.visits(5, client), [201, 201, 201, 201, 429]);
  });

  test("leaves counters behind for no more made-up cookies than starts that call do", async () => {
    const counted = new Set<string>();
    const limiter = (limit: RateLimit): RateLimiter => {
      const inMemory = memoryLimiter(limit);
      return {
        count: (key) => {
          if (limit.name === "startsPerBrowser") counted.add(key);
          return inMemory.count(key);
        },
      };
    };
    const outage = new TokenServerOutage({ limits, store: { ...memoryStore(), limiter } });
    outage.fault = "refused";
    await outage.visits(3);
    for (let visitor = 0; visitor < 50; visitor++) {
      const cookie = `${cookieName}=${String(visitor).padStart(43, "A")}`;
      assert.deepEqual(await outage.visits(1, { ...client, cookie }), [503]);
    }
    assert.equal(counted.size, limits.startsPerAddress.count);
  });
});
