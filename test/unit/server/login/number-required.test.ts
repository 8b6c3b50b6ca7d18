import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type PairingOptions } from "onegini-otp-login/server";
import type { NodeContext } from "onegini-otp-login/node";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { Browser } from "../support/browser.js";
import { numberIn, startWithMessage } from "../support/number-on-phone.js";
import { keys } from "../support/numbered-site.js";
import { accepted, scriptedTokenServer, site, type SiteKitOptions } from "../support/site.js";
import { pluck } from "../support/events.js";

/** What is required of a login is decided by the server that claims it: some servers of a site have `pairing`, some do not. */

type Pairing = Partial<PairingOptions<NodeContext>> | "off";

/** Servers of one origin on one store, and a browser that reaches them all. */
async function servers(t: TestContext, ...options: Pairing[]) {
  return serversOf(t, {}, ...options);
}

async function serversOf(t: TestContext, others: SiteKitOptions, ...options: Pairing[]) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t);
  const messages: string[] = [];
  tokenServer.start = startWithMessage((message) => messages.push(message));
  tokenServer.result = accepted("alice");
  const store = memoryStore(() => clock.now());
  const origin = "http://localhost:4000";
  const sites = await Promise.all(
    options.map((pairing) =>
      site(t, {
        runtime: clock,
        tokenServerUrl: tokenServer.url,
        options: {
          origin,
          store,
          ...others,
          ...(pairing === "off"
            ? { message: "Log in" }
            : { message: "Log in: {number}", pairing: { keys, ...pairing } }),
        },
      }),
    ),
  );
  const browsers = sites.map(({ url }) => new Browser({ url, origin }));
  const share = (): void => {
    const cookie = browsers.map(({ cookie }) => cookie).find((each) => each !== undefined);
    const known = browsers.map((each) => each.known).find((each) => each !== undefined);
    for (const each of browsers) {
      each.cookie = cookie;
      each.known = known;
    }
  };
  /** An attempt that begins at one server and that the user accepts. */
  const accept = async (at: number): Promise<{ attempt: string; number: string }> => {
    const { attempt } = await browsers[at]!.start();
    share();
    assert.equal((await browsers[at]!.status(attempt)).status, "approved");
    return { attempt, number: numberIn(messages.at(-1) ?? "") };
  };
  const logIn = async (at: number, attempt: string, number?: string | null) => {
    const answer = await browsers[at]!.postLogin(attempt, number);
    share();
    return { ...answer, error: answer.json["error"] };
  };
  const redeem = async (at: number, ticket: unknown) => {
    const login = await sites[at]!.kit.redeem(ticket, { headers: { cookie: browsers[at]!.cookies } });
    browsers[at]!.take(login?.headers.getSetCookie() ?? []);
    share();
    return login;
  };
  const logins = () => sites.flatMap((each) => each.logins).length;
  const events = (type: string) =>
    sites.flatMap((each) => each.events).filter((event) => event.type === type);
  const status = async (attempt: string) => (await browsers[0]!.status(attempt)).status;
  return { clock, accept, logIn, redeem, logins, events, status };
}

describe("a code with a number", () => {
  test("is not claimed without it at a server that has no `pairing`, and waits there for one that has", async (t) => {
    const { accept, logIn, logins, events, status } = await servers(t, {}, "off");
    const { attempt, number } = await accept(0);
    for (const typed of [undefined, null, number, "0000"]) {
      const refused = await logIn(1, attempt, typed);
      assert.deepEqual([refused.status, refused.error], [503, "temporarily_unavailable"]);
      assert.match(refused.response.headers.get("retry-after") ?? "", /^\d+$/);
    }
    assert.equal(logins(), 0);
    assert.equal(await status(attempt), "approved");
    const [first, ...others] = events("pairing_unavailable");
    assert.equal(first?.level, "error");
    assert.match((first as { description: string }).description, /"pairing"/);
    assert.deepEqual(pluck(others, "level"), ["info", "info", "info"]);
    assert.equal((await logIn(0, attempt, number)).status, 200);
  });

  test("that was claimed with it is repeated at a server that has no `pairing`", async (t) => {
    const { accept, logIn } = await servers(t, {}, "off");
    const { attempt, number } = await accept(0);
    await logIn(0, attempt, number);
    assert.equal((await logIn(1, attempt)).status, 200);
  });

  test("takes as many digits as the code has, also after `digits` has changed", async (t) => {
    const { accept, logIn } = await servers(t, { digits: 4 }, { digits: 6 });
    const four = await accept(0);
    const asked = await logIn(1, four.attempt);
    assert.equal(asked.json["digits"], 4);
    assert.equal((await logIn(1, four.attempt, `${four.number}00`)).status, 400);
    assert.equal((await logIn(1, four.attempt, four.number)).status, 200);
  });
});

describe("a login that a server without `pairing` took", () => {
  test("gives no login at a server with `pairing`, where the number is asked for", async (t) => {
    const { accept, logIn, redeem, events } = await serversOf(
      t,
      { handOver: { to: "/login/otp" } },
      {},
      "off",
    );
    const { attempt } = await accept(1);
    const { json } = await logIn(1, attempt);
    assert.equal(await redeem(0, json["ticket"]), undefined);
    const [refused] = events("ticket_refused");
    assert.equal(refused && "reason" in refused && refused.reason, "unnumbered");
  });
});

test("a login without the number, in a known browser, is handed over nowhere where it is asked for always", async (t) => {
  const handOver = { to: "/login/otp" };
  const { accept, logIn, redeem, events } = await serversOf(t, { handOver }, {}, { when: "always" });
  const first = await accept(0);
  assert.ok(await redeem(0, (await logIn(0, first.attempt, first.number)).json["ticket"]));
  const { attempt } = await accept(0);
  const { ticket } = (await logIn(0, attempt)).json;
  assert.equal(await redeem(1, ticket), undefined);
  const [refused] = events("ticket_refused");
  assert.equal(refused && "reason" in refused && refused.reason, "unnumbered");
  assert.ok(await redeem(0, ticket));
});

describe("a code without a number, at a server with `pairing`", () => {
  test("logs in where the user is known", async (t) => {
    const { accept, logIn } = await servers(t, {}, "off");
    const before = await accept(0);
    await logIn(0, before.attempt, before.number);
    const { attempt } = await accept(1);
    assert.equal((await logIn(0, attempt)).status, 200);
  });

  for (const [who, pairing] of [
    ["in no other browser", {}],
    [
      "in no other browser, also where the site cannot say since when browsers are known",
      { knownSince: () => NaN },
    ],
  ] as const)
    test(`logs in ${who}: the attempt fails, and an event says why`, async (t) => {
      const { accept, logIn, logins, events, status } = await servers(t, pairing, "off");
      const { attempt } = await accept(1);
      const refused = await logIn(0, attempt);
      assert.deepEqual([refused.status, refused.error], [409, "attempt_settled"]);
      assert.equal(logins(), 0);
      assert.equal(await status(attempt), "failed");
      const [event] = events("unnumbered_login");
      assert.deepEqual([event?.level, event && "allowed" in event && event.allowed], ["error", false]);
    });

  test("logs in nowhere with `always`", async (t) => {
    const { accept, logIn, logins } = await servers(t, { when: "always" }, "off", {});
    const before = await accept(2);
    await logIn(2, before.attempt, before.number);
    const { attempt } = await accept(1);
    assert.equal((await logIn(0, attempt)).status, 409);
    assert.equal(logins(), 1);
  });

  test("logs in with `unnumbered: allow`, with an event for each, and makes no browser known", async (t) => {
    const { clock, accept, logIn, events } = await servers(t, { unnumbered: "allow" }, "off");
    for (let login = 0; login < 2; login++) {
      const { attempt } = await accept(1);
      const { status, response } = await logIn(0, attempt);
      assert.equal(status, 200);
      const found = response.headers.getSetCookie().filter((cookie) => cookie.includes("known"));
      assert.deepEqual(found, []);
      assert.equal((await logIn(0, attempt)).status, 200, "repeated");
    }
    const logged = events("unnumbered_login");
    assert.deepEqual(
      logged.map((event) => [event.level, "allowed" in event && event.allowed]),
      [
        ["warn", true],
        ["warn", true],
      ],
    );
    assert.equal(events("unnumbered_allowed").length, 1);
    await clock.advance(86_400);
    assert.equal(events("unnumbered_allowed").length, 2, "each day");
  });
});
