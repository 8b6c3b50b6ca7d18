import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { launchBrowser } from "../../support/browser.js";
import { openPhone } from "../../support/demo/demo-pages.js";
import { phoneCalls, startDemo, type Demo } from "../../support/demo/demo.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";

/** The number on the phone, in the demo. */
describe("The demo's number", { concurrency: 2 }, () => {
  const start = async (t: TestContext, variables?: Record<string, string>): Promise<Demo> => {
    const demo = await startDemo(variables);
    t.after(() => demo.stop());
    return demo;
  };
  const newBrowser = ({ origin }: Demo, path = "/otp-login") => new Browser({ url: origin + path, origin });
  /** Begins a login that the phone accepts. Resolves to its id and the phone's message. */
  async function accept({ origin }: Demo, browser: Browser) {
    const { attempt, otp } = await browser.start();
    const phone = phoneCalls(origin);
    const { id, message } = await phone.scan(otp);
    await phone.answer(id, true);
    await browser.approval(attempt);
    return { attempt, message };
  }

  it("is on the phone's screen before Accept and after it, large and at the same place, in each language", async (t) => {
    const demo = await start(t, { PAIRING: "always" });
    const chromium = await launchBrowser();
    t.after(() => chromium.close());
    for (const [locale, question, label, accept, typeIt, done] of [
      [
        "en",
        "Is this you logging in?",
        "Number for the page",
        "Accept",
        "Type this number on the page.",
        "Done",
      ],
      [
        "nl",
        "Log jij nu in?",
        "Cijfers voor de pagina",
        "Accepteer",
        "Typ deze cijfers op de pagina.",
        "Klaar",
      ],
      [
        "fr",
        "Est-ce bien vous ?",
        "Chiffres pour la page",
        "Accepter",
        "Recopiez ces chiffres sur la page.",
        "Terminé",
      ],
      [
        "de",
        "Sind Sie das?",
        "Zahl für die Seite",
        "Bestätigen",
        "Geben Sie diese Zahl auf der Seite ein.",
        "Fertig",
      ],
    ] as const) {
      const { otp } = await newBrowser(demo).start();
      const phone = await openPhone(
        await chromium.newContext({ locale }),
        demo.origin,
        `/phone#otp=${encodeURIComponent(otp)}`,
      );
      await phone.sees(question);
      const siteText = phone.screen.getByText(/It may ask for \d{4}: type it only there\./);
      const number = numberIn(await siteText.innerText());
      const large = phone.screen.getByText(number, { exact: true });
      /** Where the number is on the phone's screen, and how large, in text of this size. */
      const seen = (size: string) =>
        large.evaluate((each, textSize) => {
          document.documentElement.style.fontSize = textSize;
          const { x, y, width, height } = each.getBoundingClientRect();
          const top = each.closest(".screen")?.firstElementChild?.getBoundingClientRect().y ?? NaN;
          return { x, y: y - top, width, height, fontSize: getComputedStyle(each).fontSize };
        }, size);
      await phone.screen.getByText(label, { exact: true }).waitFor();
      const [before, larger] = [await seen("100%"), await seen("200%")];
      assert.equal(before.fontSize, "40px");

      await phone.press(accept);
      await phone.screen.getByText(typeIt, { exact: true }).waitFor();
      assert.deepEqual([await seen("100%"), await seen("200%")], [before, larger], locale);
      await siteText.waitFor();
      // Heard digit by digit.
      assert.ok((await phone.screen.ariaSnapshot()).includes([...number].join(" ")));
      await phone.press(done);
      await phone.sees("Log in on your computer");
      assert.equal(await large.count(), 0);
    }
  });

  it("is asked for once in a browser with PAIRING=unknown-browsers, and after its log-out not again", async (t) => {
    const demo = await start(t, { PAIRING: "unknown-browsers" });
    const browser = newBrowser(demo);
    const { attempt, message } = await accept(demo, browser);
    assert.equal((await browser.postLogin(attempt)).json["error"], "pairing_required");
    assert.equal((await browser.postLogin(attempt, numberIn(message))).status, 200);
    const left = await fetch(`${demo.origin}/logout`, { redirect: "manual", method: "POST" });
    assert.doesNotMatch(left.headers.getSetCookie().join(), /known/);
    assert.equal((await browser.postLogin((await accept(demo, browser)).attempt)).status, 200);
  });

  it("is not there without PAIRING, unless the playground wants it", async (t) => {
    const demo = await start(t);
    const browser = newBrowser(demo);
    const { attempt, message } = await accept(demo, browser);
    assert.match(message, /^Log in to Demo Bank on the web\. Device/);
    assert.equal((await browser.postLogin(attempt)).status, 200);

    const chosen = await fetch(`${demo.origin}/playground/network`, {
      method: "PUT",
      headers: { origin: demo.origin, "content-type": "application/json" },
      body: JSON.stringify({ number: "always" }),
    });
    assert.equal(chosen.status, 204);
    const [playground = ""] = chosen.headers.getSetCookie()[0]?.split(";") ?? [];
    const there = newBrowser(demo, "/playground/otp-login");
    const headers = { cookie: playground };
    const started = await there.start({ headers });
    const phone = phoneCalls(demo.origin);
    const { id, message: numbered } = await phone.scan(started.otp);
    await phone.answer(id, true);
    await there.approval(started.attempt);
    there.cookie += `; ${playground}`;
    assert.equal((await there.postLogin(started.attempt)).json["error"], "pairing_required");
    assert.equal((await there.postLogin(started.attempt, numberIn(numbered))).status, 200);
  });
});
