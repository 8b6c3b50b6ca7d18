import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import type { OneginiOtpLogin } from "../../../src/index.js";
import { startEngine, untilPage, type Engine } from "../../support/engines/engine.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { holds } from "../../support/until.js";

/** The rows of the way back that an engine decides: address, history, storage and cookies. Each engine is a browser of its own. */
const widget =
  '<onegini-otp-login app-link="/app#otp={otp}&browser={browser}" redirect="/account"></onegini-otp-login>';
/** No engine here has a touch screen. */
const asOnPhone = `<script>
  const real = matchMedia.bind(window);
  window.matchMedia = (query) => query.includes("pointer") ? { matches: true } : real(query);
</script>`;
const blocked = `<script>
  Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked"); } });
</script>`;
const login = "POST /otp-login/{attempt}/login";

for (const name of wantedEngines())
  for (const asksForNumber of [true, false])
    describe(`There and back in ${engineTitles[name]}, ${asksForNumber ? "with" : "without"} a number`, () => {
      let site: KitSite;
      let here: Engine;
      let elsewhere: Engine;

      before(async () => {
        [site, here, elsewhere] = await Promise.all([
          startKitSite({ asksForNumber, limits: { startsPerAddress: false, startsPerBrowser: false } }),
          startEngine(name),
          startEngine(name),
        ]);
        site.show("/app", "<p>The app</p>", { loads: false });
        site.show("/account", "<p>Your account</p>", { loads: false });
        site.show("/early", widget, { head: `${asOnPhone}<script src="/early.js"></script>` });
        site.show("/blocked", widget, { head: asOnPhone + blocked });
      });
      after(async () => {
        await Promise.all([here.close(), elsewhere.close()]);
        site.close();
      });
      beforeEach(async () => {
        site.show("/", widget, { head: asOnPhone });
        await here.open(`${site.origin}/account`);
        await here.run(() => localStorage.clear());
        site.calls.length = 0;
      });

      const textIn = (engine: Engine) =>
        engine.run(() => document.querySelector("onegini-otp-login")!.shadowRoot!.textContent);
      const shows = (engine: Engine, text: string) =>
        untilPage(async () => String(await textIn(engine)).includes(text), text);
      const reach = (engine: Engine, phase: string) =>
        untilPage(
          async () =>
            (await engine.run(() => document.querySelector<OneginiOtpLogin>("onegini-otp-login")!.state)) ===
            phase,
          phase,
        );
      const arrives = (engine: Engine, path: string) =>
        untilPage(async () => (await engine.address()) === site.origin + path, path);
      const numbers = (engine: Engine) =>
        engine.run(
          () => document.querySelector("onegini-otp-login")!.shadowRoot!.querySelectorAll("input").length,
        );

      /** Presses the app's button; the page stays. Resolves to the code in its link. */
      async function press(): Promise<string> {
        await untilPage(
          () =>
            here.run(
              () =>
                document.querySelector("onegini-otp-login")!.shadowRoot!.querySelector("a.main[href]") !==
                null,
            ),
          "the app's button",
        );
        const href = await here.run(() => {
          const link = document
            .querySelector("onegini-otp-login")!
            .shadowRoot!.querySelector<HTMLAnchorElement>("a.main[href]")!;
          addEventListener("click", (event) => event.preventDefault(), { once: true });
          link.click();
          return link.href;
        });
        return new URLSearchParams(href.split("#")[1]).get("otp") ?? "";
      }

      /** Opens the page and presses the app's button. */
      async function leaveForApp(path = "/"): Promise<string> {
        await here.open(site.origin + path);
        return press();
      }

      /** Scans a code. Resolves to what the app will put into the address, and to the acceptance. */
      async function scan(code: string): Promise<{ appReturn: string; accept: () => Promise<unknown> }> {
        const { id, message } = await site.phone.scan(code);
        return {
          appReturn: asksForNumber ? `#otp-return=${/\d{4}/.exec(message)?.[0]}` : "#otp-return",
          accept: () => site.phone.answer(id, true),
        };
      }

      async function acceptedReturn(code: string): Promise<string> {
        const { appReturn, accept } = await scan(code);
        await accept();
        return appReturn;
      }

      /** A new page, as the app opens it: the old one is gone. */
      async function comeBack(appReturn: string, engine = here, path = "/"): Promise<void> {
        await engine.open("about:blank");
        await engine.open(site.origin + path + appReturn);
      }

      for (const path of ["/", "/early"])
        it(`nothing is typed, at ${path}`, async () => {
          const code = await leaveForApp(path);
          await here.open("about:blank");
          const appReturn = await acceptedReturn(code);
          await comeBack(appReturn, here, path);
          await arrives(here, "/account");
          assert.equal(site.calls.filter((call) => call === login).length, 1);
          assert.equal(site.starts(), 1);
        });

      it("an open page gets it by `hashchange`, takes it out of the address, and leaves the rest", async () => {
        const { appReturn, accept } = await scan(await leaveForApp());
        await here.run((hash) => void (location.hash = hash), `${appReturn}&rest=1`);
        await arrives(here, "/#rest=1");
        await shows(here, "You’re back");
        await accept();
        await arrives(here, "/account");
      });

      it("the history's state stays", async () => {
        await here.open(`${site.origin}/`);
        await here.run(() => history.replaceState({ kept: 1 }, "", "/#otp-return=12a"));
        await here.run(() => dispatchEvent(new HashChangeEvent("hashchange")) as unknown);
        await arrives(here, "/");
        assert.deepEqual(await here.run(() => history.state as unknown), { kept: 1 });
      });

      it("another browser posts nothing, starts nothing, and says so", async () => {
        const code = await leaveForApp();
        // The page that pressed would post the login itself once it is accepted.
        await here.open("about:blank");
        const appReturn = await acceptedReturn(code);
        site.calls.length = 0;
        await comeBack(appReturn, elsewhere);
        await shows(elsewhere, "Continue in the browser where you began.");
        assert.equal(await elsewhere.address(), `${site.origin}/`);
        // A question of the page that was left may still be on its way.
        assert.deepEqual(
          site.calls.filter((call) => call.startsWith("POST ")),
          [],
        );
        assert.equal(await numbers(elsewhere), 0);
      });

      it("a malformed return is removed, and the page is as ever", async () => {
        await comeBack("#otp-return=12a&otp-return=4713");
        await arrives(here, "/");
        await reach(here, "pending");
      });

      it("a declined login is shown as one", async () => {
        const code = await leaveForApp();
        await here.open("about:blank");
        await site.phone.deny(code);
        await comeBack("#otp-return");
        await reach(here, "denied");
      });

      it("the same return once more is no second login", async () => {
        const code = await leaveForApp();
        await here.open("about:blank");
        const appReturn = await acceptedReturn(code);
        await comeBack(appReturn);
        await arrives(here, "/account");
        const before = site.signIns();
        await comeBack(appReturn);
        await arrives(here, "/account");
        assert.equal(site.signIns(), before);
      });

      it("the login that was accepted is not the one of the last press: after 15 s the page says so", async () => {
        const first = await leaveForApp();
        await here.run(() => document.querySelector<OneginiOtpLogin>("onegini-otp-login")!.start());
        await press();
        const appReturn = await acceptedReturn(first);
        await comeBack(appReturn);
        await shows(here, "You’re back");
        await shows(here, "The login that you accepted began in another tab");
        holds(!site.calls.includes(login));
      });

      it("with blocked storage the open page goes on alone", async () => {
        await acceptedReturn(await leaveForApp("/blocked"));
        if (asksForNumber) await untilPage(async () => (await numbers(here)) === 1, "the number's field");
        else await arrives(here, "/account");
      });

      if (asksForNumber)
        it("a wrong number is asked for again, and no second one is sent by itself", async () => {
          const code = await leaveForApp();
          await here.open("about:blank");
          const number = Number((await acceptedReturn(code)).split("=")[1]);
          const wrong = (by: number) => `#otp-return=${String((number + by) % 10_000).padStart(4, "0")}`;
          await comeBack(wrong(1));
          await shows(here, "2 tries left");
          await comeBack(wrong(2));
          await untilPage(async () => (await numbers(here)) === 1, "the number's field");
          await comeBack(wrong(1).replace(/\d+$/, String(number).padStart(4, "0")));
          await untilPage(async () => (await numbers(here)) === 1, "the number's field");
        });
    });
