import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Browser } from "../support/browser.js";
import { send } from "../support/raw.js";
import { scriptedSite, accepted, undecided, site, type Site } from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { transactionOf, postCallback, login, scriptedLogin } from "../support/login.js";

const callbacksFollowed = ({ events }: Site): number =>
  events.filter(({ type }) => type === "callback_received").length;

describe("the callback", () => {
  test("is answered 204 without a body or a cookie, and leads to a result call", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    const stream = await browser.stream(attempt);
    tokenServer.result = accepted();
    const answer = await postCallback(where, tokenServer.started[0]);
    assert.equal(answer.status, 204);
    assert.equal(answer.body, "");
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["set-cookie"], undefined);
    await stream.status("approved");
    assert.deepEqual(tokenServer.polls, tokenServer.started);
  });

  test("is reported with the address of its sender", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    const { attempt } = await new Browser(where).start();
    await postCallback(where, tokenServer.started[0]);
    await until(() => callbacksFollowed(where) === 1, "the event");
    const event = where.events.find(({ type }) => type === "callback_received");
    holds(event?.type === "callback_received" && event.attempt === attempt && event.address === "127.0.0.1");
    assert.deepEqual([event.level, event.known], ["info", true]);
  });

  test("for a transaction of another site or region is a warning, and no more than one a minute", async (t) => {
    const clock = new VirtualClock();
    const { where } = await scriptedSite(t, { runtime: clock });
    const seen = () =>
      where.events.flatMap((event) =>
        event.type === "callback_received" ? [[event.transaction, event.level, event.known]] : [],
      );
    const post = async (id: string, count: number): Promise<void> => {
      assert.equal((await postCallback(where, id)).status, 204);
      await clock.advance(0);
      await until(async () => (await clock.advance(0), seen().length === count), "the event");
    };
    await post("region-2-a", 1);
    await post("region-2-b", 2);
    await clock.advance(60_000);
    await post("region-2-c", 3);
    assert.deepEqual(seen(), [
      ["region-2-a", "warn", false],
      ["region-2-b", "info", false],
      ["region-2-c", "warn", false],
    ]);
  });

  test("for an unknown transaction is answered 204 and leads to no result call", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    await new Browser(where).start();
    for (const id of [
      "nobody",
      "..",
      "../../user",
      "a/b?c",
      "é",
      "x".repeat(3000),
      "__proto__",
      "constructor",
    ]) {
      assert.equal((await postCallback(where, id)).status, 204, id);
    }
    const followed = () =>
      where.events.flatMap((event) => (event.type === "callback_received" ? [event.transaction] : []));
    // The last one that was sent.
    await until(() => followed().includes("constructor"), "the callbacks to be followed");
    // The others cannot be the id of a transaction. The store is not asked for them.
    assert.deepEqual(followed(), ["nobody", "__proto__", "constructor"]);
    assert.deepEqual(tokenServer.polls, []);
  });

  test("for a settled attempt leads to no result call, also if it is repeated", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    await browser.renew(attempt);
    const stream = await browser.stream(attempt);
    tokenServer.result = accepted();
    await postCallback(where, tokenServer.started[1]);
    await stream.end();
    for (const id of [...tokenServer.started, tokenServer.started[1]]) {
      assert.equal((await postCallback(where, id)).status, 204);
    }
    await until(() => callbacksFollowed(where) === 4, "the callbacks to be followed");
    assert.equal(tokenServer.polls.length, 1);
  });

  test("that comes ten times at once leads to two result calls, one after the other", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    await new Browser(where).start();
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    tokenServer.result = (res, id, req) => {
      running += 1;
      most = Math.max(most, running);
      release.push(() => {
        running -= 1;
        undecided(res, id, req);
      });
    };
    await Promise.all(Array.from({ length: 10 }, () => postCallback(where, tokenServer.started[0])));
    await until(() => callbacksFollowed(where) === 10 && release.length === 1, "the first result call");
    release[0]?.();
    await until(() => release.length === 2, "one more result call for the callbacks in the meantime");
    release[1]?.();
    await until(() => running === 0, "the answers");
    assert.equal(most, 1);
    assert.equal(tokenServer.polls.length, 2);
  });

  test("without a transaction is answered 400", async (t) => {
    const where = await site(t);
    for (const id of [undefined, null, 1, "", {}, ["a"], true]) {
      const answer = await postCallback(where, id);
      assert.equal(answer.status, 400);
      assert.match(answer.body, /"error":"invalid_request".*transaction_id/);
    }
  });

  test("decides nothing by itself: only the Token Server's result does", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    const body = { transaction_id: tokenServer.started[0], is_authenticated: true, user_id: "mallory" };
    const headers = { "content-type": "application/json" };
    await send("POST", `${where.url}/callback`, { headers, body: JSON.stringify(body) });
    await until(() => tokenServer.polls.length === 1, "the result call");
    assert.equal((await browser.logIn(attempt)).status, 409);
  });
});

describe("Basic authentication of the callback", () => {
  const options = { callback: { username: "token-server", password: "pä:ss" } };
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  test("accepts the Token Server's credentials", async (t) => {
    const where = await site(t, { options });
    const answer = await postCallback(where, "a", { authorization: basic("token-server:pä:ss") });
    assert.equal(answer.status, 204);
  });

  for (const authorization of [
    undefined,
    "",
    "Basic",
    "Basic ====",
    "Bearer token",
    basic("token-server:"),
    basic("token-server:pä:s"),
    basic("token-server:pä:sss"),
    basic("other:pä:ss"),
    basic(":"),
    basic("token-server"),
  ]) {
    test(`answers ${authorization ?? "none"} with 401 and leads to no result call`, async (t) => {
      const { where, otp } = await login(t, { options });
      const answer = await postCallback(
        where,
        transactionOf(otp),
        authorization === undefined ? {} : { authorization },
      );
      assert.equal(answer.status, 401);
      assert.match(answer.headers["www-authenticate"] ?? "", /^Basic realm=/);
      assert.equal((JSON.parse(answer.body) as { error: string }).error, "invalid_request");
      assert.deepEqual(where.emulator.polls, []);
    });
  }

  test("takes the same steps for every wrong password: it compares hashes of both, whole", async (t) => {
    const where = await site(t, { options });
    const expected = "token-server:pä:ss";
    const hashed: string[] = [];
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    t.mock.method(crypto.subtle, "digest", (...args: Parameters<typeof digest>) => {
      hashed.push(new TextDecoder().decode(args[1]));
      return digest(...args);
    });
    for (const given of [":", "xoken-server:pä:ss", "token-server:pä:sx", `${expected}${"s".repeat(1000)}`]) {
      hashed.length = 0;
      assert.equal((await postCallback(where, "a", { authorization: basic(given) })).status, 401);
      assert.deepEqual(hashed, [given, expected]);
    }
  });

  test("compares both of two passwords, whichever fits", async (t) => {
    const password = ["new", "old"];
    const where = await site(t, { options: { callback: { username: "ts", password } } });
    const hashed: string[] = [];
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    t.mock.method(crypto.subtle, "digest", (...args: Parameters<typeof digest>) => {
      hashed.push(new TextDecoder().decode(args[1]));
      return digest(...args);
    });
    for (const given of ["ts:new", "ts:old", "ts:other"]) {
      hashed.length = 0;
      await postCallback(where, "a", { authorization: basic(given) });
      assert.deepEqual(hashed, [given, "ts:new", given, "ts:old"]);
    }
  });

  test("accepts two passwords, and each password as long as the site's function gives it", async (t) => {
    let passwords: string | readonly string[] = "old";
    const where = await site(t, {
      options: { callback: { username: "token-server", password: () => passwords } },
    });
    const statusWith = async (password: string): Promise<number> =>
      (await postCallback(where, "a", { authorization: basic(`token-server:${password}`) })).status;
    assert.deepEqual([await statusWith("old"), await statusWith("new")], [204, 401]);
    passwords = ["new", "old"];
    assert.deepEqual([await statusWith("old"), await statusWith("new")], [204, 204]);
    passwords = "new";
    assert.deepEqual([await statusWith("old"), await statusWith("new")], [401, 204]);
    // No password is no reason to let anybody in.
    passwords = [];
    assert.deepEqual([await statusWith("new"), await statusWith("")], [500, 500]);
  });

  test("is checked before the body is read", async (t) => {
    const where = await site(t, { options });
    const answer = await send("POST", `${where.url}/callback`, { body: "x".repeat(9000) });
    assert.equal(answer.status, 401);
  });
});
