import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { until } from "../../support/until.js";
import { startEmulator, type Emulator, type Server } from "../support/packed-package.js";
import {
  assertAsksFor,
  assertIsHostCookie,
  foreignPages,
  logOut,
  SiteBrowser,
} from "../support/session-browser.js";
import { backends, user } from "./backend-list.js";
import { listenBetween, loginOf, type InternalPort } from "./internal-port.js";
import { expiry, installBackends, startSurroundings, type Surroundings } from "./running-site.js";
import { isLoggedIn, leadsTo, saysThatItDoesNotWork, ticketOf, tokenOf } from "./visits.js";

/** The sites of `examples/backends/`: a whole login in a browser through each, and what must not log anybody in. */

let browser: Browser;
let emulator: Emulator;
let site: Surroundings;
let calls: InternalPort;
before(async () => {
  const [launched, installed] = await Promise.all([launchBrowser(), installBackends()]);
  browser = launched;
  emulator = await startEmulator(installed);
  await emulator.phone.enroll(user);
  site = await startSurroundings(emulator);
  [calls] = site.calls;
});
after(() => Promise.all([browser.close(), site.stop()]));

/** Far longer than a page takes, also on a busy machine. */
const pageLimitMs = 120_000;
/** `BACKENDS=go,php` runs only these. */
const wanted = process.env["BACKENDS"]?.split(",");

for (const backend of backends.filter(({ name }) => wanted?.includes(name) ?? true))
  describe(`the site in examples/backends/${backend.name}`, () => {
    let running: Server;
    /** A ticket that nobody redeems before it is too old. */
    let old: { visitor: SiteBrowser; path: string; answeredAt: number };
    before(async () => {
      running = await site.start(backend);
      const visitor = newVisitor();
      old = { visitor, path: await newTicket(visitor), answeredAt: Date.now() };
    });
    after(() => running.stop());

    const newVisitor = (): SiteBrowser => new SiteBrowser(site.origin, site.origin);
    const newTicket = (visitor: SiteBrowser): Promise<string> => ticketOf(visitor, emulator);

    async function logIn(visitor: SiteBrowser): Promise<void> {
      leadsTo(await visitor.fetch(await newTicket(visitor)), "/account");
    }

    /** Shows a ticket that is refused. The service writes its log after the answer. */
    async function isRefused(visitor: SiteBrowser, path: string, reason: string): Promise<void> {
      const earlier = site.refusals().length;
      leadsTo(await visitor.fetch(path), "/login");
      await until(() => site.refusals().slice(earlier).includes(reason), `${reason} in the service's log`);
      assert.equal(await isLoggedIn(visitor), false);
    }

    test("logs in with a scan, shows who is logged in, and logs out", async () => {
      const [login, account] = [`${site.origin}/login`, `${site.origin}/account`];
      const context = await browser.newContext();
      const complaints = await watchForComplaints(context);
      context.setDefaultTimeout(pageLimitMs);
      const page = await context.newPage();
      await page.goto(`${account}?from=mail&of=2`);
      assertAsksFor(page, login, "/account?from=mail&of=2");

      const response = page.waitForResponse(`${account}?from=mail&of=2`);
      await emulator.phone.accept(await codeOn(page), user);
      await page.waitForURL(`${account}?from=mail&of=2`);
      assert.equal(await page.locator("p").innerText(), `Logged in as ${user}`);
      const headers = (await response).headers();
      assert.equal(headers["cache-control"], "no-store");
      assert.match(headers["content-security-policy"] ?? "", /script-src 'self';.*frame-ancestors 'none'/);
      await page.reload();
      assert.equal(page.url(), `${account}?from=mail&of=2`);

      const session = (await context.cookies()).filter(({ name }) => name === backend.cookie);
      const flags = session.map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path }));
      assert.deepEqual(flags, [{ httpOnly: true, sameSite: "Lax", path: "/" }]);
      await logOut(page, login);
      await page.goto(account);
      assertAsksFor(page, login, "/account");
      // A copy that somebody has kept.
      await context.addCookies(session);
      await page.goto(site.origin);
      assertAsksFor(page, login, "/account");
      await context.close();
      assert.deepEqual(complaints.list, []);
    });

    test("leads to the page that was asked for, and to no other site", async () => {
      for (const [next, page] of [
        ["%2Forders%2F7%3Ffrom%3Dmail%26of%3D2", "/orders/7?from=mail&of=2"],
        ...["", ...foreignPages].map((foreign) => [foreign, "/account"] as const),
      ] as const) {
        const visitor = newVisitor();
        const answer = await visitor.fetch(`${await newTicket(visitor)}&next=${next}`);
        assert.equal(answer.headers.get("location")?.replace(site.origin, ""), page, next);
      }
    });

    test("keeps the page that was asked for, where a ticket is refused", async () => {
      const answer = await newVisitor().fetch(
        "/login/otp?ticket=unknown&next=%2Forders%2F7%3Ffrom%3Dmail%26of%3D2",
      );
      const login = new URL(answer.headers.get("location") ?? "", site.origin);
      assert.equal(login.pathname, "/login");
      assert.equal(login.searchParams.get("next"), "/orders/7?from=mail&of=2");
    });

    test("begins a new session at each login, whatever the browser had before", async () => {
      const visitor = newVisitor();
      visitor.cookies.set(backend.cookie, "planted");
      visitor.cookies.set("theme", "é"); // a byte that is not UTF-8
      const planted = visitor.copy();
      await logIn(visitor);
      assert.notEqual(visitor.cookies.get(backend.cookie), "planted");
      assert.equal(await isLoggedIn(visitor), true);
      assert.equal(await isLoggedIn(planted), false);

      const first = visitor.copy();
      await logIn(visitor);
      assert.notEqual(visitor.cookies.get(backend.cookie), first.cookies.get(backend.cookie));
      assert.equal(await isLoggedIn(visitor), true);
      assert.equal(await isLoggedIn(first), false);
    });

    test("takes a ticket once", async () => {
      const visitor = newVisitor();
      const path = await newTicket(visitor);
      leadsTo(await visitor.fetch(path), "/account");
      assert.equal(await isLoggedIn(visitor), true);
      visitor.cookies.delete(backend.cookie);
      await isRefused(visitor, path, "used");
    });

    test("takes no ticket of another browser, and leaves it to its own", async () => {
      const [visitor, stranger, newcomer] = [newVisitor(), newVisitor(), newVisitor()];
      const path = await newTicket(visitor);
      await stranger.fetch("/otp-login", { method: "POST" });
      await isRefused(stranger, path, "other_browser");
      await isRefused(newcomer, path, "no_cookie");
      leadsTo(await visitor.fetch(path), "/account");
      assert.equal(await isLoggedIn(visitor), true);
    });

    test("begins one session if a ticket comes twenty times at once", async () => {
      const visitor = newVisitor();
      const path = await newTicket(visitor);
      const copies = Array.from({ length: 20 }, () => visitor.copy());
      const answers = await Promise.all(copies.map((copy) => copy.fetch(path)));
      // The others lead to the login page, or say on a very slow machine that the service did not answer in time.
      const places = answers.map(({ headers }) => headers.get("location")?.replace(site.origin, ""));
      assert.equal(places.filter((place) => place === "/account").length, 1, places.join());
      const loggedIn = await Promise.all(copies.map(isLoggedIn));
      assert.equal(loggedIn.filter(Boolean).length, 1);
    });

    test("keeps every session of a user whose first logins come at the same moment", async () => {
      for (const name of ["anna", "bert", "carla", "dirk", "emma"]) {
        await emulator.phone.enroll(name);
        const visitors = Array.from({ length: 6 }, newVisitor);
        const paths = await Promise.all(visitors.map((visitor) => ticketOf(visitor, emulator, name)));
        const answers = await Promise.all(
          visitors.map((visitor, index) => visitor.fetch(paths[index] ?? "")),
        );
        for (const answer of answers) leadsTo(answer, "/account");
        for (const visitor of visitors) assert.equal(await isLoggedIn(visitor), true, name);
      }
    });

    test("takes nothing that is no ticket", async () => {
      const visitor = newVisitor();
      await visitor.fetch("/otp-login", { method: "POST" });
      for (const query of [
        "",
        "?ticket=",
        "?ticket=x",
        "?ticket=%FF%FE",
        "?ticket[]=x",
        `?ticket=${"x".repeat(3000)}`,
      ])
        leadsTo(await visitor.fetch(`/login/otp${query}`), "/login");
      assert.equal(await isLoggedIn(visitor), false);
    });

    test("logs nobody in without the secret, and the ticket stays good", async () => {
      const body = JSON.stringify({ ticket: "x", cookie: "" });
      for (const authorization of ["", "Bearer wrong"]) {
        const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
        assert.equal((await fetch(`${site.internal}/redeem`, { method: "POST", headers, body })).status, 401);
      }
      const visitor = newVisitor();
      const path = await newTicket(visitor);
      calls.mode = "without secret";
      await saysThatItDoesNotWork(await visitor.fetch(path));
      assert.equal(await isLoggedIn(visitor), false);
      calls.mode = "pass";
      leadsTo(await visitor.fetch(path), "/account");
    });

    test("follows no redirect, because its calls have the secret", async () => {
      const visitor = newVisitor();
      await logIn(visitor);
      const token = await tokenOf(visitor);
      // Another port of the same host: some clients take the secret along to that.
      const elsewhere = await listenBetween(site.internal);
      calls.elsewhere = elsewhere.address;
      for (const mode of [302, 307] as const) {
        calls.mode = mode;
        await saysThatItDoesNotWork(await newVisitor().fetch("/login/otp?ticket=x"));
        assert.equal((await newVisitor().fetch("/login")).status, 200);
      }
      leadsTo(await visitor.fetch("/logout", { method: "POST", body: token }), "/login");
      calls.mode = "pass";
      elsewhere.close();
      assert.deepEqual(elsewhere.list, []);
    });

    test("says so if the service does not work or does not answer, and logs out all the same", async () => {
      const visitor = newVisitor();
      await logIn(visitor);
      const token = await tokenOf(visitor);
      const other = newVisitor();
      for (const mode of ["unavailable", "silent"] as const) {
        calls.mode = mode;
        await saysThatItDoesNotWork(
          await other.fetch("/login/otp?ticket=x", { signal: AbortSignal.timeout(30_000) }),
        );
        assert.equal(await isLoggedIn(other), false);
        assert.equal((await other.fetch("/login")).status, 200);
      }
      const copy = visitor.copy();
      leadsTo(await visitor.fetch("/logout", { method: "POST", body: token }), "/login");
      calls.mode = "pass";
      for (const each of [visitor, copy]) assert.equal(await isLoggedIn(each), false);
    });

    test("logs out by POST only, and not for a page of another site", async () => {
      const visitor = newVisitor();
      await logIn(visitor);
      const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
      const neighbour = { origin: "http://neighbour.localhost", "sec-fetch-site": "same-site" };
      for (const headers of [evil, neighbour, { origin: "null" }]) {
        const refused = await visitor.fetch("/logout", { method: "POST", headers });
        assert.equal(refused.status, 403);
        assert.deepEqual(refused.headers.getSetCookie(), []);
      }
      const opened = await visitor.fetch("/logout");
      assert.ok([404, 405].includes(opened.status), String(opened.status));
      assert.equal(await isLoggedIn(visitor), true);
    });

    test("on https has a cookie that no other host can set", async () => {
      const behindTls = await site.startAlone(backend, { ORIGIN: "https://localhost" });
      calls.login = loginOf(user);
      const visitor = new SiteBrowser(
        behindTls.origin.replace("127.0.0.1", "localhost"),
        "https://localhost",
      );
      const answer = await visitor.fetch("/login/otp?ticket=x");
      delete calls.login;
      leadsTo(answer, "/account");
      assertIsHostCookie(answer, `__Host-${backend.cookie}`);
      assert.equal(await isLoggedIn(visitor), true);
      await behindTls.stop();
    });

    if (backend.beginsWithThePage)
      test("has its code in the page before any script runs, and asks for no second one", async () => {
        const context = await browser.newContext({ javaScriptEnabled: false });
        const page = await context.newPage();
        await page.goto(`${site.origin}/login`);
        const code = await codeOn(page);
        assert.equal(calls.list.at(-1), "POST /begin");
        const codes = emulator.codes();
        await context.close();

        const another = await browser.newContext();
        another.setDefaultTimeout(pageLimitMs);
        const upgraded = await another.newPage();
        await upgraded.goto(`${site.origin}/login`);
        assert.notEqual(await codeOn(upgraded), code);
        await emulator.phone.accept(await codeOn(upgraded), user);
        await upgraded.waitForURL("**/account");
        assert.equal(emulator.codes(), codes + 1);
        await another.close();
      });

    if (backend.appToken !== undefined)
      test("says “Check your phone” once the user's app has scanned the code, and believes no other app", async () => {
        const context = await browser.newContext();
        context.setDefaultTimeout(pageLimitMs);
        const page = await context.newPage();
        await page.goto(`${site.origin}/login`);
        const { id } = await emulator.phone.scan(await codeOn(page), user);
        const scanned = (headers: Record<string, string>): Promise<Response> =>
          fetch(`${site.origin}/app/scanned`, {
            method: "POST",
            headers: { "content-type": "application/json", ...headers },
            body: JSON.stringify({ transaction_id: id }),
          });
        for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: "Bearer " }])
          assert.equal((await scanned(headers)).status, 401);
        assert.ok(!calls.list.includes("POST /scanned"));
        assert.equal((await scanned({ authorization: `Bearer ${backend.appToken}` })).status, 204);
        await page.getByText("Check your phone").first().waitFor();
        await emulator.phone.answer(id, true);
        await page.waitForURL("**/account");
        await context.close();
      });

    test("takes no ticket that has expired", async () => {
      const { visitor, path, answeredAt } = old;
      await expiry(answeredAt);
      await isRefused(visitor, path, "expired");
    });
  });
