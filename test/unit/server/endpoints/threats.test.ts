import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { clientIpBehind, memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { Browser, type StatusStream } from "../support/browser.js";
import { holds, until } from "../../../support/until.js";
import { send } from "../support/raw.js";
import { scriptedSite, accepted, scriptedTokenServer, site, undecided, type Site } from "../support/site.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { transactionOf, postCallback, login, scriptedLogin } from "../support/login.js";
import { countedCalls } from "../support/counted-calls.js";

/** Accepts a code on a phone, and waits until the kit has the result. */
async function accept({ emulator, events }: Site, otp: string, user: string): Promise<void> {
  const approved = () => events.filter(({ type }) => type === "attempt_approved").length;
  const before = approved();
  await (await emulator.phone(user)).handleMobileAuthWithOtp(otp);
  await until(() => approved() > before, "the approval");
}

const sessionOf = (answer: Response): string | undefined =>
  answer.headers.getSetCookie().find((cookie) => cookie.startsWith("session="));

describe("attacks that the kit cannot prevent", () => {
  test("a relayed code that is accepted logs in the browser that it was shown to first, and no other", async (t) => {
    const where = await site(t);
    const attacker = new Browser(where);
    const { attempt, otp } = await attacker.start();
    const victim = new Browser(where);
    const own = await victim.start();

    await accept(where, otp, "victim");

    assert.match(sessionOf(await attacker.logIn(attempt)) ?? "", /^session=victim/);
    assert.equal((await victim.logIn(own.attempt)).status, 409);
  });

  test("a stranger who scans and accepts a code logs its browser in as the stranger", async (t) => {
    const where = await site(t);
    const victim = new Browser(where);
    const { attempt, otp } = await victim.start();

    await accept(where, otp, "mallory");

    assert.match(sessionOf(await victim.logIn(attempt)) ?? "", /^session=mallory/);
  });

  test("a stranger who scans a code can end its attempt by declining", async (t) => {
    const { emulator, ...where } = await site(t);
    const victim = new Browser(where);
    const { attempt, otp } = await victim.start();

    await (await emulator.phone("mallory", false)).handleMobileAuthWithOtp(otp);

    await until(() => where.events.some(({ type }) => type === "attempt_denied"), "the denial");
    assert.equal((await victim.logIn(attempt)).status, 409);
  });
});

describe("an attacker with the victim's browser cookie", () => {
  const planted = `onegini-otp-login=${"x".repeat(43)}`;

  async function withSharedCookie(t: Parameters<typeof site>[0]) {
    const where = await site(t);
    const [victim, attacker] = [new Browser(where), new Browser(where)];
    victim.cookie = attacker.cookie = planted;
    return { where, victim, attacker };
  }

  test("cannot use the victim's attempt without its id, and no answer to the attacker contains the id", async (t) => {
    const { where, victim, attacker } = await withSharedCookie(t);
    const { attempt, otp } = await victim.start();
    const answers: string[] = [];
    const own = await attacker.start();
    answers.push(JSON.stringify(own), JSON.stringify(await attacker.renew(own.attempt)));
    await accept(where, otp, "victim");
    for (const path of ["", "/", `/${own.attempt}`, "/*", "/callback", `/${"A".repeat(22)}`]) {
      const answer = await attacker.get(path);
      answers.push(JSON.stringify([...answer.headers]), await answer.text());
    }

    holds(!answers.join().includes(attempt), "The victim's attempt became known.");
    assert.equal((await attacker.logIn(own.attempt)).status, 409);
    assert.equal((await victim.logIn(attempt)).status, 200);
  });

  test("can log in with the victim's attempt if the attacker also knows its id", async (t) => {
    const { where, victim, attacker } = await withSharedCookie(t);
    const { attempt, otp } = await victim.start();
    await accept(where, otp, "victim");

    assert.match(sessionOf(await attacker.logIn(attempt)) ?? "", /^session=victim/);
  });

  test("cannot log the victim in as the attacker from another origin, not even from the same site", async (t) => {
    const { where, victim, attacker } = await withSharedCookie(t);
    const { attempt, otp } = await attacker.start();
    await accept(where, otp, "mallory");

    for (const headers of [
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
      { origin: "null", "sec-fetch-site": "cross-site" },
    ]) {
      const answer = await victim.post(`/${attempt}/login`, { headers });
      assert.equal(answer.status, 403);
      assert.equal(sessionOf(answer), undefined);
    }
    assert.deepEqual(where.logins, []);
  });
});

describe("a ticket of another browser", () => {
  /** A site that begins its session in its own request. It follows the address that the page gets with its ticket. */
  async function siteThatTakesOver(t: TestContext) {
    const where: Site = await site(t, {
      options: { handOver: { to: "/login/otp" } },
      mount: (handler) => async (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? "", "http://localhost");
        if (pathname !== "/login/otp") return handler(req, res);
        const login = await where.kit.redeem(searchParams.get("ticket"), req);
        const headers = login && { "set-cookie": `session=${login.userId}` };
        res.writeHead(303, { location: login ? "/account" : "/login", ...headers }).end();
      },
    });
    const open = (address: string, { cookie }: { cookie?: string | undefined }): Promise<Response> =>
      fetch(where.origin + address, { redirect: "manual", headers: cookie === undefined ? {} : { cookie } });
    /** A browser whose page has got a ticket. */
    const withTicket = async (user: string) => {
      const browser = new Browser(where);
      const { attempt, otp } = await browser.start();
      await accept(where, otp, user);
      const answer = (await (await browser.logIn(attempt)).json()) as { redirect_to: string };
      return { browser, attempt, address: answer.redirect_to };
    };
    return { where, open, withTicket };
  }

  test("in a link does not log the victim who follows it in as the attacker", async (t) => {
    const { where, open, withTicket } = await siteThatTakesOver(t);
    const attacker = await withTicket("mallory");
    const victim = await withTicket("victim");
    const newVictim = new Browser(where);

    for (const browser of [victim.browser, newVictim]) {
      const answer = await open(attacker.address, browser);
      assert.equal(answer.headers.get("location"), "/login");
      assert.equal(sessionOf(answer), undefined);
    }

    assert.equal(sessionOf(await open(victim.address, victim.browser)), "session=victim");
    // The ticket was good all the time.
    assert.equal(sessionOf(await open(attacker.address, attacker.browser)), "session=mallory");
  });

  test("from a log or a Referer is void for its reader, before and after its own browser used it", async (t) => {
    const { where, open, withTicket } = await siteThatTakesOver(t);
    const victim = await withTicket("victim");
    const reader = await withTicket("mallory");
    const secret = victim.address.split(".")[1] ?? "";
    const tryAll = async (): Promise<void> => {
      for (const browser of [reader.browser, new Browser(where), { cookie: secret }])
        assert.equal(sessionOf(await open(victim.address, browser)), undefined);
      // With the attempt's id that is in it, and with its secret in the name of the reader's own attempt.
      assert.equal((await reader.browser.logIn(victim.attempt)).status, 404);
      const mixed = `/login/otp?ticket=${reader.attempt}.${secret}`;
      assert.equal(sessionOf(await open(mixed, reader.browser)), undefined);
    };

    await tryAll();
    assert.equal(sessionOf(await open(victim.address, victim.browser)), "session=victim");
    await tryAll();
    assert.equal(sessionOf(await open(victim.address, victim.browser)), undefined);
  });
});

describe("the answer to a callback", () => {
  test("is the same to the byte for unknown, pending, accepted and other browsers' transactions", async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    const waiting = await browser.start();
    const settled = await browser.start();
    await accept(where, settled.otp, "alice");
    const other = await new Browser(where).start();

    const answers = await Promise.all(
      [
        "nobody",
        "00000000-0000-4000-8000-000000000000",
        ...[waiting, settled, other].map(({ otp }) => transactionOf(otp)),
      ].map((id) => postCallback(where, id)),
    );

    const distinct = answers.map(({ status, body, rawHeaders }) => {
      const at = rawHeaders.indexOf("Date");
      return JSON.stringify([
        status,
        body,
        rawHeaders.filter((_, index) => index !== at && index !== at + 1),
      ]);
    });
    assert.equal(new Set(distinct).size, 1, distinct.join("\n"));
  });

  test("does not wait for the result call, so that its time tells nothing", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    // In time that stands still the result call does not even time out.
    const where = await site(t, { tokenServerUrl: tokenServer.url, runtime: new VirtualClock() });
    await new Browser(where).start();
    tokenServer.result = () => undefined;

    let status: number | undefined;
    void postCallback(where, tokenServer.started[0]).then((answer) => (status = answer.status));

    await until(() => tokenServer.polls.length === 1, "the result call, which is never answered");
    await until(() => status === 204, "the answer");
  });
});

describe("a flood of callbacks", () => {
  test("leads to a few result calls, and then to one every two seconds", async (t) => {
    const runtime = new VirtualClock();
    const { tokenServer, where } = await scriptedSite(t, { runtime });
    const mallory = new Browser(where);
    await mallory.start();
    const [transaction] = tokenServer.started;
    const followed = () => where.events.filter(({ type }) => type === "callback_received").length;
    const flood = async () => {
      for (let callback = 0; callback < 20; callback++) {
        const before = [followed(), tokenServer.polls.length] as const;
        await postCallback(where, transaction);
        await runtime.advance(0);
        await until(() => followed() > before[0], "the callback to be followed");
        // If it led to a result call, that is answered before the next callback.
        await where.kit.health();
      }
    };

    await flood();
    const atOnce = tokenServer.polls.length;
    holds(atOnce >= 1 && atOnce <= 6, `${atOnce} result calls at once`);
    for (let second = 0; second < 10; second++) {
      await runtime.advance(1);
      await flood();
    }

    const later = tokenServer.polls.length - atOnce;
    holds(later >= 4 && later <= 6, `${later} result calls in the next 10 s`);
  });

  test("does not stop the kit from following a true callback", async (t) => {
    const runtime = new VirtualClock();
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t, { runtime });
    const stream = await browser.stream(attempt);
    const [transaction] = tokenServer.started;
    for (let callback = 0; callback < 20; callback++) {
      const before = tokenServer.polls.length;
      await postCallback(where, transaction);
      await runtime.advance(0);
      if (callback < 5) await until(() => tokenServer.polls.length > before, "its result call");
    }

    tokenServer.result = accepted();
    await postCallback(where, transaction);
    const before = tokenServer.polls.length;
    await runtime.advance(2);
    await until(() => tokenServer.polls.length > before, "the result call of the true callback");

    await stream.status("approved");
  });
});

describe("one address that forges callbacks and reopens its streams without end", () => {
  const count = 20;
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

  /** An attacker at one address with three times as many codes as there are result calls in a second. */
  async function underAttack(t: TestContext, attackersAddress: () => string) {
    const clock = new VirtualClock();
    const tokenServer = await scriptedTokenServer(t, () => clock.now());
    const { transport, pass } = countedCalls(clock);
    const limits = { tokenServerCalls: { count, seconds: 1 } };
    const options = { clientIp: clientIpBehind(1), limits, transport };
    const where = await site(t, { runtime: clock, tokenServerUrl: tokenServer.url, options });

    const attempts: { browser: Browser; attempt: string; stream?: StatusStream }[] = [];
    // One address gets half of the calls in a second.
    const passAfter = async (calls: number): Promise<void> =>
      calls % (count / 2) === 0 ? pass(1) : undefined;
    for (let starts = 1; starts <= count; starts++) {
      const browser = new Browser(where);
      attempts.push({ browser, ...(await browser.start(from(attackersAddress()))) });
      await passAfter(starts);
    }
    for (let renewals = 1; renewals <= 2 * count; renewals++) {
      const { browser, attempt } = attempts[renewals % count]!;
      await browser.renew(attempt);
      await passAfter(renewals);
    }
    const transactions = [...tokenServer.started];
    const attack = async (): Promise<void> => {
      for (const id of transactions) await postCallback(where, id);
      for (const each of attempts) {
        each.stream?.close();
        each.stream = await each.browser.stream(each.attempt);
      }
    };
    t.after(() => attempts.forEach(({ stream }) => stream?.close()));
    return { clock, tokenServer, where, attack, pass };
  }

  for (const [name, address] of [
    ["an IPv4 address", () => "203.0.113.1"],
    ["an IPv6 network of 48 bits", () => `2001:db8:1:${Math.floor(Math.random() * 65_536).toString(16)}::1`],
    ["an unknown address", () => "unknown"],
  ] as const) {
    test(`does not delay the approvals of others: ${name}`, async (t) => {
      const { clock, tokenServer, where, attack, pass } = await underAttack(t, address);
      for (let seconds = 0; seconds < 4; seconds++) {
        await attack();
        await pass(1);
      }
      const person = new Browser(where);
      const { attempt } = await person.start(from("198.51.100.1"));
      const stream = await person.stream(attempt);
      const transaction = tokenServer.started.at(-1);
      await attack();
      tokenServer.result = (res, id, req) => (id === transaction ? accepted() : undecided)(res, id, req);
      await postCallback(where, transaction);
      const isApproved = () => where.events.some(({ type }) => type === "attempt_approved");
      const calledAt = clock.now();
      while (!isApproved() && clock.now() < calledAt + 20_000) await pass(0.1);
      holds(clock.now() - calledAt < 1000, `It took ${clock.now() - calledAt} ms.`);
      await stream.status("approved");
      stream.close();
    });
  }
});

describe("hostile values in a browser's request", () => {
  test("add no parameter to the start call to the Token Server", async (t) => {
    const hostile = "x&user_id=mallory&callback_uri=https://evil.example/%0d%0aX-Evil: 1;+\u00e9";
    const where = await site(t, {
      options: { clientIp: (request) => request.headers.get("x-real-ip") ?? undefined },
    });
    await send("POST", where.url, {
      headers: {
        origin: where.origin,
        "user-agent": Buffer.from(hostile).toString("latin1"),
        "x-real-ip": "192.0.2.1&user_id=mallory",
        "accept-language": "nl&user_id=mallory",
        "content-type": "application/json",
      },
      body: JSON.stringify({ language: "nl\r\nuser_id: mallory", user_id: "mallory", message: "Hello" }),
    });

    const [form] = where.emulator.starts;
    assert.deepEqual([...(form?.keys() ?? [])].sort(), [
      "callback_uri",
      "message",
      "secure_message",
      "type",
      "user_agent",
    ]);
    assert.equal(form?.get("callback_uri"), `${where.url}/callback`);
    assert.equal(form.get("message"), "Log in to the test site");
  });

  test("do not reach the store if they cannot be the id of an attempt", async (t) => {
    const inner = memoryStore();
    const read: string[] = [];
    const store = { ...inner, get: (id: string) => (read.push(id), inner.get(id)) };
    const where = await site(t, { options: { store } });
    const headers = { origin: where.origin, cookie: `onegini-otp-login=${"x".repeat(43)}` };
    const ask = async (id: string): Promise<void> => {
      for (const [method, call] of [
        ["GET", ""],
        ["POST", "/otp"],
        ["POST", "/login"],
      ] as const) {
        const { status } = await send(method, `${where.url}/${id}${call}`, { headers });
        assert.equal(status, 404, `${method} ${id}`);
      }
    };
    for (const id of ["x", "A".repeat(21), "A".repeat(23), `${"A".repeat(21)}*`, "a:b", "%00", "%C3%A9"])
      await ask(id);
    assert.deepEqual(read, []);
    const possible = "A".repeat(22);
    await ask(possible);
    assert.deepEqual(read, [possible, possible, possible]);
  });

  test("do not appear in the headers or the body of an answer", async (t) => {
    const where = await site(t, { options: { origins: ["https://login.example.com"] } });
    const hostile = "evil-marker";
    for (const [method, path] of [
      ["POST", ""],
      ["GET", `/${hostile}`],
      ["POST", `/${hostile}/login?${hostile}`],
      ["PUT", `/${hostile}`],
      ["OPTIONS", ""],
    ] as const) {
      const answer = await send(method, where.url + path, {
        headers: {
          origin: `https://${hostile}.example`,
          cookie: `onegini-otp-login=${hostile}; ${hostile}=1`,
          "user-agent": hostile,
          accept: hostile,
          prefer: `wait=${hostile}`,
          "x-forwarded-host": hostile,
          "access-control-request-method": hostile,
          "access-control-request-headers": hostile,
        },
      });
      holds(!answer.rawHeaders.join("\n").includes(hostile), answer.rawHeaders.join("\n"));
      holds(!answer.body.includes(hostile), answer.body);
    }
  });
});

describe("a text in place of an address, from a site that believes every proxy", () => {
  const forged = "your own office in Amsterdam";
  const headers = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const trusting = {
    clientIp: (request: Request) => request.headers.get("x-forwarded-for")?.split(",")[0],
  };
  const warnings = ({ events }: Pick<Site, "events">) =>
    events.filter(({ type }) => type === "invalid_client_address");

  for (const [what, address] of [
    ["a sentence", forged],
    ["7,000 characters", "x".repeat(7000)],
    ["an address with a zone of 7,000 characters", `fe80::1%${"x".repeat(7000)}`],
    ["an empty text", ""],
    ["a number", "2130706433"],
    ["an address with more behind it", "192.0.2.1 evil"],
  ] as const)
    test(`is no address, whatever it is: ${what}`, async (t) => {
      const stored: (string | undefined)[] = [];
      const inner = memoryStore();
      const create: AttemptStore["create"] = (attempt) => {
        stored.push(attempt.address);
        return inner.create(attempt);
      };
      const where = await site(t, { options: { ...trusting, store: { ...inner, create } } });
      await new Browser(where).start(headers(address));
      const expected = address.startsWith("fe80") ? "fe80::1" : undefined;
      assert.equal(where.emulator.starts[0]?.get("ip_address") ?? undefined, expected);
      assert.deepEqual(stored, [expected]);
      holds(!JSON.stringify(where.events).includes("x".repeat(20)), "The text is in an event.");
    });

  test("is reported once, and a true address still arrives", async (t) => {
    const where = await site(t, { options: trusting });
    for (const address of [forged, "192.0.2.7", forged, "198.51.100.3:4711"])
      await new Browser(where).start(headers(address));
    const addresses = where.emulator.starts.map((start) => start.get("ip_address"));
    assert.deepEqual(addresses, [null, "192.0.2.7", null, "198.51.100.3"]);
    const [event, ...more] = warnings(where);
    assert.deepEqual(more, []);
    assert.ok(event?.type === "invalid_client_address");
    assert.deepEqual([event.level, event.source], ["warn", "clientIp"]);
    assert.match(event.description, /clientIpBehind\(1\)/);
    holds(!event.description.includes("Amsterdam"), event.description);
  });

  test("passes no limit: all such texts count as one unknown address", async (t) => {
    const limits = { startsPerAddress: { count: 3, seconds: 60 } };
    const where = await site(t, { options: { ...trusting, limits } });
    for (let count = 0; count < 3; count++) await new Browser(where).start(headers(`${forged} ${count}`));
    assert.equal((await new Browser(where).post("", headers(`${forged} 4`))).status, 429);
  });

  test("is one address in each of its spellings", async (t) => {
    const limits = { startsPerAddress: { count: 3, seconds: 60 } };
    const where = await site(t, { options: { ...trusting, limits } });
    for (const spelling of ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:0201"])
      await new Browser(where).start(headers(spelling));
    assert.equal((await new Browser(where).post("", headers("192.0.2.1:80"))).status, 429);
    const addresses = where.emulator.starts.map((start) => start.get("ip_address"));
    assert.deepEqual(addresses, ["192.0.2.1", "192.0.2.1", "192.0.2.1"]);
  });

  test("is no address of a phone, which is reported once", async (t) => {
    const where = await site(t);
    for (const address of [forged, "x".repeat(7000), "::ffff:192.0.2.9"]) {
      const browser = new Browser(where);
      const { attempt, otp } = await browser.start();
      await where.kit.scanned({ transactionId: transactionOf(otp), address });
      assert.equal((await browser.status(attempt)).scanned, true);
    }
    const scans = where.events.flatMap((event) => (event.type === "code_scanned" ? [event.address] : []));
    assert.deepEqual(scans, [undefined, undefined, "192.0.2.9"]);
    const [event, ...more] = warnings(where);
    assert.deepEqual(more, []);
    assert.ok(event?.type === "invalid_client_address");
    assert.equal(event.source, "scanned");
  });

  test("is no address where a login begins together with a page", async (t) => {
    const where = await site(t, { options: trusting });
    const request = new Request(`${where.origin}/login`, headers(forged));
    assert.ok(await where.kit.begin(request, undefined as never));
    assert.equal(where.emulator.starts[0]?.get("ip_address"), null);
    assert.equal(warnings(where).length, 1);
  });
});

describe("the time that an answer takes", () => {
  for (const isOverdue of [false, true]) {
    const which = isOverdue ? "an approved attempt that was not claimed in time" : "a pending attempt";
    test(`tells another browser nothing about ${which}: the kit does the same as for an unknown one`, async (t) => {
      const clock = new VirtualClock();
      const done: string[] = [];
      const inner = memoryStore(() => clock.now());
      const store: AttemptStore = {
        create: (attempt) => inner.create(attempt),
        get: (id) => (done.push("get"), inner.get(id)),
        compareAndSet: (...args) => (done.push("compareAndSet"), inner.compareAndSet(...args)),
        findByTransaction: (id) => (done.push("findByTransaction"), inner.findByTransaction(id)),
        subscribe: (...args) => (done.push("subscribe"), inner.subscribe(...args)),
      };
      const { where, browser, attempt, otp } = await login(t, { options: { store }, runtime: clock });
      if (isOverdue) {
        await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
        await browser.approval(attempt);
        const hasCallback = () => where.events.some(({ type }) => type === "callback_received");
        await until(hasCallback, "the callback, which reads the store");
        await clock.advance(121);
      }
      const stranger = new Browser(where);
      await stranger.start();
      const polls = where.emulator.polls.length;
      const digest = crypto.subtle.digest.bind(crypto.subtle);
      t.mock.method(crypto.subtle, "digest", (...args: Parameters<typeof digest>) => {
        done.push("hash");
        return digest(...args);
      });

      const workFor = async (id: string): Promise<string[]> => {
        done.length = 0;
        for (const answer of [
          await stranger.get(`/${id}`),
          await stranger.get(`/${id}`, { headers: { accept: "text/event-stream" } }),
          await stranger.get(`/${id}`, { headers: { prefer: "wait=20" } }),
          await stranger.post(`/${id}/otp`),
          await stranger.logIn(id),
        ]) {
          assert.equal(answer.status, 404);
        }
        return [...done];
      };

      const work = await workFor("A".repeat(22));
      assert.deepEqual(work, Array.from({ length: 5 }, () => ["hash", "get"]).flat());
      assert.deepEqual(await workFor(attempt), work);
      assert.equal(where.emulator.polls.length, polls);
    });
  }
});
