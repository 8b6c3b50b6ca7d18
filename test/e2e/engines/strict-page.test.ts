import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import { otp } from "../../element/support/models.js";
import { codeSeenIn, type Engine, startEngine, untilPage } from "../../support/engines/engine.js";
import { started, startStrictSite, strictPhases, type StrictSite } from "../../support/sites/strict-site.js";

declare const wrong: string[];

for (const name of wantedEngines())
  describe(`The built file under a strict policy, in ${engineTitles[name]}`, () => {
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
        await untilPage(() => isIn(phase), `the phase ${phase}`);
        if (phase === "pending" && !script.start) {
          assert.equal(await codeSeenIn(engine), otp);
          await engine.run(() =>
            document
              .querySelector("onegini-otp-login")
              ?.shadowRoot?.querySelector<HTMLElement>(".enlarge")
              ?.focus(),
          );
          await engine.press("Enter");
          await untilPage(() => inCard("dialog[open]"), "the dialog");
          assert.equal(await codeSeenIn(engine), otp);
          await engine.press("Escape");
          await untilPage(async () => !(await inCard("dialog[open]")), "the end of the dialog");
        }
        assert.equal(await engine.run(() => document.querySelectorAll("style, [style]").length), 0);
        assert.deepEqual(await whatIsWrong(), []);
      });

    it("reports a violation that is made on purpose, also of Trusted Types", async () => {
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
      await untilPage(async () => (await whatIsWrong()).length === 2, "two violations");
      assert.match(
        (await whatIsWrong()).sort().join("\n"),
        /^violation require-trusted-types-for .*\nviolation style-src/,
      );
    });
  });
