import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import { otp } from "../../element/fixtures/otp.js";
import { startEngine, type Engine } from "../../support/engines/engine.js";
import { codeSeenIn, until } from "../../support/engines/seen.js";
import { strictPhases } from "../../support/strict-phases.js";
import { startStrictSite, started, type StrictSite } from "../../support/strict-site.js";

declare const wrong: string[];

for (const name of wantedEngines())
  describe(`The one file, in a page with the strictest policy, in ${engineTitles[name]}`, () => {
    let engine: Engine;
    let site: StrictSite;

    before(async () => {
      engine = await startEngine(name);
    });
    after(() => engine.close());
    afterEach(() => site.close());

    const isIn = (phase: string) =>
      engine.run((wanted) => document.querySelector(`onegini-otp-login:state(${wanted})`) !== null, phase);
    const inCard = (selector: string) =>
      engine.run(
        (wanted) => document.querySelector("onegini-otp-login")?.shadowRoot?.querySelector(wanted) != null,
        selector,
      );
    const whatIsWrong = () => engine.run(() => wrong);

    for (const [shown, { attributes = "", script = {}, phase }] of Object.entries(strictPhases))
      it(`shows ${shown} with no violation`, async () => {
        site = await startStrictSite(
          `<script src="/watch.js"></script>
          <onegini-otp-login endpoint="/otp-login" ${attributes}></onegini-otp-login>`,
        );
        site.script = { start: started(otp), ...script };
        await engine.open(site.origin);
        await until(() => isIn(phase));
        if (phase === "pending" && !script.start) {
          assert.equal(await codeSeenIn(engine), otp);
          await engine.run(() =>
            document
              .querySelector("onegini-otp-login")
              ?.shadowRoot?.querySelector<HTMLElement>(".enlarge")
              ?.focus(),
          );
          await engine.press("Enter");
          await until(() => inCard("dialog[open]"));
          assert.equal(await codeSeenIn(engine), otp);
          await engine.press("Escape");
          await until(async () => !(await inCard("dialog[open]")));
        }
        assert.equal(await engine.run(() => document.querySelectorAll("style, [style]").length), 0);
        assert.deepEqual(await whatIsWrong(), []);
      });

    it("would show a violation: the policy holds here, Trusted Types too", async () => {
      site = await startStrictSite(`<script src="/watch.js"></script>`);
      await engine.open(site.origin);

      const thrown = await engine.run(() => {
        document.body.setAttribute("style", "color: red");
        try {
          document.body.innerHTML = "<p>";
          return "nothing";
        } catch (error) {
          return (error as Error).name;
        }
      });

      assert.equal(thrown, "TypeError");
      await until(async () => (await whatIsWrong()).length === 2);
      assert.match(
        (await whatIsWrong()).sort().join("\n"),
        /^violation require-trusted-types-for .*\nviolation style-src/,
      );
    });
  });
