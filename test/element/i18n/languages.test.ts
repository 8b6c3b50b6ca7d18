import { expect } from "chai";
import { nearestLanguage, watchLocales, wordsFor } from "../../../src/element/i18n/languages.js";
import type { Messages, OneginiOtpLogin } from "../../../src/index.js";
import { de } from "../../../src/locales/de.js";
import { en } from "../../../src/locales/en.js";
import { fr } from "../../../src/locales/fr.js";
import { nb } from "../../../src/locales/nb.js";
import { nl } from "../../../src/locales/nl.js";
import { pt } from "../../../src/locales/pt.js";
import { inPhase, part, put, until, withLoginApi, type LoginApi } from "../support/page.js";

const title = (element: OneginiOtpLogin) => part(element, "title").textContent;

describe("the language", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  afterEach(() => {
    document.documentElement.lang = "en";
  });

  it("is the nearest `lang`'s, through shadow roots", () => {
    const element = put(
      `<div lang="nl-BE"><span></span></div><onegini-otp-login manual></onegini-otp-login>`,
    );
    const root = element.parentElement!.querySelector("span")!.attachShadow({ mode: "open" });
    root.append(element);
    expect(nearestLanguage(element)).to.equal("nl-BE");
    element.lang = "fr";
    expect(nearestLanguage(element)).to.equal("fr");
  });

  it("falls back from a region to its language, then to English", () => {
    expect(wordsFor("nl-BE", undefined)).to.include({ language: "nl", title: nl.title });
    expect(wordsFor("FR", undefined)).to.include({ language: "fr", title: fr.title });
    for (const tag of ["de-AT", "de-CH", "de-LI", "de-Latn-AT"])
      expect(wordsFor(tag, undefined), tag).to.include({ language: "de", title: de.title });
    for (const tag of ["pt", "pt-BR", "pt-AO"])
      expect(wordsFor(tag, undefined), tag).to.include({ language: "pt", title: pt.title });
    for (const none of ["en-GB", "xx", "", "-", undefined])
      expect(wordsFor(none, undefined)).to.include({ language: "en", title: en.title });
  });

  it("is Norwegian Bokmål for `no` too, which many pages have", () => {
    for (const tag of ["no", "no-NO", "nb-NO", "NB"])
      expect(wordsFor(tag, undefined), tag).to.include({ title: nb.title, tryAgainIn: nb.tryAgainIn });
  });

  it("prefers a site's own texts to those of any language", () => {
    const own = { step1: "Open the Demo Bank app" };
    expect(wordsFor("nl", own)).to.include({ step1: own.step1, step2: nl.step2 });
  });

  it("ignores a text that a site sets to undefined or null", () => {
    const own = { title: undefined, step1: null, step2: 2 } as unknown as Partial<Messages>;
    expect(wordsFor("nl", own)).to.deep.equal(wordsFor("nl", undefined));
    expect(wordsFor("en", own)).to.deep.equal(wordsFor("en", undefined));
  });

  it("uses English for texts that a language lacks", () => {
    globalThis.oneginiOtpLoginLocales!.push({ language: "x-partial", messages: { title: "Titulus" } });
    expect(wordsFor("x-partial", undefined)).to.include({ title: "Titulus", close: en.close });
  });

  it("stays whole in a file of before, with its nearest words for texts that are new", () => {
    // Some of the texts that the file for Dutch had.
    const earlier = {
      titleApp: "Inloggen met de app",
      scanned: "Kijk op je telefoon",
      openApp: "Open de app",
      openAppHint: "Accepteer in de app en kom terug naar deze pagina.",
      approved: "Geaccepteerd. Je wordt ingelogd…",
      pairingHint: "Je telefoon toont {digits} cijfers.",
      tooMany: "Te veel pogingen",
      notHereHint: "Log op een andere manier in.",
      pausedHint: "Log nu op een andere manier in.",
    };
    const before = { ...earlier, openAppAgain: "Open de app opnieuw" };
    globalThis.oneginiOtpLoginLocales!.push({ language: "x-before", messages: before });
    const renamed = {
      accepted: before.approved,
      // The first line has both sentences.
      acceptedHint: "",
      continueApp: before.openApp,
      backToApp: before.openAppAgain,
    };
    const nearest = {
      stepDone: "",
      acceptInApp: before.titleApp,
      scannedApp: before.scanned,
      numberIncomplete: before.pairingHint,
      numberLimit: before.tooMany,
      numberLimitHint: before.notHereHint,
      pausedUntilHint: before.pausedHint,
    };
    expect(wordsFor("x-before", undefined)).to.include({ ...renamed, ...nearest });

    globalThis.oneginiOtpLoginLocales!.push({ language: "x-earlier", messages: earlier });
    expect(wordsFor("x-earlier", undefined)).to.include({ backToApp: before.openApp });
  });

  it("leaves a site the texts that it has set under the names of before", () => {
    const own = {
      approved: "Yes. Wait…",
      openApp: "Open Example",
      openAppAgain: "Back to Example",
      pausedHint: "Call us.",
    };
    const renamed = {
      pausedHint: "Call us.",
      pausedUntilHint: "Call us.",
      accepted: "Yes. Wait…",
      acceptedHint: "",
      continueApp: "Open Example",
      backToApp: "Back to Example",
    };
    for (const [language, words] of Object.entries({ nl, en }))
      expect(wordsFor(language, own), language).to.include({ ...words, ...renamed });
    const both = { approved: "Yes. Wait…", accepted: "Yes" };
    expect(wordsFor("nl", both)).to.include({ accepted: "Yes", acceptedHint: nl.acceptedHint });
  });

  it("follows the page's `lang` while it shows a code, and sets its own `lang`", async () => {
    const element = put(`<onegini-otp-login manual></onegini-otp-login>`);
    await element.updateComplete;
    expect(title(element)).to.equal(en.title);
    document.documentElement.lang = "de";
    await until(() => title(element) === de.title);
    expect(part(element, "base").lang).to.equal("de");
    document.documentElement.lang = "xx";
    await until(() => title(element) === en.title);
    expect(part(element, "base").lang).to.equal("en");
  });

  it("uses a language that is registered later", async () => {
    document.documentElement.lang = "x-late";
    const element = put(`<onegini-otp-login manual></onegini-otp-login>`);
    await element.updateComplete;
    expect(title(element)).to.equal(en.title);
    globalThis.oneginiOtpLoginLocales!.push({ language: "x-late", messages: { title: "Late" } });
    await until(() => title(element) === "Late");
  });

  it("calls a listener when it is registered, until the listener is removed", () => {
    let calls = 0;
    const stop = watchLocales(() => calls++);
    globalThis.oneginiOtpLoginLocales!.push({ language: "x-two", messages: {} });
    stop();
    globalThis.oneginiOtpLoginLocales!.push({ language: "x-three", messages: {} });
    expect(calls).to.equal(1);
  });

  it("is not confused by an element of the page with the registry's name as its id", () => {
    const queue = globalThis.oneginiOtpLoginLocales;
    const link = document.createElement("a");
    globalThis.oneginiOtpLoginLocales = link as never;
    expect(wordsFor("nl", undefined).title).to.equal(en.title);
    globalThis.oneginiOtpLoginLocales = queue;
  });

  it("is registered where a frame of the page has the registry's name, too", async () => {
    const queue = globalThis.oneginiOtpLoginLocales;
    Reflect.deleteProperty(globalThis, "oneginiOtpLoginLocales");
    put(`<iframe name="oneginiOtpLoginLocales" sandbox="" srcdoc=""></iframe>`);
    // A query makes it another module, which is evaluated again.
    await import(new URL("../../../src/locales/nl.ts?beside-a-frame", import.meta.url).href);
    expect(wordsFor("nl", undefined).title).to.equal(nl.title);
    globalThis.oneginiOtpLoginLocales = queue;
  });

  it("is sent with the start, so that the phone's message is in it too", async () => {
    const element = put(
      `<div lang="nl-BE"><onegini-otp-login endpoint="/otp-login"></onegini-otp-login></div>`,
    );
    await inPhase(element, "pending");
    expect(api.calls[0]!.body).to.deep.equal({ language: "nl-BE" });
  });

  it("shows bold words in a step, and nothing else as markup", async () => {
    const element = put(`<onegini-otp-login manual></onegini-otp-login>`);
    element.messages = { step2: "Tap **Scan** <b>now</b>" };
    await element.updateComplete;
    const step = element.shadowRoot!.querySelectorAll("li")[1]!;
    expect(step.querySelector("strong")!.textContent).to.equal("Scan");
    expect(step.querySelector("b") === null).to.equal(true);
    expect(step.textContent).to.contain("<b>now</b>");
  });
});
