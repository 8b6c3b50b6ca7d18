import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
import { startEmulator, type Emulator, type Server } from "../support/packed-package.js";
import { SiteBrowser } from "../support/session-browser.js";
import { backends, user } from "./backend-list.js";
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
  for (const name of [user, other]) await emulator.phone.enroll(name);
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
    let running: Server;
    before(async () => {
      running = await site.start(backend);
    });
    after(() => running.stop());
    const newVisitor = (): SiteBrowser => new SiteBrowser(site.origin, site.origin);

    /** Logs in up to the ticket, with the number if the page is asked for it. Returns the path to which the page goes. */
    async function ticketOf(visitor: SiteBrowser, as = user): Promise<{ isAsked: boolean; path: string }> {
      let number = "";
      const attempt = await visitor.approved(async (otp) => {
        const { id, message } = await emulator.phone.scan(otp, as);
        number = numberIn(message);
        await emulator.phone.answer(id, true);
      });
      const post = (body: object): Promise<Response> =>
        visitor.fetch(`/otp-login/${attempt}/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      const first = await post({});
      const answer = first.status === 403 ? await post({ number }) : first;
      const { redirect_to: path } = (await answer.json()) as { redirect_to: string };
      assert.match(path, /^\/login\/otp\?ticket=./);
      return { isAsked: first.status === 403, path };
    }

    async function logIn(visitor: SiteBrowser, as = user): Promise<{ isAsked: boolean }> {
      const { isAsked, path } = await ticketOf(visitor, as);
      leadsTo(await visitor.fetch(path), "/account");
      return { isAsked };
    }

    const logOutEverywhere = async (visitor: SiteBrowser): Promise<Response> =>
      visitor.fetch("/logout-everywhere", { method: "POST", body: await tokenOf(visitor) });

    test("is asked for the number once", async () => {
      const visitor = newVisitor();
      const { isAsked, path } = await ticketOf(visitor);
      assert.equal(isAsked, true);
      leadsTo(await visitor.fetch(path), "/account");
      assert.equal(visitor.cookies.has(known), true);
      assert.equal((await logIn(visitor)).isAsked, false);
      assert.equal(await isLoggedIn(visitor), true);
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
      const { path } = await ticketOf(late);

      const before = loginOf(user);
      leadsTo(await logOutEverywhere(here), "/login");
      for (const visitor of [here, there]) assert.equal(await isLoggedIn(visitor), false);
      assert.equal(await isLoggedIn(others), true);
      leadsTo(await late.fetch(path), "/login");
      assert.equal(await isLoggedIn(late), false);
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
