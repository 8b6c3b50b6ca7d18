import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startEmulator, type Emulator, type Server } from "../support/packed-package.js";
import { SiteBrowser } from "../support/session-browser.js";
import { backends } from "./backend-list.js";
import { loginOf, type InternalPort } from "./internal-port.js";
import { installBackends, startSurroundings, type Surroundings } from "./running-site.js";
import { isLoggedIn, leadsTo, tokenOf } from "./visits.js";

/** The sites of `examples/backends/` with `pairing`: which browsers are known, and “log out everywhere”. */

const other = "carla";
const known = "onegini-otp-login-known";

let emulator: Emulator;
let site: Surroundings;
let calls: InternalPort;
before(async () => {
  emulator = await startEmulator(await installBackends());
  await emulator.phone.enroll(other);
  site = await startSurroundings(emulator, { withNumber: true });
  [calls] = site.calls;
});
after(() => site.stop());
afterEach(() => {
  calls.mode = "pass";
  delete calls.login;
});

/** `BACKENDS=go,php` runs only these. */
const wanted = process.env["BACKENDS"]?.split(",");

for (const backend of backends.filter(({ name }) => wanted?.includes(name) ?? true))
  describe(`the site in examples/backends/${backend.name}, with a number`, () => {
    // Of each site another one: the service remembers for two minutes that a user's browsers were forgotten.
    const user = `a user of ${backend.name}`;
    let running: Server;
    before(async () => {
      await emulator.phone.enroll(user);
      running = await site.start(backend);
    });
    after(() => running.stop());
    const newVisitor = (): SiteBrowser => new SiteBrowser(site.origin, site.origin);

    /** Logs in up to the ticket, with the number if the page is asked for it. */
    const ticketOf = (visitor: SiteBrowser, as = user) =>
      visitor.logInWithNumber(async (otp) => {
        const { id, message } = await emulator.phone.scan(otp, as);
        await emulator.phone.answer(id, true);
        return message;
      });

    async function logIn(visitor: SiteBrowser, as = user): Promise<{ isAsked: boolean }> {
      const { isAsked, redirectTo } = await ticketOf(visitor, as);
      leadsTo(await visitor.fetch(redirectTo), "/account");
      return { isAsked };
    }

    const logOutEverywhere = async (visitor: SiteBrowser): Promise<Response> =>
      visitor.fetch("/logout-everywhere", { method: "POST", body: await tokenOf(visitor) });

    test("is asked for the number once: the site's own answer makes the browser known", async () => {
      const [visitor, careless] = [newVisitor(), newVisitor()];
      const { isAsked, redirectTo } = await ticketOf(visitor);
      assert.equal(isAsked, true);
      assert.equal(visitor.cookies.has(known), false, "before the site has taken the login");
      leadsTo(await visitor.fetch(redirectTo), "/account");
      assert.equal(visitor.cookies.has(known), true);
      assert.equal((await logIn(visitor)).isAsked, false);
      assert.equal(await isLoggedIn(visitor), true);

      await ticketOf(careless); // a ticket that nobody redeems
      assert.equal((await ticketOf(careless)).isAsked, true);
    });

    test("sends on the cookies that come with a login, and needs none", async () => {
      const attributes = ["HttpOnly", "Max-Age=15552000", "Path=/", "SameSite=Lax"];
      const cookie = (name: string): string => [`${name}=v1.aQ_-~x.2`, ...attributes].join("; ");
      const cookiesOf = async (set_cookie?: string[]): Promise<string[][]> => {
        calls.login = { ...loginOf(user), ...(set_cookie && { set_cookie }) };
        const answer = await newVisitor().fetch("/login/otp?ticket=x");
        leadsTo(answer, "/account");
        assert.equal(answer.headers.get("cache-control"), "no-store");
        const cookies = answer.headers.getSetCookie().map((text) => text.split("; "));
        return cookies.filter(([pair]) => !pair?.startsWith(`${backend.cookie}=`));
      };
      assert.deepEqual(await cookiesOf(), []);
      assert.deepEqual(await cookiesOf([]), []);
      // Django writes the attributes in an order of its own.
      const sent = (await cookiesOf([cookie("one"), cookie("two")])).map((parts) => parts.sort()).sort();
      assert.deepEqual(
        sent,
        ["one", "two"].map((name) => cookie(name).split("; ").sort()),
      );
    });

    test("logs out everywhere: ends the user's sessions, and takes nothing that was accepted before", async () => {
      const [here, there, late, others] = [newVisitor(), newVisitor(), newVisitor(), newVisitor()];
      for (const visitor of [here, there]) await logIn(visitor);
      await logIn(others, other);
      const { redirectTo } = await ticketOf(late);

      const before = loginOf(user);
      leadsTo(await logOutEverywhere(here), "/login");
      for (const visitor of [here, there]) assert.equal(await isLoggedIn(visitor), false);
      assert.equal(await isLoggedIn(others), true);
      leadsTo(await late.fetch(redirectTo), "/login");
      assert.equal(await isLoggedIn(late), false);
      assert.equal(late.cookies.has(known), false);
      for (const visitor of [here, there]) assert.equal((await logIn(visitor)).isAsked, true);
      assert.equal(await isLoggedIn(there), true);
      assert.equal((await logIn(others, other)).isAsked, false);

      // The site's own mark holds, also where the service has lost its own.
      calls.login = { ...before, set_cookie: ["known=1; Path=/"] };
      const refused = await late.fetch("/login/otp?ticket=x&next=%2Forders%2F7");
      leadsTo(refused, "/login");
      assert.match(refused.headers.get("location") ?? "", /next=(%2F|\/)orders(%2F|\/)7$/);
      assert.equal(late.cookies.has("known"), false);
      assert.equal(await isLoggedIn(late), false);
    });

    test("says so where it could not forget the browsers: the sessions have ended all the same", async () => {
      const [here, there] = [newVisitor(), newVisitor()];
      for (const visitor of [here, there]) await logIn(visitor);
      const token = await tokenOf(here);
      calls.mode = "unavailable";
      const answer = await here.fetch("/logout-everywhere", { method: "POST", body: token });
      assert.equal(answer.status, 503);
      assert.match(await answer.text(), /your browsers are still known/);
      for (const visitor of [here, there]) assert.equal(await isLoggedIn(visitor), false);
    });

    test("logs out everywhere only by the site's own form", async () => {
      const visitor = newVisitor();
      await logIn(visitor);
      const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
      const refused = await visitor.fetch("/logout-everywhere", { method: "POST", headers: evil });
      assert.equal(refused.status, 403);
      const opened = await visitor.fetch("/logout-everywhere");
      assert.ok([404, 405].includes(opened.status), String(opened.status));
      assert.equal(await isLoggedIn(visitor), true);
    });
  });
