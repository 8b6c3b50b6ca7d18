import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { NodeContext } from "onegini-otp-login/node";
import type { PairingOptions } from "onegini-otp-login/server";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn, startWithMessage } from "../../unit/server/support/number-on-phone.js";
import { accepted, json, scriptedTokenServer, site, type Site } from "../../unit/server/support/site.js";
import { until } from "../../support/until.js";
import { openStore } from "./support/redis-stores.js";

/** A roll in which one server has `pairing` already and the other does not. They share one Redis. */

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

const pairing = { keys: ["a key of the tests, of 32 characters"] };

type PairingOption = Partial<PairingOptions<NodeContext>> | "off";

async function scene(t: TestContext, prefix: string) {
  const tokenServer = await scriptedTokenServer(t);
  const numbers = new Map<string, string>();
  tokenServer.start = startWithMessage((message, id) => numbers.set(id, numberIn(message)));
  const waiting = json(404, { error: "3004", error_description: "Unknown transaction" });
  tokenServer.result = waiting;
  const origin = "http://localhost:4000";
  const serverWith = async (option: PairingOption): Promise<Site> => {
    const { store } = await openStore(t, server, { prefix });
    return site(t, {
      tokenServerUrl: tokenServer.url,
      options: {
        origin,
        store,
        // The visitors are all at one address.
        limits: { startsPerAddress: false, wrongUsersPerAddress: false },
        ...(option === "off"
          ? { message: "Log in" }
          : { message: "Log in: {number}", pairing: { ...pairing, ...option } }),
      },
    });
  };
  const browserAt = ({ url }: Site) => new Browser({ url, origin });
  /** The phone accepts the code of one of the transactions, counted from the first. */
  const acceptOf = (index: number): void => {
    tokenServer.result = (res, id, req) =>
      (id === tokenServer.started[index] ? accepted("alice") : waiting)(res, id, req);
  };
  const numberOf = (index: number): string => numbers.get(tokenServer.started[index] ?? "") ?? "";
  return { tokenServer, serverWith, browserAt, acceptOf, numberOf, origin };
}

/** The same browser at another server, as behind a proxy. */
const share = (from: Browser, to: Browser): void => {
  to.cookie = from.cookie;
};

test("a code without a number, from a server that does not have it yet, logs in only while the site allows that", async (t) => {
  for (const [unnumbered, expected] of [
    ["allow", 200],
    ["refuse", 409],
  ] as const) {
    const { serverWith, browserAt, acceptOf } = await scene(t, `old-code-${unnumbered}:`);
    const before = browserAt(await serverWith("off"));
    const now = browserAt(await serverWith({ unnumbered }));
    const { attempt } = await before.start();
    share(before, now);
    acceptOf(0);
    await now.approval(attempt);
    assert.equal((await now.postLogin(attempt)).status, expected, unnumbered);
  }
});

test("a server without it logs in with no code that has a number, and the page gets in at one that has it", async (t) => {
  const { serverWith, browserAt, acceptOf, numberOf } = await scene(t, "old-login:");
  const before = browserAt(await serverWith("off"));
  const now = browserAt(await serverWith({}));
  const { attempt } = await now.start();
  share(now, before);
  acceptOf(0);
  await now.approval(attempt);
  for (const number of [undefined, numberOf(0)])
    assert.equal((await before.postLogin(attempt, number)).status, 503);
  assert.equal((await now.postLogin(attempt)).json["error"], "pairing_required");
  assert.equal((await now.postLogin(attempt, numberOf(0))).status, 200);
});

test("of an attempt with codes of both servers, the accepted one decides", async (t) => {
  for (const index of [0, 1]) {
    const { serverWith, browserAt, acceptOf, numberOf } = await scene(t, `both-${index}:`);
    const before = browserAt(await serverWith("off"));
    const now = browserAt(await serverWith({ unnumbered: "allow" }));
    const { attempt } = await before.start();
    share(before, now);
    await now.renew(attempt);
    acceptOf(index);
    await now.approval(attempt);
    const { status, json: body } = await now.postLogin(attempt);
    assert.deepEqual([status, body["error"]], index === 0 ? [200, undefined] : [403, "pairing_required"]);
    if (index === 1) assert.equal((await now.postLogin(attempt, numberOf(1))).status, 200);
  }
});

interface Result {
  done: number;
  /** Logins that did not end well, however often the page called. */
  refused: number;
  /** Starts while the site's logins were paused. */
  paused: number;
}

interface Roll {
  servers: readonly Site[];
  replace: (at: number, by: PairingOption) => Promise<void>;
  /** Waits for so many more logins. */
  logins: (count: number) => Promise<void>;
  result: Readonly<Result>;
}

describe("a roll of two servers under a load of logins", () => {
  /** Visitors log in one after the other, each call at any of the servers, while `roll` runs. */
  async function loggedInDuring(
    t: TestContext,
    prefix: string,
    from: PairingOption,
    roll: (running: Roll) => Promise<void>,
  ): Promise<Result> {
    const { tokenServer, serverWith, origin } = await scene(t, prefix);
    tokenServer.result = accepted("alice");
    const numbers: string[] = [];
    tokenServer.start = startWithMessage((message) => numbers.push(numberIn(message)));
    const servers = [await serverWith(from), await serverWith(from)];
    let isRolling = true;
    let visits = 0;
    const result: Result = { done: 0, refused: 0, paused: 0 };
    const at = (index: number, visitor: Browser): Browser => {
      const { url } = servers[index % servers.length]!;
      const same = new Browser({ url, origin });
      share(visitor, same);
      return same;
    };
    const visit = async (): Promise<void> => {
      const visitor = new Browser({ url: servers[0]!.url, origin });
      // Of four visitors in a row each begins and logs in at another pair of servers.
      const begins = visits;
      const logsIn = visits++ >> 1;
      const starting = at(begins, visitor);
      const begun = await starting.post("");
      // Paused: the page asks again later.
      if (begun.status === 503) return void (result.paused += 1);
      const { attempt } = (await begun.json()) as { attempt: string };
      const number = numbers.at(-1);
      share(starting, visitor);
      await at(begins, visitor).approval(attempt);
      // As the element: a 503 is repeated, and the number is typed when it is asked for.
      let typed: string | undefined;
      for (let tries = 0; tries < 12; tries++) {
        const { status } = await at(logsIn + tries, visitor).postLogin(attempt, typed);
        if (status === 200) return void (result.done += 1);
        if (status === 403) typed = number;
        else if (status !== 503) break;
      }
      result.refused += 1;
    };
    const load = (async () => {
      while (isRolling) await visit();
    })();
    const logins = (count: number): Promise<void> => {
      const enough = result.done + result.refused + count;
      return until(() => result.done + result.refused >= enough, `${count} logins`);
    };
    await logins(5);
    const replace = async (index: number, by: PairingOption): Promise<void> => {
      servers[index] = await serverWith(by);
    };
    await roll({ servers, replace, logins, result });
    isRolling = false;
    await load;
    return result;
  }

  test("refuses nobody for good where the number is turned on in two rolls", async (t) => {
    const { done, refused } = await loggedInDuring(t, "on:", "off", async ({ replace, logins }) => {
      for (const option of [{ unnumbered: "allow" }, {}] as const)
        for (const index of [0, 1]) {
          await replace(index, option);
          await logins(5);
        }
    });
    assert.ok(done >= 25, String(done));
    assert.equal(refused, 0);
  });

  test("refuses logins where it is turned on in one roll alone", async (t) => {
    const { refused } = await loggedInDuring(t, "on-at-once:", "off", async ({ replace, logins }) => {
      await replace(0, {});
      await logins(5);
    });
    assert.ok(refused > 0, String(refused));
  });

  test("refuses nobody for good where it is turned off while the logins are paused", async (t) => {
    const { done, refused } = await loggedInDuring(
      t,
      "off:",
      {},
      async ({ servers, replace, logins, result }) => {
        await servers[0]!.kit.pause();
        // Visitors come one after the other: each login that was under way has ended.
        await until(() => result.paused > 0, "the pause");
        for (const index of [0, 1]) await replace(index, "off");
        await servers[0]!.kit.resume();
        await logins(5);
      },
    );
    assert.ok(done >= 10, String(done));
    assert.equal(refused, 0);
  });
});
