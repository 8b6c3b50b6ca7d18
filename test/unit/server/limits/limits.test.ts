import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLoginKit, type RateLimiter } from "onegini-otp-login/server";
import { defaultLimits, withPrefixLimits } from "../../../../src/server/defaults/limits.js";
import { clientAt, countedNetworks } from "../../../../src/server/limits/networks.js";
import { UsageByClient } from "../../../../src/server/limits/usage-by-client.js";
import { memoryLimiter, type RateLimit } from "../../../../src/server/limits/rate-limiter.js";
import { memoryStore } from "../../../../src/server/store/memory-store.js";
import { CallQuota } from "../../../../src/server/limits/call-quota.js";
import { Browser, type StatusStream } from "../support/browser.js";
import { gathering } from "../support/gathering-store.js";
import { exchange } from "../support/raw.js";
import { holds, until } from "../../../support/until.js";
import {
  exampleOptions,
  scriptedSite,
  scriptedTokenServer,
  site,
  type Site,
  type SiteOptions,
} from "../support/site.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { login } from "../support/login.js";
import { eventsOf, pluck } from "../support/events.js";

type Options = NonNullable<SiteOptions["options"]>;

/** Two addresses of one client each. */
const clients = [
  ["an IPv4 address", ["192.0.2.1", "::ffff:192.0.2.1"]],
  ["an IPv6 network of 48 bits", ["2001:db8:1:2::1", "2001:db8:1:302::1"]],
  ["unknown addresses", [undefined, undefined]],
] as const;

/** The network of one client, and the addresses of as many customers in it as it likes. */
const clientNetworks = [
  ["an IPv6 network of 32 bits", (customer: number) => `2001:db8:${customer.toString(16)}::1`],
  ["an IPv4 network of 24 bits", (customer: number) => `203.0.113.${customer}`],
] as const;

const limited = (where: Site) => where.events.flatMap((event) => (event.type === "limited" ? [event] : []));

/** Asserts that an answer is the error of an exceeded limit, with `Retry-After` between two numbers of seconds. */
async function rejected(answer: Response, status: 429 | 503, from: number, to: number): Promise<void> {
  assert.equal(answer.status, status);
  const seconds = Number(answer.headers.get("retry-after"));
  holds(Number.isInteger(seconds) && seconds >= from && seconds <= to, `Retry-After: ${seconds}`);
  const { error } = (await answer.json()) as { error: string };
  assert.equal(error, status === 429 ? "too_many_requests" : "temporarily_unavailable");
}

describe("starts from one address", () => {
  const limits = { startsPerAddress: { count: 3, seconds: 60 } };

  test("above the limit are 429 for every browser, without a call to the Token Server", async (t) => {
    const where = await site(t, { options: { limits } });
    for (let count = 0; count < 3; count++) await new Browser(where).start();
    await rejected(await new Browser(where).post(""), 429, 1, 60);
    assert.equal(where.emulator.starts.length, 3);
    const [event] = limited(where);
    assert.equal(event?.limit, "startsPerAddress");
    assert.equal(event.address, "127.0.0.1");
    assert.equal(event.status, 429);
  });

  test("are counted for each address", async (t) => {
    let address = "192.0.2.1";
    const options: Options = { limits, clientIp: () => address };
    const where = await site(t, { options });
    for (let count = 0; count < 3; count++) await new Browser(where).start();
    await rejected(await new Browser(where).post(""), 429, 1, 60);
    address = "192.0.2.2";
    await new Browser(where).start();
  });

  test("are counted too if the connection is gone when the kit gets the request", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    let handled = 0;
    const where = await site(t, {
      tokenServerUrl: tokenServer.url,
      options: { limits },
      mount: (handler) => (req, res) => {
        req.socket.once("close", () => {
          handler(req, res);
          handled += 1;
        });
        req.socket.destroy();
      },
    });
    const start = `POST /otp-login HTTP/1.1\r\nHost: x\r\nOrigin: ${where.origin}\r\nContent-Length: 0\r\n\r\n`;
    for (let count = 0; count < 10; count++) await exchange(where.origin, start);
    // The calls of the others are still on their way to the Token Server when the last start is refused.
    const isOver = () => handled === 10 && limited(where).length === 7 && tokenServer.started.length >= 3;
    await until(isOver, "the answers of ten starts");
    assert.equal(tokenServer.started.length, 3);
  });

  test("are counted for the address that the connection had when the request came", async (t) => {
    const where = await site(t);
    const socket: { remoteAddress?: string } = { remoteAddress: "192.0.2.1" };
    const request = new Request(where.url, { method: "POST", headers: { origin: where.origin } });
    const answer = where.kit.fetch(request, { req: { socket } } as never);
    delete socket.remoteAddress;
    assert.equal((await answer).status, 201);
    assert.equal(where.emulator.starts[0]?.get("ip_address"), "192.0.2.1");
  });

  test("are not counted on a platform that knows no addresses, which is reported once", async (t) => {
    const where = await site(t, { options: { limits } });
    for (let count = 0; count < 5; count++) {
      const request = new Request(where.url, { method: "POST", headers: { origin: where.origin } });
      assert.equal((await where.kit.fetch(request, undefined as never)).status, 201);
    }
    const [event, ...more] = eventsOf(where, "no_client_address");
    assert.equal(event?.level, "warn");
    assert.deepEqual(more, []);
  });

  test("without an address are reported once where clientIp gives none, also with the limits off", async (t) => {
    const options: Options = { limits: { startsPerAddress: false }, clientIp: () => undefined };
    const where = await site(t, { options });
    for (let count = 0; count < 2; count++) await new Browser(where).start();
    assert.equal(eventsOf(where, "no_client_address").length, 1);
  });

  test("without an address are not reported where another had one: its connection was reset", async (t) => {
    let address: string | undefined = "192.0.2.1";
    const where = await site(t, { options: { clientIp: () => address } });
    await new Browser(where).start();
    address = undefined;
    await new Browser(where).start();
    assert.deepEqual(eventsOf(where, "no_client_address"), []);
  });

  for (const [bits, networks] of [
    [56, ["2001:db8:0:1", "2001:db8:0:2", "2001:db8:0:3"]],
    [48, ["2001:db8:0:1", "2001:db8:0:101", "2001:db8:0:201"]],
  ] as const) {
    test(`from one IPv6 network of ${bits} bits have a limit too, which does not affect others`, async (t) => {
      let address = "";
      const name = bits === 56 ? "startsPerIpv6Prefix56" : "startsPerIpv6Prefix48";
      const options: Options = { limits: { [name]: { count: 2, seconds: 60 } }, clientIp: () => address };
      const where = await site(t, { options });
      const [one, two, three] = networks;
      for (address of [`${one}::1`, `${two}::1`]) await new Browser(where).start();
      address = `${three}::1`;
      await rejected(await new Browser(where).post(""), 429, 1, 60);
      assert.equal(limited(where)[0]?.limit, name);
      address = "2001:db8:1:1::1";
      await new Browser(where).start();
    });
  }

  test("above the limit of a small network do not use up the limit of the larger one", async (t) => {
    let address = "2001:db8:0:1::1";
    const options: Options = {
      limits: { startsPerAddress: { count: 2, seconds: 60 } },
      clientIp: () => address,
    };
    const where = await site(t, { options });
    for (let count = 0; count < 2; count++) await new Browser(where).start();
    for (let count = 0; count < 9; count++) await rejected(await new Browser(where).post(""), 429, 1, 60);
    address = "2001:db8:0:2::1";
    await new Browser(where).start();
  });

  test("above the limit of a large network leave no counter behind for the smaller ones", async (t) => {
    const counted: string[] = [];
    // Other servers have used up the limit of the largest network.
    const limiter = (): RateLimiter => ({
      count: (key) => {
        counted.push(key);
        return Promise.resolve({ allowed: !key.endsWith("/48"), used: 10_000, resetMs: 60_000 });
      },
    });
    const options: Options = { clientIp: () => "2001:db8:0:1::1", store: { ...memoryStore(), limiter } };
    const where = await site(t, { options });
    for (let count = 0; count < 3; count++) await rejected(await new Browser(where).post(""), 429, 60, 60);
    assert.deepEqual(counted, [`${where.origin}|2001:db8::/48`]);
  });

  test("that the Token Server's quota refuses are not counted", async (t) => {
    const clock = new VirtualClock();
    const options: Options = {
      limits: { startsPerAddress: { count: 3, seconds: 60 }, tokenServerCalls: { count: 1, seconds: 1 } },
    };
    const where = await site(t, { options, runtime: clock });
    for (let count = 0; count < 3; count++) {
      await new Browser(where).start();
      for (let refused = 0; refused < 3; refused++)
        await rejected(await new Browser(where).post(""), 503, 1, 1);
      await clock.advance(1);
    }
    await rejected(await new Browser(where).post(""), 429, 1, 60);
  });

  test("are allowed again when the time is over", async (t) => {
    // rate-limiter-flexible reads the host's clock.
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const clock = new VirtualClock();
    const options: Options = { limits: { startsPerAddress: { count: 1, seconds: 60 } } };
    const where = await site(t, { options, runtime: clock });
    await new Browser(where).start();
    await rejected(await new Browser(where).post(""), 429, 60, 60);
    t.mock.timers.tick(60_000);
    await clock.advance(60);
    await new Browser(where).start();
  });

  test("above the limit do not affect attempts that have begun", async (t) => {
    const { where, browser, attempt, otp } = await login(t, {
      options: { limits: { startsPerAddress: { count: 1, seconds: 60 } } },
    });
    await rejected(await browser.post(""), 429, 1, 60);
    await browser.renew(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    assert.equal((await browser.logIn(attempt)).status, 200);
  });
});

describe("starts that are asked for at one moment", () => {
  /** A store that counts for limits when it is told to go on, and tells the counts. */
  const countingStore = () => {
    const counts = new Map<string, number>();
    let goOn = (): void => undefined;
    const going = new Promise<void>((resolve) => (goOn = resolve));
    const limiter = ({ name, count, seconds }: RateLimit): RateLimiter => ({
      async count(key) {
        await going;
        const used = (counts.get(`${name} ${key}`) ?? 0) + 1;
        counts.set(`${name} ${key}`, used);
        return { allowed: used <= count, used, resetMs: seconds * 1000 };
      },
    });
    return { counts, store: { ...memoryStore(), limiter }, goOn };
  };
  test("use up no more of a larger network's limit while they are counted", async (t) => {
    const { counts, store, goOn } = countingStore();
    const limits = { startsPerAddress: { count: 40, seconds: 60 } };
    const { where } = await scriptedSite(t, {
      options: { limits, store, clientIp: () => "2001:db8:0:1::1" },
    });
    const answers = Array.from({ length: 100 }, () => new Browser(where).post(""));
    await until(() => limited(where).length === 90, "the answers of those that are not counted");
    goOn();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 10);
    assert.equal(counts.get(`startsPerIpv6Prefix48 ${where.origin}|2001:db8::/48`), 10);
  });

  test("are not counted if the Token Server's quota refuses them", async (t) => {
    const { counts, store, goOn } = countingStore();
    const limits = {
      startsPerAddress: { count: 400, seconds: 60 },
      tokenServerCalls: { count: 4, seconds: 600 },
    };
    const { where } = await scriptedSite(t, {
      options: { limits, store, clientIp: () => undefined },
    });
    const answers = Array.from({ length: 40 }, () => new Browser(where).post(""));
    await until(() => limited(where).length >= 36, "the answers of those without quota");
    goOn();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    const begun = statuses.filter((status) => status === 201).length;
    assert.equal(statuses.filter((status) => status === 503).length, 40 - begun);
    assert.deepEqual([...counts], [[`startsPerAddress ${where.origin}|unknown`, begun]]);
  });
});

describe("starts at one of two sites with the same store", () => {
  test("use up nothing of the other one's limits", async (t) => {
    // As in a store that servers share: one count for each name and key.
    const limiters = new Map<string, RateLimiter>();
    const limiter = (limit: RateLimit): RateLimiter => {
      const shared = limiters.get(limit.name) ?? memoryLimiter(limit);
      limiters.set(limit.name, shared);
      return shared;
    };
    const store = { ...memoryStore(), limiter };
    const rate = { count: 2, seconds: 60 };
    const options: Options = { store, limits: { startsPerAddress: rate, startsPerBrowser: rate } };
    const [one, other] = [await site(t, { options }), await site(t, { options })];
    const browser = new Browser(one);
    browser.cookie = `onegini-otp-login=${"x".repeat(43)}`;
    for (let count = 0; count < 2; count++) await browser.start();
    await rejected(await browser.post(""), 429, 1, 60);

    const elsewhere = new Browser(other);
    elsewhere.cookie = browser.cookie;
    for (let count = 0; count < 2; count++) await elsewhere.start();
    await rejected(await elsewhere.post(""), 429, 1, 60);
  });
});

describe("starts of one browser", () => {
  test("are not counted if the address is above its limit", async (t) => {
    const counted: string[] = [];
    // Other servers have used up the address's limit.
    const limiter = ({ name }: RateLimit): RateLimiter => ({
      count: () => {
        counted.push(name);
        return Promise.resolve({ allowed: name !== "startsPerAddress", used: 10_000, resetMs: 60_000 });
      },
    });
    const where = await site(t, { options: { store: { ...memoryStore(), limiter } } });
    const stranger = new Browser(where);
    stranger.cookie = `onegini-otp-login=${"x".repeat(43)}`;
    await rejected(await stranger.post(""), 429, 60, 60);
    assert.deepEqual(counted, ["startsPerAddress"]);
  });

  const limits = { startsPerBrowser: { count: 2, seconds: 60 } };

  test("above the limit are 429; another browser at the same address may start", async (t) => {
    const where = await site(t, { options: { limits } });
    const browser = new Browser(where);
    // The first start has no cookie, so it does not count for a browser.
    for (let count = 0; count < 3; count++) await browser.start();
    await rejected(await browser.post(""), 429, 1, 60);
    await new Browser(where).start();
    assert.equal(limited(where)[0]?.limit, "startsPerBrowser");
  });

  test("above the limit do not use up the limit of its address", async (t) => {
    const startsPerAddress = { count: 6, seconds: 60 };
    const where = await site(t, { options: { limits: { ...limits, startsPerAddress } } });
    const browser = new Browser(where);
    for (let count = 0; count < 3; count++) await browser.start();
    for (let count = 0; count < 10; count++) await rejected(await browser.post(""), 429, 1, 60);
    for (let count = 0; count < 2; count++) await new Browser(where).start();
  });
});

describe("streams of one browser", () => {
  const limits = { streamsPerBrowser: 2 };

  test("above the limit are 429, until another one ends", async (t) => {
    const where = await site(t, { options: { limits } });
    const browser = new Browser(where);
    const attempts = [await browser.start(), await browser.start(), await browser.start()];
    const [one, two, three] = attempts.map(({ attempt }) => attempt) as [string, string, string];
    const first = await browser.stream(one);
    const second = await browser.stream(two);
    await until(() => first.events.length + second.events.length === 2, "both streams");
    const accept = { accept: "text/event-stream" };
    await rejected(await browser.get(`/${three}`, { headers: accept }), 429, 10, 10);
    assert.equal(limited(where)[0]?.attempt, three);
    first.close();
    await until(async () => (await where.kit.health()).watchers === 1, "the stream to go");
    const again = await browser.get(`/${three}`, { headers: accept });
    assert.equal(again.status, 200);
    await again.body?.cancel();
    second.close();
  });

  test("above the limit affect neither another browser nor a further stream of the same attempt, which ends the oldest", async (t) => {
    const { where, browser, attempt } = await login(t, { options: { limits } });
    const streams = [await browser.stream(attempt), await browser.stream(attempt)];
    await until(() => streams.every(({ events }) => events.length === 1), "both streams");
    const third = await browser.watch(attempt);
    await streams[0]?.end();
    const other = new Browser(where);
    const stream = await other.watch((await other.start()).attempt);
    for (const open of [...streams, third, stream]) open.close();
  });

  test("above the limit, a poll is answered at once instead of being held, and the login works", async (t) => {
    const where = await site(t, { options: { limits: { streamsPerBrowser: 1 } } });
    const browser = new Browser(where);
    const stream = await browser.watch((await browser.start()).attempt);
    const { attempt, otp } = await browser.start();
    const answer = await browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("preference-applied"), null);
    assert.equal(((await answer.json()) as { interval: number }).interval, 2);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await until(() => where.events.some(({ type }) => type === "attempt_approved"), "the approval");
    assert.equal((await browser.status(attempt)).status, "approved");
    assert.equal((await browser.logIn(attempt)).status, 200);
    stream.close();
  });
});

describe("streams and held polls that are asked for at one moment", () => {
  const twelve = async (where: Site) => {
    const browser = new Browser(where);
    const attempts: string[] = [];
    for (let count = 0; count < 12; count++) attempts.push((await browser.start()).attempt);
    return { browser, attempts };
  };

  // One address gets half of a server's streams.
  for (const [limits, allowed] of [
    [{ streamsPerBrowser: 4 }, 4],
    [{ streamsPerNode: 8 }, 4],
  ] as const) {
    const [name = ""] = Object.keys(limits);

    test(`are no more than ${name}: streams above it end with the time of the next try`, async (t) => {
      const where = await site(t, { options: { limits, store: gathering(memoryStore(), 12) } });
      const { browser, attempts } = await twelve(where);
      const streams = await Promise.all(attempts.map((attempt) => browser.stream(attempt)));
      await until(
        () => streams.filter(({ ended }) => ended).length === 12 - allowed,
        "the end of those above the limit",
      );
      assert.equal((await where.kit.health()).watchers, allowed);
      for (const stream of streams.filter(({ ended }) => ended)) {
        assert.deepEqual([stream.events, stream.retryMs], [[], 10_000]);
        await stream.end();
      }
      for (const stream of streams) stream.close();
    });

    test(`are no more than ${name}: polls above it are answered at once`, async (t) => {
      const where = await site(t, { options: { limits, store: gathering(memoryStore(), 12) } });
      const { browser, attempts } = await twelve(where);
      const intervals: (number | undefined)[] = [];
      const polls = attempts.map(async (attempt) => {
        intervals.push((await browser.status(attempt, { prefer: "wait=20" })).interval);
      });
      await until(() => intervals.length === 12 - allowed, "the answers above the limit");
      assert.deepEqual(new Set(intervals), new Set([2]));
      assert.equal((await where.kit.health()).watchers, allowed);
      await where.kit.close();
      await Promise.all(polls);
    });
  }
});

describe("streams of one server", () => {
  test("above the limit are 503 for every browser; health() counts them", async (t) => {
    const where = await site(t, { options: { limits: { streamsPerNode: 1 } } });
    const browser = new Browser(where);
    const stream = await browser.watch((await browser.start()).attempt);
    assert.equal((await where.kit.health()).watchers, 1);
    const other = new Browser(where);
    const { attempt } = await other.start();
    const accept = { accept: "text/event-stream" };
    await rejected(await other.get(`/${attempt}`, { headers: accept }), 503, 10, 10);
    stream.close();
    await until(async () => (await where.kit.health()).watchers === 0, "the stream to go");
    const next = await other.watch(attempt);
    next.close();
  });

  for (const [of, [address, sameClient]] of clients) {
    test(`are limited for ${of} once half of them are open, and others can still open theirs`, async (t) => {
      let from: string | undefined = address;
      const options: Options = { limits: { streamsPerNode: 8 }, clientIp: () => from };
      const where = await site(t, { options });
      const watchers = async () => (await where.kit.health()).watchers;
      const open = async () => {
        const browser = new Browser(where);
        const stream = await browser.stream((await browser.start()).attempt);
        assert.equal(stream.response.status, 200);
        return stream;
      };
      const isRefused = async () => {
        const browser = new Browser(where);
        const { attempt } = await browser.start();
        const headers = { accept: "text/event-stream" };
        await rejected(await browser.get(`/${attempt}`, { headers }), 503, 10, 10);
        assert.equal((await browser.status(attempt, { prefer: "wait=20" })).interval, 2);
      };
      const streams = [await open(), await open(), await open(), await open()];
      from = sameClient;
      await isRefused();
      for (from of ["198.51.100.1", "198.51.100.2"]) {
        streams.push(await open(), await open());
        await isRefused();
      }
      assert.equal(await watchers(), 8);
      for (const stream of streams) stream.close();
      await until(async () => (await watchers()) === 0, "the streams to go");
      from = address;
      (await open()).close();
    });
  }

  for (const [of, addressOf] of clientNetworks) {
    test(`are limited to half for ${of} that changes its address for each`, async (t) => {
      let from = "";
      const options: Options = { limits: { streamsPerNode: 8 }, clientIp: () => from };
      const where = await site(t, { options });
      const streams: StatusStream[] = [];
      const open = async (address: string): Promise<number> => {
        from = address;
        const browser = new Browser(where);
        const stream = await browser.stream((await browser.start()).attempt);
        streams.push(stream);
        return stream.response.status;
      };
      const statuses: number[] = [];
      for (let customer = 1; customer <= 8; customer++) statuses.push(await open(addressOf(customer)));
      assert.deepEqual(statuses, [200, 200, 200, 200, 503, 503, 503, 503]);
      for (const other of ["198.51.100.1", "192.0.2.1", "2001:db9::1", "2001:dba::1"])
        assert.equal(await open(other), 200);
      for (const stream of streams) stream.close();
      await until(async () => (await where.kit.health()).watchers === 0, "the streams to go");
      assert.equal(await open(addressOf(1)), 200);
      streams.at(-1)?.close();
    });
  }

  test("are no longer counted when they end: settled, replaced or closed by the server", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const streams: StatusStream[] = [];
    for (let count = 0; count < 4; count++) streams.push(await browser.stream(attempt));
    await until(() => streams[3]?.events.length === 1, "the last stream");
    assert.equal((await where.kit.health()).watchers, 2);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    for (const stream of streams) await stream.end();
    assert.equal((await where.kit.health()).watchers, 0);
    await browser.watch((await browser.start()).attempt);
    await where.kit.close();
    assert.equal((await where.kit.health()).watchers, 0);
  });
});

describe("calls to the Token Server", () => {
  test("above the limit are not made: a start, a renewal and a poll are 503", async (t) => {
    const { where, browser, attempt } = await login(t, {
      options: { limits: { tokenServerCalls: { count: 1, seconds: 30 } } },
    });
    await browser.renew(attempt);
    await browser.status(attempt);
    await rejected(await browser.post(`/${attempt}/otp`), 503, 1, 30);
    await rejected(await browser.post(""), 503, 1, 30);
    const calls = where.emulator.polls.length;
    await rejected(await browser.get(`/${attempt}`), 503, 1, 30);
    assert.equal(where.emulator.starts.length, 2);
    assert.equal(where.emulator.polls.length, calls);
    assert.equal(limited(where)[0]?.limit, "tokenServerCalls");
  });

  test("a browser that renews and polls without end does not stop others from starting and logging in", async (t) => {
    const where = await site(t, { options: { limits: { tokenServerCalls: { count: 10, seconds: 30 } } } });
    const greedy = new Browser(where);
    const { attempt } = await greedy.start();
    for (let tries = 0; tries < 19; tries++) await greedy.post(`/${attempt}/otp`);
    for (let tries = 0; tries < 40; tries++) await greedy.get(`/${attempt}`);
    assert.equal((await greedy.post(`/${attempt}/otp`)).status, 503);
    const person = new Browser(where);
    const { attempt: own, otp } = await person.start();
    const stream = await person.stream(own);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    assert.equal((await person.logIn(own)).status, 200);
  });

  test("a poll gets the result of every open transaction, a reopened stream of the five newest", async (t) => {
    const clock = new VirtualClock();
    const { where, browser, attempt } = await login(t, { runtime: clock });
    for (let count = 0; count < 6; count++) await browser.renew(attempt);
    await browser.status(attempt);
    assert.equal(where.emulator.polls.length, 7);
    await clock.advance(2);
    const stream = await browser.stream(attempt);
    await until(() => where.emulator.polls.length === 12, "the result calls of the stream");
    stream.close();
  });

  test("a renewal that was 503 does not count as a transaction", async (t) => {
    const options = {
      limits: { tokenServerCalls: { count: 1, seconds: 4 }, transactionsPerAttempt: 3 },
    };
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const clock = new VirtualClock();
    const { browser, attempt } = await login(t, { options, runtime: clock });
    await browser.renew(attempt);
    await rejected(await browser.post(`/${attempt}/otp`), 503, 4, 4);
    t.mock.timers.tick(4000);
    await clock.advance(4);
    await browser.renew(attempt);
  });

  test("a callback's result call waits until there is quota, and is made then", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const clock = new VirtualClock();
    const options = { limits: { tokenServerCalls: { count: 1, seconds: 3 } } };
    const where = await site(t, { options, runtime: clock });
    const [first, second] = [new Browser(where), new Browser(where)];
    const transactions = [await first.start()];
    t.mock.timers.tick(3000);
    await clock.advance(3);
    transactions.push(await second.start());
    for (const { otp } of transactions) await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    const callbacks = () => where.events.filter(({ type }) => type === "callback_received").length;
    await until(() => callbacks() === 2 && where.emulator.polls.length === 1, "the first result call");
    t.mock.timers.tick(3000);
    await clock.advance(3);
    await until(() => where.events.filter(({ type }) => type === "attempt_approved").length === 2, "both");
    assert.equal(where.emulator.polls.length, 2);
  });

  test("a result call waits for quota no longer than a call may take", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 1, seconds: 4 }, clock);
    const got: (boolean | undefined)[] = [];
    for (const index of [0, 1, 2]) {
      void quota.wait("result", 5000, [`192.0.2.${index}`]).then((hasQuota) => (got[index] = hasQuota));
    }
    await clock.advance(3.9);
    assert.deepEqual(got, [true]);
    await clock.advance(0.2);
    assert.deepEqual(got, [true, true, false]);
  });

  test("a result call gets the quota of the last moment", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 1, seconds: 4 }, clock);
    quota.take("result", undefined);
    const got = quota.wait("result", 4000, undefined);
    await clock.advance(4);
    assert.equal(await got, true);
  });

  test("nothing is counted while there is no quota", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 1, seconds: 1 }, clock);
    assert.equal(quota.take("start", undefined), true);
    assert.equal(quota.take("start", undefined), false);
    assert.equal(quota.retryAfterMs("start", undefined), 1000);
    assert.equal(quota.retryAfterMs("poll", undefined), 0);
    await clock.advance(0.9);
    assert.equal(quota.take("start", undefined), false);
    await clock.advance(0.1);
    assert.equal(quota.retryAfterMs("start", undefined), 0);
    assert.equal(quota.take("start", undefined), true);
  });
});

describe("calls of one client", () => {
  const [client, other, third] = ["203.0.113.1", "198.51.100.1", "192.0.2.1"] as const;

  /** How many of a hundred calls have quota. */
  const taken = (quota: CallQuota, by: string): number =>
    Array.from({ length: 100 }, () => quota.take("result", clientAt(by))).filter((hasQuota) => hasQuota)
      .length;

  test("have the first half of a period's quota, then a quarter of it at most", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 40, seconds: 1 }, clock);
    for (let periods = 0; periods < 3; periods++) {
      assert.equal(taken(quota, client), 20);
      assert.equal(taken(quota, other), 10);
      assert.equal(taken(quota, third), 10);
      assert.equal(taken(quota, "192.0.2.2"), 0);
      await clock.advance(1);
    }
  });

  test("all have quota if many clients make some each", () => {
    const quota = new CallQuota({ count: 40, seconds: 1 }, new VirtualClock());
    for (let calls = 0; calls < 40; calls++) {
      assert.equal(quota.take("renewal", clientAt(`198.51.${calls % 4}.1`)), true);
    }
  });

  for (const [of, addressOf] of clientNetworks) {
    test(`have half of the quota for ${of} that changes its address for each`, () => {
      const quota = new CallQuota({ count: 40, seconds: 1 }, new VirtualClock());
      let hadQuota = 0;
      for (let customer = 1; customer <= 100; customer++)
        if (quota.take("start", clientAt(addressOf(customer)))) hadQuota++;
      assert.equal(hadQuota, 20);
      for (const by of [other, third])
        for (let call = 0; call < 10; call++) assert.equal(quota.take("start", clientAt(by)), true);
    });
  }

  test("have a quota of one where a quarter is less than one", () => {
    const quota = new CallQuota({ count: 2, seconds: 1 }, new VirtualClock());
    assert.equal(taken(quota, client), 1);
    assert.equal(taken(quota, other), 1);
  });

  test("wait for the next period", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 40, seconds: 1 }, clock);
    taken(quota, client);
    assert.equal(quota.retryAfterMs("result", clientAt(client)), 1000);
    assert.equal(quota.retryAfterMs("result", clientAt(other)), 0);
    let got: boolean | undefined;
    void quota.wait("result", 5000, clientAt(client)).then((hasQuota) => (got = hasQuota));
    await clock.advance(0.9);
    assert.equal(got, undefined);
    await clock.advance(0.1);
    assert.equal(got, true);
  });

  test("are made one after the other in the next period, so that other work is done in between", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 40, seconds: 1 }, clock);
    taken(quota, client);
    let got = 0;
    for (let call = 0; call < 3; call++) void quota.wait("result", 5000, clientAt(client)).then(() => got++);
    await clock.advance(1);
    assert.equal(got, 1);
    await clock.advance(0.025);
    assert.equal(got, 2);
    await clock.advance(0.025);
    assert.equal(got, 3);
  });

  test("do not wait if as many wait already as there are calls in a period", async () => {
    const clock = new VirtualClock();
    const quota = new CallQuota({ count: 40, seconds: 1 }, clock);
    const got: boolean[] = [];
    const call = (by: string) =>
      void quota.wait("result", 5000, clientAt(by)).then((hasQuota) => got.push(hasQuota));
    for (let calls = 0; calls < 1000; calls++) call(client);
    await clock.settle();
    assert.equal(got.filter((hasQuota) => hasQuota).length, 20);
    assert.equal(clock.timers, 40);
    call(other);
    await clock.settle();
    assert.equal(got.at(-1), true);
    await clock.advance(5);
    assert.equal(got.filter((hasQuota) => hasQuota).length, 61);
    assert.equal(clock.timers, 0);
  });

  for (const [of, addresses] of clients) {
    test(`are counted together for ${of}: its starts, renewals and polls are 503, and those of others are not`, async (t) => {
      let address: string | undefined = addresses[0];
      const options = {
        limits: { tokenServerCalls: { count: 8, seconds: 1 } },
        clientIp: () => address,
      };
      const where = await site(t, { options, runtime: new VirtualClock() });
      const begin = async () => {
        const browser = new Browser(where);
        return { browser, ...(await browser.start()) };
      };
      const [first, second] = [await begin(), await begin()];
      address = addresses[1];
      const third = await begin();
      await begin();
      await rejected(await new Browser(where).post(""), 503, 1, 1);
      // What counts is the address that began the attempt.
      address = "198.51.100.1";
      for (const { browser, attempt } of [first, second]) {
        await browser.renew(attempt);
        await browser.renew(attempt);
        await browser.status(attempt);
      }
      await rejected(await third.browser.post(`/${third.attempt}/otp`), 503, 1, 1);
      await rejected(await third.browser.get(`/${third.attempt}`), 503, 1, 1);
      const person = await begin();
      await person.browser.renew(person.attempt);
      await person.browser.status(person.attempt);
    });
  }
});

describe("starts on connections that are reset at once", () => {
  test("are those of one client, which leaves calls to others", async (t) => {
    const limits = { startsPerAddress: false, tokenServerCalls: { count: 4, seconds: 1 } } as const;
    const where = await site(t, { options: { limits }, runtime: new VirtualClock() });
    const start = async (remoteAddress?: string) => {
      const request = new Request(where.url, { method: "POST", headers: { origin: where.origin } });
      return (await where.kit.fetch(request, { req: { socket: { remoteAddress } } } as never)).status;
    };
    const reset = [await start(), await start(), await start()];
    assert.deepEqual(reset, [201, 201, 503]);
    assert.equal(await start("192.0.2.1"), 201);
  });
});

describe("on a platform that knows no addresses", () => {
  test("all clients together may use the whole of each limit", async (t) => {
    const limits = { streamsPerNode: 4, tokenServerCalls: { count: 4, seconds: 1 } };
    const where = await site(t, { options: { limits }, runtime: new VirtualClock() });
    const call = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const request = new Request(where.url + path, {
        method,
        headers: { origin: where.origin, ...headers },
      });
      return where.kit.fetch(request, undefined as never);
    };
    for (let clients = 0; clients < 4; clients++) {
      const answer = await call("POST", "");
      assert.equal(answer.status, 201);
      const { attempt } = (await answer.json()) as { attempt: string };
      const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
      assert.equal((await call("GET", `/${attempt}`, { cookie })).status, 200);
      assert.equal((await call("POST", `/${attempt}/otp`, { cookie })).status, 201);
      const stream = await call("GET", `/${attempt}`, { cookie, accept: "text/event-stream" });
      assert.equal(stream.status, 200);
      await stream.body?.getReader().read();
    }
    assert.equal((await call("POST", "")).status, 503);
    assert.equal((await where.kit.health()).watchers, 4);
    await where.kit.close();
  });
});

describe("the share of one client", () => {
  for (const [limit, byOthers, byNetwork, byCustomer, isUsedUp] of [
    [20, 0, 0, 9, false],
    [20, 6, 0, 4, false],
    [20, 5, 0, 5, true],
    [20, 0, 9, 0, false],
    [20, 1, 9, 0, false],
    [20, 1, 10, 0, true],
    [20, 20, 0, 0, true],
    [3, 0, 0, 1, false],
    [3, 1, 0, 1, true],
    [1, 0, 0, 0, false],
  ] as const) {
    const used = `${byCustomer} used by it, ${byNetwork} by others in its network and ${byOthers} by others`;
    test(`of ${limit}, with ${used}, is ${isUsedUp ? "" : "not "}used up`, () => {
      const shares = new UsageByClient();
      shares.add(["other"], byOthers);
      shares.add(["neighbour", "network"], byNetwork);
      shares.add(["customer", "network"], byCustomer);
      assert.equal(shares.isUsedUp(limit, ["customer", "network"]), isUsedUp);
    });
  }
});

describe("the limits", () => {
  test("have the documented defaults, which allow 300 starts from one address", async (t) => {
    assert.deepEqual(defaultLimits, {
      startsPerAddress: { count: 300, seconds: 60 },
      startsPerBrowser: { count: 60, seconds: 60 },
      waiting: { perAddress: 2000, total: 100_000 },
      streamsPerAttempt: 2,
      streamsPerBrowser: 20,
      streamsPerNode: 20_000,
      tokenServerCalls: { count: 1000, seconds: 1 },
      transactionsPerAttempt: 20,
      loginsPerAttempt: 20,
      wrongNumbersPerUser: { count: 10, seconds: 3600 },
      wrongNumbersPerBrowser: { count: 10, seconds: 3600 },
      wrongUsersPerAddress: { count: 10, seconds: 3600 },
      bodyBytes: 4096,
    });
    const perNetwork = withPrefixLimits(defaultLimits);
    assert.deepEqual(perNetwork.startsPerIpv6Prefix56, { count: 600, seconds: 60 });
    assert.deepEqual(perNetwork.startsPerIpv6Prefix48, { count: 1200, seconds: 60 });
    const { where } = await scriptedSite(t);
    for (let count = 0; count < 300; count++) await new Browser(where).start();
    await rejected(await new Browser(where).post(""), 429, 1, 60);
  });

  test("can be switched off", async (t) => {
    const limits = {
      startsPerAddress: false,
      startsPerBrowser: false,
      streamsPerBrowser: false,
      streamsPerNode: false,
      tokenServerCalls: false,
    } as const;
    const { where } = await scriptedSite(t, { options: { limits } });
    const browser = new Browser(where);
    for (let count = 0; count < 320; count++) await browser.start();
  });

  test("are checked after the attempt: another browser's attempt is 404, not 503", async (t) => {
    const { where, browser, attempt } = await login(t, { options: { limits: { streamsPerNode: 1 } } });
    const stream = await browser.watch(attempt);
    const stranger = new Browser(where);
    await stranger.start();
    assert.equal(
      (await stranger.get(`/${attempt}`, { headers: { accept: "text/event-stream" } })).status,
      404,
    );
    stream.close();
  });

  test("are reported as one warning a minute each, otherwise as info", async (t) => {
    const where = await site(t, { options: { limits: { startsPerAddress: { count: 1, seconds: 60 } } } });
    await new Browser(where).start();
    for (let count = 0; count < 5; count++) await new Browser(where).post("");
    assert.deepEqual(pluck(limited(where), "level"), ["warn", "info", "info", "info", "info"]);
  });

  test("are counted in the store if it can count; if that fails, a start is 503", async (t) => {
    const names: string[] = [];
    let counted = 0;
    let down = false;
    const store = {
      ...memoryStore(),
      limiter: (limit: Parameters<typeof memoryLimiter>[0]): RateLimiter => {
        names.push(`${limit.name} ${limit.count}/${limit.seconds}`);
        const limiter = memoryLimiter(limit);
        const count = (key: string) => (counted++, limiter.count(key));
        return { count: (key) => (down ? Promise.reject(new Error("gone")) : count(key)) };
      },
    };
    const where = await site(t, {
      options: { store, limits: { startsPerAddress: { count: 2, seconds: 9 } } },
    });
    await new Browser(where).start();
    assert.deepEqual(names.sort(), [
      "startsPerAddress 2/9",
      "startsPerBrowser 60/60",
      "startsPerIpv6Prefix48 8/9",
      "startsPerIpv6Prefix56 4/9",
    ]);
    down = true;
    assert.equal((await new Browser(where).post("")).status, 503);
    holds(where.events.some(({ type }) => type === "store_trouble"));
    down = false;
    await new Browser(where).start();
    counted = 0;
    assert.equal((await new Browser(where).post("")).status, 429);
    assert.equal(counted, 0, "one above the limit is not counted");
  });

  for (const wrong of [
    { startsPerAddress: { count: 0, seconds: 60 } },
    { startsPerAddress: { count: 1 } },
    { startsPerIpv6Prefix48: 1200 },
    { startsPerBrowser: true },
    { startsPerBrowser: { count: 1, seconds: 0.5 } },
    { streamsPerBrowser: 0 },
    { streamsPerNode: "many" },
    { tokenServerCalls: null },
    { perAddress: false },
  ]) {
    test(`that are wrong are named: ${JSON.stringify(wrong)}`, () => {
      const create = () => createLoginKit({ ...exampleOptions, limits: wrong as never });
      assert.throws(
        create,
        (error) => error instanceof TypeError && error.message.includes(`limits.${Object.keys(wrong)[0]}`),
      );
    });
  }
});

describe("the networks that are counted for an address", () => {
  for (const [address, ...networks] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1::/56", "2001:db8:1:2::/64"],
    ["2001:DB8:1:203::", "2001:db8:1::/48", "2001:db8:1:200::/56", "2001:db8:1:203::/64"],
    ["::1", "::/48", "::/56", "::/64"],
    ["fe80::1%eth0", "fe80::/48", "fe80::/56", "fe80::/64"],
    ["somewhere", "unknown"],
    [undefined, "unknown"],
  ] as const) {
    test(`${address}: ${networks.join(", ")}`, () =>
      assert.deepEqual(
        countedNetworks(address).map(([, network]) => network),
        networks,
      ));
  }
});

describe("the client at an address", () => {
  for (const [address, ...client] of [
    ["192.0.2.1", "192.0.2.1", "192.0.2.0/24"],
    ["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8::/32"],
    ["fe80::1%eth0", "fe80::/48", "fe80::/32"],
    ["somewhere", "unknown"],
    [undefined, "unknown"],
  ] as const) {
    test(`${address}: ${client.join(", ")}`, () => assert.deepEqual(clientAt(address), client));
  }
});
