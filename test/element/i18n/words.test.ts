import { expect } from "chai";
import { announcement, Announcer } from "../../../src/element/view/announcer.js";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import type { Failure } from "../../../src/element/flow/state.js";
import { countdown, formatClock, formatTime, nextSecond } from "../../../src/element/view/countdown.js";
import { failureKey, fill, fillCount, spoken } from "../../../src/element/i18n/messages.js";
import { locales } from "../support/locales.js";
import { failed, model, now, pending } from "../support/models.js";

const second = 1_000;

describe("the words for a failure", () => {
  const cases: [Partial<Failure>, string][] = [
    [{ code: "temporarily_unavailable", during: "start" }, "unavailable"],
    [{ code: "server_error", during: "start" }, "unavailable"],
    [{ code: "network_error", during: "start", offline: false }, "unavailable"],
    [{ code: "network_error", during: "start", offline: true }, "noNetwork"],
    [{ code: "network_error", during: "pending", offline: true }, "unavailable"],
    [{ code: "invalid_response", during: "start" }, "unavailable"],
    [{ code: "too_many_requests", during: "start" }, "tooMany"],
    [{ code: "attempt_settled", during: "login" }, "ended"],
    [{ code: "authorization_pending", during: "login" }, "ended"],
    [{ code: "unknown_attempt", during: "login" }, "ended"],
    [{ code: "cookies_blocked", during: "start" }, "cookies"],
    [{ code: "login_refused", during: "login" }, "loginFailed"],
    [{ code: "pairing_failed", during: "login" }, "pairingFailed"],
    [{ code: "pairing_failed", during: "login", retryAt: now + 600 * second }, "numberLimit"],
    [{ code: "pairing_required", during: "login" }, "loginFailed"],
    [
      { code: "login_refused", during: "login", answer: { status: 403, body: { code: "A" } } },
      "loginRefused",
    ],
    [{ code: "login_refused", during: "login", answer: { status: 403, body: undefined } }, "loginFailed"],
    [{ code: "login_refused", during: "login", answer: { status: 400, body: { code: "A" } } }, "loginFailed"],
    [{ code: "forbidden_origin", during: "login", answer: { status: 403, body: {} } }, "loginFailed"],
    [{ code: "server_error", during: "login" }, "loginFailed"],
    [{ code: "network_error", during: "login", offline: true }, "loginFailed"],
    [{ code: "login_paused", during: "start" }, "paused"],
    [{ code: "login_paused", during: "pending", retryAt: now + second }, "paused"],
    [{ code: "invalid_request", during: "start" }, "notHere"],
    [{ code: "forbidden_origin", during: "start" }, "notHere"],
  ];
  for (const [failure, key] of cases)
    it(`are "${key}" for ${failure.code} during ${failure.during}${failure.offline ? ", offline" : ""}${failure.retryAt ? ", with a time" : ""}${failure.answer ? `, ${failure.answer.status} with${failure.answer.body ? "" : "out"} JSON` : ""}`, () => {
      const state = failed(failure);
      expect(state.phase === "failed" && failureKey(state.failure)).to.equal(key);
    });
});

describe("a number in a text", () => {
  const polish = locales["pl"]!.wrongNumber;
  const counts: [string, number, string, string][] = [
    ["one:{tries} try left|{tries} tries left", 1, "en", "1 try left"],
    ["one:{tries} try left|{tries} tries left", 2, "en", "2 tries left"],
    ["Left: {tries}", 1, "en", "Left: 1"],
    [polish, 1, "pl", "Cyfry się nie zgadzają. Pozostała 1\u00a0próba."],
    [polish, 2, "pl", "Cyfry się nie zgadzają. Pozostały 2\u00a0próby."],
    [polish, 5, "pl", "Cyfry się nie zgadzają. Pozostało 5\u00a0prób."],
    [locales["cs"]!.numberIncomplete, 4, "cs", "Zadejte všechny 4\u00a0číslice."],
    [locales["cs"]!.numberIncomplete, 6, "cs", "Zadejte všech 6\u00a0číslic."],
    [locales["ar"]!.wrongNumber, 2, "ar", "الرقم غير مطابق. بقيت محاولتان."],
    [locales["fr"]!.pairingHint, 6, "fr", "Votre mobile affiche 6\u00a0chiffres."],
  ];
  for (const [message, count, language, text] of counts)
    it(`has the form that fits it: "${text}"`, () =>
      expect(fillCount(message, count, language)).to.equal(text));

  it("is not there if the site's own text has no place for it", () =>
    expect(fillCount("Wrong. Look again.", 2, "en")).to.equal("Wrong. Look again."));
});

describe("a time left", () => {
  const times: [number, string, string][] = [
    [0, "en", "0:00"],
    [1, "en", "0:01"],
    [42 * second, "en", "0:42"],
    [59_001, "en", "1:00"],
    [90 * second, "en", "1:30"],
    [90_001, "en", "2 min"],
    [181 * second, "en", "4 min"],
    [240 * second, "de", "4 Min."],
    [240 * second, "nl", "4 min"],
    [240 * second, "fr", "4 min"],
    [42 * second, "ar-EG", "٠:٤٢"],
  ];
  const within: Record<string, string> = { "ar-EG": "رمز جديد بعد {time}" };
  for (const [ms, language, text] of times)
    it(`of ${ms} ms is "${text}" in ${language}`, () => {
      const message = within[language] ?? "New code in {time}";
      expect(formatTime(ms, language, message).replace(/\s/g, " ")).to.equal(text);
    });

  it("is not parted from its unit by the end of a line", () => {
    for (const [language, { numberLimitHint }] of Object.entries(locales))
      expect(formatTime(240_000, language, numberLimitHint), language).not.to.contain(" ");
  });

  it("has the digits of the message's script, in every language that has digits of its own", () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const pairs = letters.flatMap((first) => letters.map((second) => first + second));
    const codes = [...pairs, ...pairs.flatMap((pair) => letters.map((third) => pair + third))];
    const systems = new Set<string>();
    for (const code of Intl.NumberFormat.supportedLocalesOf(codes).filter((each) => each.length < 4))
      for (const language of [code, `${code}-Arab`, `${code}-Adlm`]) {
        const numbers = new Intl.NumberFormat(language);
        const { numberingSystem } = numbers.resolvedOptions();
        if (numberingSystem === "latn") continue;
        systems.add(numberingSystem);
        // A digit is in the same part of Unicode as the letters of its script.
        const time = formatTime(42_000, language, `${numbers.format(7)} {time}`);
        expect(time, language).to.equal(`${numbers.format(0)}:${numbers.format(42)}`);
      }
    expect([...systems]).to.include.members(["arabext", "beng", "deva"]);
  });

  it("is written without `Intl`, which is slow at first, in a message that has the digits 0 to 9", () => {
    const { NumberFormat } = Intl;
    Intl.NumberFormat = undefined as never;
    try {
      for (const [language, { newCodeIn, lastCode, tryAgainIn }] of Object.entries(locales))
        for (const message of language === "ar" ? [] : [newCodeIn, lastCode, tryAgainIn])
          expect(formatTime(42_000, language, message), message).to.equal("0:42");
    } finally {
      Intl.NumberFormat = NumberFormat;
    }
  });

  it("changes next when its seconds do", () => {
    expect(nextSecond(now + 41_300, now)).to.equal(now + 300);
    expect(nextSecond(now + 41_000, now)).to.equal(now + 1_000);
    expect(nextSecond(now, now)).to.equal(Infinity);
  });

  it("is put into a message as it is", () => {
    expect(fill("New code in {time}", "$&")).to.equal("New code in $&");
  });

  it("ends a sentence with one full stop, also where its unit has one", () => {
    expect(fill("Please wait {time}.", "4 min")).to.equal("Please wait 4 min.");
    expect(fill("Bitte warten Sie {time}.", "4 Min.")).to.equal("Bitte warten Sie 4 Min.");
  });
});

describe("a code's clock", () => {
  const code = { otp: "o", since: now, renewAt: now + 45 * second, endsAt: now + 60 * second };

  it("says the minute in which a pause is over, also if the answer was late", () => {
    const at = (time: string) => formatClock(new Date(`2026-12-01T${time}`).getTime(), "nl");
    for (const time of ["14:29:01", "14:29:59.4", "14:30:00", "14:30:00.7"])
      expect(at(time), time).to.equal(time < "14:29:02" ? "14:29" : "14:30");
    expect(at("14:30:30")).to.equal("14:31");
  });

  it("counts to the next code", () => {
    expect(countdown(code, false, now)).to.deep.equal({ kind: "next", left: 45 * second, share: 1 });
    expect(countdown(code, false, now + 36 * second)).to.deep.equal({
      kind: "next",
      left: 9 * second,
      share: 0.2,
    });
  });
  it("counts to the end of the last one", () => {
    expect(countdown(code, true, now + 45 * second)).to.deep.equal({
      kind: "last",
      left: 15 * second,
      share: 0.25,
    });
  });
  it("shows that the next code is late while this one still works", () => {
    expect(countdown(code, false, now + 45 * second)).to.deep.equal({ kind: "late", left: 0, share: 0 });
    expect(countdown(code, false, now + 60 * second - 1)).to.deep.equal({ kind: "late", left: 0, share: 0 });
  });
  it("shows that a code has expired", () => {
    expect(countdown(code, false, now + 60 * second)).to.deep.equal({ kind: "dead", left: 0, share: 0 });
    expect(countdown(code, true, now + 60 * second)).to.deep.equal({ kind: "dead", left: 0, share: 0 });
  });
  it("is at most full if the clock was set back", () => {
    expect(countdown(code, false, now - 9 * second)).to.include({ share: 1 });
  });
});

describe("the announcement", () => {
  const words = wordsFor("en", undefined);
  const lasting = (ms: number) => ({
    since: { phase: now - ms, connection: now - ms, choice: now - ms },
  });
  const say = (announcer: Announcer, ...args: Parameters<typeof model>) => {
    announcer.say(announcement(model(...args)));
    return announcer.text;
  };

  it("is about the app if only the app's button is shown", () => {
    expect(announcement(model(pending(), { app: "first" }))).to.deep.equal(["codeReady", words.openAppHint]);
    expect(announcement(model(pending(), { app: "first", otherPhone: true }))).to.deep.equal([
      "codeReady",
      words.codeReady,
    ]);
  });

  it("is nothing while there is no code", () => {
    expect(announcement(model({ phase: "idle" }))).to.equal(undefined);
    expect(announcement(model({ phase: "requesting" }))).to.equal(undefined);
  });
  it("says once per attempt that the code is ready, and nothing at a renewal or a reconnection", () => {
    const announcer = new Announcer();
    expect(say(announcer, pending())).to.equal(words.codeReady);
    announcer.text = "";
    expect(say(announcer, pending("live", 1))).to.equal("");
    expect(say(announcer, pending("reconnecting"), lasting(9_000))).to.equal("");
    announcer.reset();
    expect(say(announcer, pending())).to.equal(words.codeReady);
  });
  it("says “offline” after three seconds, once, and that the code is ready when the network is back", () => {
    const announcer = new Announcer();
    say(announcer, pending());
    expect(say(announcer, pending("offline"), lasting(2_999))).to.equal(words.codeReady);
    expect(say(announcer, pending("offline"), lasting(3_000))).to.equal(words.offline);
    expect(say(announcer, pending())).to.equal(words.codeReady);
    expect(say(announcer, pending("offline"), lasting(3_000))).to.equal("");
    expect(say(announcer, pending())).to.equal("");
  });
  it("says that an answer is late, once for each", () => {
    const announcer = new Announcer();
    expect(say(announcer, { phase: "requesting" }, { waiting: "slow" })).to.equal(words.slow);
    expect(say(announcer, { phase: "requesting" }, { waiting: "long" })).to.equal(words.slow);
    expect(say(announcer, pending())).to.equal(words.codeReady);
    expect(say(announcer, { phase: "approved", attempt: "a" })).to.equal("Accepted. Logging you in…");
    expect(say(announcer, { phase: "approved", attempt: "a" }, { waiting: "slow" })).to.equal(words.slow);
  });
  it("says that a try is possible again, once the time for it has come", () => {
    const announcer = new Announcer();
    const refused = (inMs: number) => failed({ code: "too_many_requests", retryAt: now + inMs });
    expect(say(announcer, refused(1))).to.equal("Too many tries. Please wait a little.");
    expect(say(announcer, refused(0))).to.equal(words.tryAgain);
  });
  it("says no longer how long to wait after too many wrong numbers, once that time is over", () => {
    const refused = (inMs: number) =>
      announcement(model(failed({ code: "pairing_failed", during: "login", retryAt: now + inMs })))?.[1];
    expect(refused(240 * second)).to.equal(
      "Too many wrong numbers. Please log in another way, or wait 4\u00a0min.",
    );
    expect(refused(0)).to.equal("Too many wrong numbers");
  });
  it("speaks of no code where the app comes first", () => {
    for (const state of [
      { phase: "expired", attempt: "a" },
      failed({ code: "pairing_failed", during: "login" }),
      failed({ code: "attempt_settled", during: "login" }),
    ] as const)
      expect(announcement(model(state, { app: "first" }))?.[1]).not.to.match(/code|scan|\./);
  });
  it("has the second line of each final phase", () => {
    const texts = (
      [
        { phase: "denied" },
        { phase: "expired", attempt: "a" },
        { phase: "completed", answer: {} },
        failed(),
      ] as const
    ).map((state) => announcement(model(state))?.[1]);
    expect(texts).to.deep.equal([
      "You declined on your phone. You’re not logged in on this device.",
      "Still there? Get a new code to continue.",
      "You’re logged in. Opening the next page…",
      "The login service isn’t answering. Please try again in a moment.",
    ]);
  });
  it("says that a login was accepted after 400 ms, and not if it is complete by then", () => {
    const announcer = new Announcer();
    say(announcer, pending());
    expect(say(announcer, { phase: "approved", attempt: "a" }, lasting(399))).to.equal(words.codeReady);
    expect(say(announcer, { phase: "approved", attempt: "a" }, lasting(400))).to.equal(
      "Accepted. Logging you in…",
    );
    const quick = new Announcer();
    say(quick, { phase: "expired", attempt: "a" });
    say(quick, { phase: "approved", attempt: "a" }, lasting(17));
    expect(say(quick, { phase: "completed", answer: {} }, { isRedirecting: false })).to.equal(
      "You’re logged in",
    );
  });
  it("has no second full stop", () => {
    expect(spoken("Really!", "Yes.")).to.equal("Really! Yes.");
  });
});
