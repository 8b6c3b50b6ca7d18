import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import type { LoginEvent } from "../../../src/index.js";
import { type Demo, phoneCalls, startDemo } from "../../support/demo/demo.js";
import { codeSeenIn, type Engine, startEngine, untilPage } from "../../support/engines/engine.js";

/** Records the login in the page's storage, because the page is left at once. */
const keepLogin = () =>
  document.addEventListener("login", (event) => {
    const { result, redirectTo } = event as LoginEvent;
    sessionStorage.setItem("login", JSON.stringify({ result, redirectTo }));
  });

for (const name of wantedEngines())
  describe(`A whole login in ${engineTitles[name]}`, () => {
    let demo: Demo;
    let engine: Engine;

    before(async () => {
      [demo, engine] = await Promise.all([startDemo(), startEngine(name)]);
      console.log(`engine: ${engine.title}`);
    });
    after(() => Promise.all([engine.close(), demo.stop()]));

    const text = () => engine.run(() => document.body.innerText);

    it("shows a readable code, and opens the account of the user who accepted", async () => {
      await engine.open(demo.origin);
      const code = await codeSeenIn(engine);
      await engine.run(keepLogin);

      await phoneCalls(demo.origin).accept(code);

      await untilPage(async () => (await engine.address()) === `${demo.origin}/account`, "the account");
      await untilPage(async () => (await text()).includes("demo-user"), "the user");
      const login = await engine.run(() => sessionStorage.getItem("login"));
      assert.deepEqual(JSON.parse(String(login)), {
        result: {},
        redirectTo: `${demo.origin}/account`,
      });
    });

    it("stays logged in when the account is opened again, and hides its cookies from scripts", async () => {
      await engine.open(`${demo.origin}/account`);

      assert.match(await text(), /demo-user/);
      assert.equal(await engine.run(() => document.cookie), "");
    });

    it("requires a new login after the logout, and a declined login shows that it was declined", async () => {
      // It leads to the login page. To open that once more would be a second start beside the first, whose late answer could
      // replace the cookie: the page would then show a new code.
      await engine.open(`${demo.origin}/logout`);

      await phoneCalls(demo.origin).deny(await codeSeenIn(engine));

      await untilPage(
        () => engine.run(() => document.querySelector("onegini-otp-login:state(denied)") !== null),
        "the denied phase",
      );
      await engine.open(`${demo.origin}/account`);
      assert.doesNotMatch(await text(), /demo-user/);
    });
  });
