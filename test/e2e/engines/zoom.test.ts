import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engineTitles, wantedEngines } from "../../../scripts/find-engines.js";
import { otp } from "../../element/support/models.js";
import { codeSeenIn, type Engine, startEngine, untilPage } from "../../support/engines/engine.js";
import { started, startStrictSite, type StrictSite } from "../../support/sites/strict-site.js";

for (const name of wantedEngines())
  describe(`The code in a page that zooms by CSS, in ${engineTitles[name]}`, () => {
    let engine: Engine;
    let site: StrictSite;

    before(async () => {
      engine = await startEngine(name);
      site = await startStrictSite(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      site.script = { start: started(otp) };
      await engine.open(site.origin);
      await codeSeenIn(engine);
    });
    after(() => Promise.all([engine.close(), site.close()]));

    for (const zoom of ["0.75", "0.9", "1.1", "1.3", "1.5", "2"])
      it(`can be read at ${zoom}, whether or not the engine reports the zoom to scripts`, async () => {
        await engine.run((wanted) => document.body.style.setProperty("zoom", wanted), zoom);
        const width = () =>
          engine.run(() => {
            const card = document.querySelector("onegini-otp-login");
            return Math.round(Number(card?.getBoundingClientRect().width));
          });
        await untilPage(async () => (await width()) === Math.round(420 * Number(zoom)), "the zoomed width");

        assert.equal(await codeSeenIn(engine), otp);
      });
  });
