import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type Login } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import {
  scriptedSite,
  accepted,
  scriptedTokenServer,
  site,
  undecided,
  type Site,
  type SiteOptions,
} from "../support/site.js";
import { holds, until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { transactionOf, login } from "../support/login.js";

/** A site in virtual time, with a browser that has a code of a minute. */
async function scene(t: TestContext, more: SiteOptions = {}) {
  const clock = new VirtualClock();
  const { where, browser, attempt, otp } = await login(t, { runtime: clock, ...more });
  return { clock, where, browser, attempt, otp };
}

/** Notes what signIn is told of a scan. */
function noting() {
  const scans: Login["login"]["scanned"][] = [];
  return { scans, signIn: ({ login }: Login) => void scans.push(login.scanned) };
}

const addressesOf = (scans: Login["login"]["scanned"][]) => scans.map((scanned) => scanned?.address);

const scan = ({ kit }: Site, otp: string): Promise<void> =>
  kit.scanned({ transactionId: transactionOf(otp) });

describe("a code that the site's app has scanned", () => {
  test("is told to the stream at once, and taken back when its time is over without an answer", async (t) => {
    const { clock, where, browser, attempt, otp } = await scene(t);
    const stream = await browser.watch(attempt);
    await clock.advance(10);
    await scan(where, otp);
    await until(() => stream.events.length === 2, "the scan");
    await clock.advance(49.9);
    await clock.settle();
    assert.equal(stream.events.length, 2);
    await clock.advance(0.1);
    await until(() => stream.events.length === 3, "the code's end");
    assert.deepEqual(stream.events, [
      { status: "pending", expires_in: 60 },
      { status: "pending", expires_in: 50, scanned: true },
      { status: "pending", expires_in: 0 },
    ]);
    stream.close();
  });

  test("is in the answer of a poll, and ends a held poll", async (t) => {
    const { clock, where, browser, attempt, otp } = await scene(t);
    const held = browser.status(attempt, { prefer: "wait=20" });
    await until(async () => (await where.kit.health()).watchers === 1, "the held poll");
    await scan(where, otp);
    assert.deepEqual(await held, { status: "pending", expires_in: 60, scanned: true, interval: 0 });
    assert.equal(clock.foregroundTimers, 0);
    const answer = await browser.status(attempt);
    assert.deepEqual(answer, { status: "pending", expires_in: 60, scanned: true, interval: 2 });
  });

  test("holds a poll no longer than two seconds, because the client may not have heard of the scan", async (t) => {
    const { clock, where, browser, attempt, otp } = await scene(t);
    await scan(where, otp);
    const held = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    await until(async () => (await where.kit.health()).watchers === 1, "the held poll");
    await clock.advance(2);
    const response = await held;
    assert.equal(response.headers.get("preference-applied"), "wait=2");
    const answer = { status: "pending", expires_in: 58, scanned: true, interval: 0 };
    assert.deepEqual(await response.json(), answer);
  });

  test("counts until its own end, also if the page shows a newer one", async (t) => {
    const { clock, where, browser, attempt, otp } = await scene(t);
    await clock.advance(45);
    const renewed = await browser.renew(attempt);
    await scan(where, otp);
    assert.equal((await browser.status(attempt)).scanned, true);
    await clock.advance(15);
    assert.deepEqual(await browser.status(attempt), { status: "pending", expires_in: 45, interval: 2 });
    await scan(where, renewed.otp);
    assert.equal((await browser.status(attempt)).scanned, true);
  });

  test("no longer counts once the page asks for a newer code, and still logs in", async (t) => {
    const { where, browser, attempt, otp } = await scene(t);
    const stream = await browser.watch(attempt);
    const phone = await where.emulator.phone("alice", true);
    await scan(where, otp);
    await until(() => stream.events.at(-1)?.scanned === true, "the scan");
    const renewed = await browser.renew(attempt);
    await until(() => stream.events.at(-1)?.scanned === undefined, "no scan");
    assert.equal((await browser.status(attempt)).scanned, undefined);

    // Somebody who saw the old code must not hide the new one.
    await where.kit.scanned({ transactionId: transactionOf(otp), userId: "mallory" });
    assert.equal((await browser.status(attempt)).scanned, undefined);
    await scan(where, renewed.otp);
    assert.equal((await browser.status(attempt)).scanned, true);
    await phone.handleMobileAuthWithOtp(otp);
    await stream.end();
    assert.equal(stream.events.at(-1)?.status, "approved");
  });

  test("is told to the watchers of another server that shares the store", async (t) => {
    const store = memoryStore();
    const origin = "http://localhost:3000";
    const { url } = await scriptedTokenServer(t);
    const node = () => site(t, { tokenServerUrl: url, options: { store, origin } });
    const [first, second] = [await node(), await node()];
    const browser = new Browser({ url: first.url, origin });
    const { attempt, otp } = await browser.start();
    const stream = await browser.watch(attempt);
    await scan(second, otp);
    await until(() => stream.events.at(-1)?.scanned === true, "the scan");
    stream.close();
  });

  test("logs nobody in, and changes nothing that is settled", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const { where, browser, attempt, otp } = await scene(t, { runtime: clock, options: { store } });
    await scan(where, otp);
    assert.equal((await browser.logIn(attempt)).status, 409);
    assert.deepEqual(where.logins, []);

    for (const status of ["denied", "completed"]) {
      const settled = await browser.start();
      const stream = await browser.stream(settled.attempt);
      const phone = await where.emulator.phone("alice", status === "completed");
      await phone.handleMobileAuthWithOtp(settled.otp);
      await stream.end();
      if (status === "completed") assert.equal((await browser.logIn(settled.attempt)).status, 200);
      const stored = await store.get(settled.attempt);
      assert.equal(stored?.state.status, status);
      await scan(where, settled.otp);
      assert.deepEqual(await store.get(settled.attempt), stored);
    }

    const approved = await browser.start();
    const stream = await browser.stream(approved.attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(approved.otp);
    await stream.end();
    await scan(where, approved.otp);
    assert.equal((await browser.status(approved.attempt)).status, "approved");
    assert.equal((await browser.logIn(approved.attempt)).status, 200);
  });

  test("is reported once, with the phone's address and without its code", async (t) => {
    const { clock, where, attempt, otp } = await scene(t);
    await clock.advance(7);
    const transactionId = transactionOf(otp);
    await where.kit.scanned({ transactionId, address: "192.0.2.9" });
    await where.kit.scanned({ transactionId, address: "192.0.2.10" });
    const reported = where.events.filter(({ type }) => type === "code_scanned");
    assert.deepEqual(reported, [
      {
        type: "code_scanned",
        level: "info",
        attempt,
        transaction: transactionId,
        address: "192.0.2.9",
        durationMs: 7000,
      },
    ]);
  });

  test("tells signIn where the phone is, if it is the code that was accepted", async (t) => {
    const { scans, signIn } = noting();
    const { clock, where, browser, attempt, otp } = await scene(t, { options: { signIn } });
    const at = clock.now();
    await where.kit.scanned({
      transactionId: transactionOf(otp),
      address: "192.0.2.9",
      userAgent: `App/1.0 ${"x".repeat(600)}`,
    });
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    await browser.logIn(attempt);

    const other = await browser.start();
    await scan(where, other.otp);
    const renewed = await browser.renew(other.attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(renewed.otp);
    await browser.approval(other.attempt);
    await browser.logIn(other.attempt);
    assert.deepEqual(scans, [
      { at, address: "192.0.2.9", userAgent: `App/1.0 ${"x".repeat(504)}` },
      undefined,
    ]);
  });

  test("tells signIn nothing of a stranger's scan, whenever that came, if the app names its user", async (t) => {
    const { scans, signIn } = noting();
    const { where, browser } = await scene(t, { options: { signIn } });
    const strange = { userId: "mallory", address: "203.0.113.1" };
    const own = { userId: "alice", address: "192.0.2.9" };
    for (const told of [[strange, own], [strange], [own, strange]]) {
      const { attempt, otp } = await browser.start();
      for (const scanned of told) await where.kit.scanned({ transactionId: transactionOf(otp), ...scanned });
      const stream = await browser.stream(attempt);
      await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
      await stream.end();
      await browser.logIn(attempt);
    }
    assert.deepEqual(addressesOf(scans), ["192.0.2.9", undefined, "192.0.2.9"]);
  });

  test("is that of the user with exactly this id, however long it is", async (t) => {
    const { scans, signIn } = noting();
    // The emulator's users have short names.
    const { tokenServer, where } = await scriptedSite(t, { options: { signIn } });
    const browser = new Browser(where);
    const logInAs = async (userId: string, ...strangers: string[]) => {
      tokenServer.result = undecided;
      const { attempt, otp } = await browser.start();
      const transactionId = transactionOf(otp);
      for (const stranger of strangers)
        await where.kit.scanned({ transactionId, userId: stranger, address: "203.0.113.1" });
      await where.kit.scanned({ transactionId, userId, address: "192.0.2.9" });
      tokenServer.result = accepted(userId);
      await browser.approval(attempt);
      await browser.logIn(attempt);
    };
    await logInAs("x".repeat(50_000));
    await logInAs("x".repeat(512), `${"x".repeat(512)}y`);
    await logInAs("jane", "jane\ud800", "\ud800jane");
    assert.deepEqual(addressesOf(scans), ["192.0.2.9", "192.0.2.9", "192.0.2.9"]);
  });

  test("is kept for each user, for at most five: later scans write nothing", async (t) => {
    const { scans, signIn } = noting();
    const store = memoryStore();
    let writes = 0;
    const counting: typeof store = {
      ...store,
      compareAndSet: (...args) => {
        writes += 1;
        return store.compareAndSet(...args);
      },
    };
    const { where, browser, attempt, otp } = await login(t, { options: { signIn, store: counting } });
    const scanBy = (userId: string, address: string) =>
      where.kit.scanned({ transactionId: transactionOf(otp), userId, address });
    for (const userId of ["mallory", "alice", "bob"]) await scanBy(userId, `192.0.2.${userId.length}`);
    for (let times = 0; times < 20; times++) {
      await scanBy("mallory", `203.0.113.${times}`);
      await scanBy("alice", `203.0.113.${times}`);
    }
    assert.equal(writes, 3);
    for (let users = 0; users < 20; users++) await scanBy(`user-${users}`, "203.0.113.1");
    assert.equal(writes, 5);
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.end();
    await browser.logIn(attempt);
    assert.deepEqual(addressesOf(scans), ["192.0.2.5"]);
  });

  test("is stored without halves of surrogate pairs, which a cut may leave", async (t) => {
    const store = memoryStore();
    const where = await site(t, { options: { store } });
    const transactionId = transactionOf((await new Browser(where).start()).otp);
    await where.kit.scanned({ transactionId, address: "\ud83d", userAgent: `${"x".repeat(511)}😀` });
    const stored = await store.findByTransaction(transactionId);
    const scans = stored?.transactions.map(({ scanned }) => [scanned?.address, scanned?.userAgent]);
    assert.deepEqual(scans, [[undefined, "x".repeat(511)]]);
  });

  test("is ignored if it is unknown, over, or no transaction at all", async (t) => {
    const { clock, where, browser, attempt, otp } = await scene(t);
    const strange: unknown[] = [
      "",
      "nobody",
      "x".repeat(100_000),
      "__proto__",
      null,
      undefined,
      7,
      {},
      [otp],
    ];
    for (const transactionId of strange)
      await where.kit.scanned({ transactionId } as { transactionId: string });
    for (const nothing of [undefined, null]) await where.kit.scanned(nothing as never);
    await clock.advance(60);
    await scan(where, otp);
    assert.equal((await browser.status(attempt)).scanned, undefined);
    holds(!where.events.some(({ type }) => type === "code_scanned"));
  });

  test("is ignored and reported if its user's id is not a text that can name a user", async (t) => {
    const { where, browser, attempt, otp } = await scene(t);
    for (const userId of [42, null, {}, "", "jane\ud800"])
      await where.kit.scanned({ transactionId: transactionOf(otp), userId } as never);
    assert.equal((await browser.status(attempt)).scanned, undefined);
    assert.deepEqual(
      where.events.flatMap((event) => (event.type === "internal_error" ? [event.operation] : [])),
      Array(5).fill("marking a code as scanned"),
    );
  });

  test("is not looked up in the store if its id cannot be a transaction's", async (t) => {
    const store = memoryStore();
    const found: string[] = [];
    const findByTransaction = (id: string) => (found.push(id), store.findByTransaction(id));
    const where = await site(t, { options: { store: { ...store, findByTransaction } } });
    for (const transactionId of ["", "..", "../a", "a/b", "a?b", "a b", "é", "x".repeat(129), "a\n"])
      await where.kit.scanned({ transactionId });
    assert.deepEqual(found, []);
    await where.kit.scanned({ transactionId: "a-b" });
    assert.deepEqual(found, ["a-b"]);
  });

  test("does not reject while the store is unreachable", async (t) => {
    const store = memoryStore();
    let isDown = false;
    const { where, browser, attempt, otp } = await login(t, {
      options: {
        store: {
          ...store,
          findByTransaction: (id) =>
            isDown ? Promise.reject(new Error("The store is down.")) : store.findByTransaction(id),
        },
      },
    });
    isDown = true;
    await scan(where, otp);
    isDown = false;
    assert.equal((await browser.status(attempt)).scanned, undefined);
    holds(where.events.some(({ type }) => type === "store_trouble"));
  });
});
