import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  createLoginKit,
  memoryStore,
  type AttemptStore,
  type HeadersOfRequest,
} from "onegini-otp-login/server";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "../support/browser.js";
import { gathering } from "../support/gathering-store.js";
import { exampleOptions, accepted, scriptedTokenServer, site, type SiteKitOptions } from "../support/site.js";
import { eventsOf, pluck } from "../support/events.js";
import { errorOf } from "../support/login.js";

/** A request of a browser, with its cookie. */
const requestOf = ({ cookie }: { cookie?: string | undefined }): Request =>
  new Request("https://www.example.com/login/otp", { headers: cookie === undefined ? {} : { cookie } });

/** A site that takes logins over, and a browser whose attempt a phone has accepted. */
async function scene(
  t: TestContext,
  options: SiteKitOptions = {},
  storeOf: (inner: AttemptStore) => AttemptStore = (inner) => inner,
) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t);
  const store = storeOf(memoryStore(() => clock.now()));
  const where = await site(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: { handOver: { to: "/login/otp" }, ...options, store },
  });
  const browser = new Browser(where);
  const approvedAttempt = async (): Promise<string> => {
    const { attempt } = await browser.start();
    assert.equal((await browser.status(attempt)).status, "approved");
    return attempt;
  };
  tokenServer.result = accepted("alice");
  const attempt = await approvedAttempt();
  const logIn = async (): Promise<{ ticket: string; redirect_to: string }> => {
    const answer = await browser.logIn(attempt);
    assert.equal(answer.status, 200);
    return (await answer.json()) as { ticket: string; redirect_to: string };
  };
  const redeem = (ticket: unknown, by: { cookie?: string | undefined } = browser) =>
    where.kit.redeem(ticket, requestOf(by));
  const refusals = () => pluck(eventsOf(where, "ticket_refused"), "reason");
  return { clock, where, store, browser, attempt, approvedAttempt, logIn, redeem, refusals };
}

describe("a ticket", () => {
  test("is answered with the address where the site redeems it, and gives the login there", async (t) => {
    const { clock, where, browser, attempt, logIn, redeem } = await scene(t);
    const answer = await logIn();
    assert.deepEqual(Object.keys(answer).sort(), ["redirect_to", "ticket"]);
    assert.match(answer.ticket, new RegExp(`^${attempt}\\.[A-Za-z0-9_-]{43}$`));
    assert.equal(answer.redirect_to, `/login/otp?ticket=${answer.ticket}`);
    const login = await redeem(answer.ticket);
    assert.equal(login?.userId, "alice");
    assert.equal(login.attempt, attempt);
    assert.equal(login.login.codes, 1);
    assert.equal(login.login.approvedAt, clock.now());
    assert.equal((await browser.status(attempt)).status, "completed");
    const events = where.events.filter(({ type }) => /ticket|logged_in/.test(type));
    assert.deepEqual(pluck(events, "type"), ["ticket_issued", "ticket_redeemed"]);
    assert.ok(events.every((event) => "userId" in event && event.userId === "alice"));
    const [{ browserId, transaction } = {}] = eventsOf(where, "attempt_approved");
    const ids = [...eventsOf(where, "ticket_issued"), ...eventsOf(where, "ticket_redeemed")].map((event) => [
      event.browserId,
      event.transaction,
    ]);
    assert.deepEqual(ids, [
      [browserId, transaction],
      [browserId, transaction],
    ]);
  });

  test("that is redeemed is reported with the address and the browser that began the login", async (t) => {
    let address = "192.0.2.7";
    const { where, browser, approvedAttempt, redeem } = await scene(t, { clientIp: () => address });
    const attempt = await approvedAttempt();
    address = "198.51.100.1";
    const answer = await browser.post(`/${attempt}/login`, { headers: { "user-agent": "elsewhere" } });
    await redeem(((await answer.json()) as { ticket: string }).ticket);
    const [began] = eventsOf(where, "attempt_approved").filter((event) => event.attempt === attempt);
    const [issued] = eventsOf(where, "ticket_issued");
    const [redeemed] = eventsOf(where, "ticket_redeemed");
    assert.equal(redeemed?.attempt, attempt);
    assert.deepEqual([redeemed.address, redeemed.userAgent], ["192.0.2.7", began?.userAgent]);
    assert.deepEqual([issued?.address, issued?.userAgent], ["198.51.100.1", "elsewhere"]);
  });

  test("can be redeemed once: later, at the same moment, and on another server", async (t) => {
    let gatheredReads = 0;
    const { where, store, clock, browser, logIn, redeem, refusals } = await scene(t, {}, (inner) => {
      const gathered = gathering(inner, 20);
      return { ...inner, get: (id) => (gatheredReads-- > 0 ? gathered : inner).get(id) };
    });
    const other = await site(t, {
      runtime: clock,
      options: { handOver: { to: "/" }, store, origin: where.origin },
    });
    const { ticket } = await logIn();
    gatheredReads = 20;
    const logins = await Promise.all([
      ...Array.from({ length: 10 }, () => redeem(ticket)),
      ...Array.from({ length: 10 }, () => other.kit.redeem(ticket, requestOf(browser))),
    ]);
    assert.equal(logins.filter((login) => login !== undefined).length, 1);
    assert.equal(await redeem(ticket), undefined);
    assert.equal(await other.kit.redeem(ticket, requestOf(browser)), undefined);
    assert.deepEqual(new Set(refusals()), new Set(["used"]));
  });

  test("is void for another browser, and stays good for its own", async (t) => {
    const { where, browser, attempt, logIn, redeem, refusals } = await scene(t);
    const other = new Browser(where);
    await other.start();
    const { ticket } = await logIn();
    assert.equal(await redeem(ticket, other), undefined);
    assert.deepEqual(refusals(), ["other_browser"]);
    const [{ browserId: owner, transaction } = {}] = eventsOf(where, "ticket_issued");
    const [refused] = eventsOf(where, "ticket_refused");
    assert.deepEqual(
      [refused?.attempt, refused?.userId, refused?.transaction],
      [attempt, "alice", transaction],
    );
    assert.ok(refused?.browserId !== undefined && refused.browserId !== owner, "the browser that sent it");
    assert.equal((await redeem(ticket, browser))?.userId, "alice");
    assert.equal(await redeem(ticket, other), undefined);
    assert.equal(refusals().at(-1), "other_browser", "before it is said that it was used");
  });

  for (const [what, cookie] of Object.entries({
    "no Cookie header": undefined,
    "the Cookie header without the kit's cookie": "session=1; theme=dark",
    "the kit's cookie without a value": "__Host-onegini-otp-login=; onegini-otp-login=",
  })) {
    test(`is refused as no_cookie where the site passes on ${what}, and stays good`, async (t) => {
      const { attempt, logIn, redeem, where, refusals } = await scene(t);
      const { ticket } = await logIn();
      assert.equal(await redeem(ticket, { cookie }), undefined);
      assert.deepEqual(refusals(), ["no_cookie"]);
      const event = where.events.at(-1);
      assert.equal(event && "attempt" in event && event.attempt, attempt);
      assert.equal((await redeem(ticket))?.userId, "alice");
      assert.equal(await redeem(ticket, { cookie }), undefined);
      assert.equal(refusals().at(-1), "no_cookie", "before it is said that it was used");
      assert.equal(await redeem("nonsense", { cookie }), undefined);
      assert.equal(refusals().at(-1), "unknown", "an unknown ticket stays unknown");
    });
  }

  test("is good for 60 s, or for as long as the site says", async (t) => {
    for (const [ticketSeconds, usedAt, reasons] of [
      [60, 59.999, []],
      [60, 60, ["expired"]],
      [5, 4.999, []],
      [5, 5, ["expired"]],
      [200, 199.999, []],
      [2000, 2000, ["expired"]],
    ] as const) {
      const { clock, logIn, redeem, refusals } = await scene(t, { timeouts: { ticketSeconds } });
      const { ticket } = await logIn();
      await clock.advance(usedAt);
      assert.equal((await redeem(ticket))?.userId, reasons.length > 0 ? undefined : "alice");
      assert.deepEqual(refusals(), reasons);
    }
  });

  test("is replaced by the next one when the login call is repeated within 60 s", async (t) => {
    const { clock, where, browser, attempt, logIn, redeem, refusals } = await scene(t);
    const { ticket: lost } = await logIn();
    await clock.advance(59.9);
    const { ticket } = await logIn();
    assert.notEqual(ticket, lost);
    await clock.advance(59.9);
    assert.equal(await redeem(lost), undefined);
    assert.deepEqual(refusals(), ["unknown"]);
    assert.equal((await redeem(ticket))?.userId, "alice");
    assert.deepEqual(pluck(eventsOf(where, "ticket_issued"), "repeated"), [false, true]);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
  });

  test("ends its attempt when it is redeemed: the login call is 409 attempt_settled, and a later one too", async (t) => {
    const { clock, browser, attempt, logIn, redeem } = await scene(t);
    const { ticket } = await logIn();
    await redeem(ticket);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
    await clock.advance(60);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
    assert.equal((await browser.status(attempt)).status, "completed");
  });

  test("is not made more than 20 times for one attempt", async (t) => {
    const { browser, attempt, logIn } = await scene(t);
    for (let times = 0; times < 20; times++) await logIn();
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [429, "too_many_requests"]);
  });

  test("is not in the store, only its hash is", async (t) => {
    const { store, attempt, logIn } = await scene(t);
    const { ticket } = await logIn();
    const stored = JSON.stringify(await store.get(attempt));
    assert.match(stored, /"ticket":\{"hash":"[A-Za-z0-9_-]{43}"/);
    assert.ok(!stored.includes(ticket.split(".")[1] ?? ""));
  });

  test("is refused as unknown whatever it is, and nothing is thrown", async (t) => {
    const { attempt, logIn, redeem, refusals } = await scene(t);
    const { ticket } = await logIn();
    const values: unknown[] = [
      undefined,
      null,
      "",
      "__proto__",
      attempt,
      `${attempt}.`,
      `${attempt}.${"A".repeat(43)}`,
      `${"A".repeat(22)}.${ticket.split(".")[1]}`,
      `${ticket} `,
      ` ${ticket}`,
      `${ticket}\n`,
      ticket.toUpperCase(),
      "x".repeat(1_000_000),
      "\ud83d",
      [ticket],
      [ticket, ticket],
      { ticket },
      7,
      new Date(),
      Symbol("ticket"),
    ];
    for (const value of values) assert.equal(await redeem(value), undefined);
    assert.deepEqual(
      refusals(),
      values.map(() => "unknown"),
    );
    assert.equal((await redeem(ticket))?.userId, "alice");
  });

  test("that is unknown, replaced, used, expired or another browser's takes the same steps", async (t) => {
    const calls: string[] = [];
    const { clock, where, browser, approvedAttempt, logIn, redeem, refusals } = await scene(
      t,
      {},
      (inner) => ({
        ...inner,
        get: (id) => (calls.push("get"), inner.get(id)),
        compareAndSet: (...args) => (calls.push("compareAndSet"), inner.compareAndSet(...args)),
      }),
    );
    const digest = t.mock.method(crypto.subtle, "digest");
    const other = new Browser(where);
    await other.start();
    const stepsOf = async (ticket: string, by: { cookie?: string | undefined }): Promise<string> => {
      calls.length = 0;
      digest.mock.resetCalls();
      assert.equal(await redeem(ticket, by), undefined);
      return `${calls.join()} ${digest.mock.callCount()} hashes`;
    };
    const second = await approvedAttempt();
    const { ticket: used } = (await (await browser.logIn(second)).json()) as { ticket: string };
    await redeem(used);
    const replaced = await logIn();
    const { ticket } = await logIn();
    const steps = [
      await stepsOf(used, browser),
      await stepsOf(`${"A".repeat(22)}.${"A".repeat(43)}`, browser),
      await stepsOf(replaced.ticket, browser),
      await stepsOf(ticket, other),
      await stepsOf(ticket, {}),
    ];
    await clock.advance(60);
    steps.push(await stepsOf(ticket, browser));
    assert.deepEqual(new Set(steps), new Set(["get 2 hashes"]));
    assert.deepEqual(refusals(), ["used", "unknown", "unknown", "other_browser", "no_cookie", "expired"]);
  });

  test("is in no event", async (t) => {
    const { where, logIn, redeem } = await scene(t);
    const { ticket } = await logIn();
    await redeem(ticket, {});
    await redeem(ticket);
    await redeem(ticket);
    assert.equal(where.events.filter(({ type }) => type.startsWith("ticket_")).length, 4);
    assert.ok(!JSON.stringify(where.events).includes(ticket.split(".")[1] ?? ""));
  });

  for (const [whose, headersOf] of Object.entries<(cookie: string) => HeadersOfRequest["headers"]>({
    "the Web's request": (cookie) => new Headers({ cookie: `theme=dark; ${cookie}; other=1` }),
    "Node's request": (cookie) => ({ host: "www.example.com", cookie: `theme=dark; ${cookie}` }),
    "an object with another spelling": (cookie) => ({ Cookie: cookie }),
    "an object with several headers": (cookie) => ({ cookie: ["theme=dark", cookie] }),
    "an object with get": (cookie) => ({ get: (name) => (name === "cookie" ? cookie : null) }),
  })) {
    test(`is redeemed by the headers of ${whose}`, async (t) => {
      const { where, browser, logIn } = await scene(t);
      const { ticket } = await logIn();
      const headers = headersOf(browser.cookie ?? "");
      assert.equal((await where.kit.redeem(ticket, { headers }))?.userId, "alice");
    });
  }

  test("cannot be redeemed without a browser's headers: that is a mistake of the site", async (t) => {
    const { where, logIn, redeem } = await scene(t);
    const { ticket } = await logIn();
    for (const request of [undefined, null, {}, { headers: null }, { headers: "cookie" }, { headers: [] }]) {
      await assert.rejects(where.kit.redeem(ticket, request as never), /"request" is wrong; expected/);
    }
    assert.equal((await redeem(ticket))?.userId, "alice");
  });

  test("rejects while the store does not work, and is still good afterwards", async (t) => {
    let works = true;
    const { logIn, redeem } = await scene(t, {}, (inner) => ({
      ...inner,
      get: (id) => (works ? inner.get(id) : Promise.reject(new Error("down"))),
    }));
    const { ticket } = await logIn();
    works = false;
    await assert.rejects(redeem(ticket), { name: "StoreUnavailable" });
    works = true;
    assert.equal((await redeem(ticket))?.userId, "alice");
  });

  test("needs a kit with handOver", async (t) => {
    const { kit } = await site(t);
    await assert.rejects(kit.redeem("ticket", requestOf({})), { name: "TypeError", message: /"handOver"/ });
  });

  test("that is refused is one warning a minute for each reason, because strangers can send any", async (t) => {
    const { clock, where, logIn, redeem } = await scene(t);
    const { ticket } = await logIn();
    const levels = () => pluck(eventsOf(where, "ticket_refused"), "level");
    for (let times = 0; times < 3; times++) await redeem("nonsense");
    await redeem(ticket, {});
    assert.deepEqual(levels(), ["warn", "info", "info", "warn"]);
    await clock.advance(60);
    await redeem("nonsense");
    assert.equal(levels().at(-1), "warn");
  });
});

describe("the address where the site redeems a ticket", () => {
  for (const [to, expected] of [
    ["/login/otp", "/login/otp?ticket={ticket}"],
    ["/login?how=otp&to=%2Faccount#top", "/login?how=otp&to=%2Faccount&ticket={ticket}#top"],
    ["/#/login?how=otp", "/?ticket={ticket}#/login?how=otp"],
    ["/?", "/?&ticket={ticket}"],
  ] as const) {
    test(`keeps the query and the fragment of ${to}`, async (t) => {
      const { logIn } = await scene(t, { handOver: { to } });
      const { ticket, redirect_to } = await logIn();
      assert.equal(redirect_to, expected.replace("{ticket}", ticket));
    });
  }

  test("is a URL for a page of a further origin, because the browser's cookie is the site's", async (t) => {
    const further = "http://login.localhost";
    const { where, browser, attempt } = await scene(t, {
      origins: [further],
      handOver: { to: "/login?how=otp" },
    });
    const headers = { origin: further, "sec-fetch-site": "same-site" };
    const answer = await browser.post(`/${attempt}/login`, { headers });
    const { ticket, redirect_to } = (await answer.json()) as Record<string, string>;
    assert.equal(redirect_to, `${where.origin}/login?how=otp&ticket=${ticket}`);
  });

  const { origin, tokenServer } = exampleOptions;
  const good = { origin, tokenServer };
  for (const to of [
    "login/otp",
    "//evil.example/login",
    "/\\evil.example/login",
    "\\\\evil.example",
    "/\t/evil.example",
    "https://evil.example/login",
    "https://www.example.com.evil.example/",
    "https://www.example.com@evil.example/",
    "http://www.example.com/login",
    "https://user@www.example.com/login",
    "https://:password@www.example.com/login",
    "blob:https://www.example.com/login",
    "javascript:alert(1)",
    " /login",
    "/login otp",
    "/a/../login",
    "/login?ticket=1",
    "",
    7,
  ]) {
    test(`is refused at creation if it is ${JSON.stringify(to)}`, () => {
      assert.throws(() => createLoginKit({ ...good, handOver: { to: to as string } }), {
        name: "TypeError",
        message: /^createLoginKit: "handOver\.to" is (wrong|empty); expected /,
      });
    });
  }

  for (const to of ["/", "/login#otp", "https://www.example.com", "https://www.example.com/login?a=b#c"]) {
    test(`may be ${to}`, () => assert.ok(createLoginKit({ ...good, handOver: { to } })));
  }

  test("stands in place of signIn: exactly one of the two is there", () => {
    const signIn = () => undefined;
    const handOver = { to: "/login" };
    assert.ok(createLoginKit({ ...good, signIn }));
    assert.ok(createLoginKit({ ...good, handOver }));
    assert.throws(() => {
      // @ts-expect-error -- both
      createLoginKit({ ...good, signIn, handOver });
    }, /"handOver" stands in place of "signIn"/);
    assert.throws(() => {
      // @ts-expect-error -- neither
      createLoginKit(good);
    }, /"signIn" is missing; expected .* or "handOver" in its place/);
  });
});
