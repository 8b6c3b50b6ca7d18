import { expect } from "chai";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import { fill, fillCount, type Messages } from "../../../src/element/i18n/messages.js";
import { formatTime } from "../../../src/element/view/countdown.js";
import type { OneginiOtpLogin } from "../../../src/index.js";
import { directionOf, locales } from "../support/locales.js";
import { inPhase, part, put, until, withLoginApi, type LoginApi } from "../support/page.js";

/** Without those of before, which may be missing. */
type Key = keyof { [Name in keyof Messages as undefined extends Messages[Name] ? never : Name]: unknown };
const english = locales["en"]!;
const textsOf = (language: string) => Object.entries(locales[language]!) as [Key, string][];

const arabic = /\p{Script=Arabic}/u;
const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** Words of the form of address that a language does not use here, of another country, and for which it has another one here. */
const slips: Record<string, RegExp> = {
  nl: /(?<!\p{L})(u|uw)(?!\p{L})/iu,
  fr: /(?<!\p{L})(tu|toi|ton|ta|tes|appli|tentatives?)(?!\p{L})/iu,
  de: /(?<!\p{L})(du|dich|dir|dein\p{L}*|Ihr seid)(?!\p{L})/u,
  es: /(?<!\p{L})(usted|ustedes|su|sus|vuestr\p{L}*|acceda|escanee|espere|inténtelo)(?!\p{L})/iu,
  it: /(?<!\p{L})(lei|suo|sua|voi|vostr\p{L}*|acceda|inquadri|attenda)(?!\p{L})/iu,
  pt: /(?<!\p{L})(tu|teu|tua|telemóvel|ecrã|aplicação)(?!\p{L})/iu,
  "pt-PT":
    /(?<!\p{L})(você|celular|tela|aplicativo|aplicação|escane\p{L}*|usuário|tu|teu|tua|\p{L}{3,}(ando|endo|indo))(?!\p{L})/iu,
  pl: /(?<!\p{L})(pan|pani|pana|państwo)(?!\p{L})/iu,
  sv: /(?<!\p{L})(ni|er|ert)(?!\p{L})/iu,
  da: /(?<!\p{L})(De|Dem|Deres|I|jer|[Ll]og(ge[rt]?)? ind)(?!\p{L})/u,
  nb: /(?<!\p{L})(De|Dem|Deres|dere|ikkje|frå|aldrig)(?!\p{L})/u,
  // Also a participle after "jste", which names one gender.
  cs: /(?<!\p{L})(ty|tě|ti|tebe|tobě|tv(ůj|á|é|oje|ého|ém)|jsi|zkus|otevři|naskenuj|počkej|přihlas|jste \p{L}+l[aiy]?)(?!\p{L})/iu,
  ja: /(?<!ま|で)(だ|である|しろ|せよ)(。|$)/u,
};

/** A plain space between a number or a time and its word, where a line could break. English style leaves it open. */
const partedNumber = /\{(digits|tries)\} |\p{L}\. \{time\}|\{time\} \p{L}/u;

/** Signs and spaces that the rules of style of a language do not allow. */
const typography: Record<string, RegExp> = {
  // A sign of two parts has a space before it that does not break.
  fr: /(?<![\u00a0\u202f])[:;?!»]|«(?![\u00a0\u202f])/u,
  // A word of one letter is never the last of a line.
  pl: /(?<!\p{L})\p{L} /u,
  cs: /(?<!\p{L})\p{L} /u,
  ar: /[,;?%]/u,
  ja: /[ ,.:;?()]/u,
};

/** The punctuation that ends a text, in any script: `.`, `…`, `?` or none. */
function ending(text: string): string {
  const last = text.at(-1)!;
  return { "。": ".", "؟": "?", "？": "?" }[last] ?? (/\p{P}/u.test(last) ? last : "");
}

/** 42 s and 4 min as `Intl` formats them, with plain spaces. */
const times: Record<string, [string, string]> = {
  en: ["0:42", "4 min"],
  nl: ["0:42", "4 min"],
  fr: ["0:42", "4 min"],
  de: ["0:42", "4 Min."],
  es: ["0:42", "4 min"],
  it: ["0:42", "4 min"],
  pt: ["0:42", "4 min"],
  "pt-PT": ["0:42", "4 min"],
  pl: ["0:42", "4 min"],
  sv: ["0:42", "4 min"],
  da: ["0:42", "4 min."],
  ar: ["0:42", "4 د"],
  ja: ["0:42", "4 分"],
  nb: ["0:42", "4 min"],
  cs: ["0:42", "4 min"],
};

for (const language of Object.keys(locales))
  describe(`the words in ${language}`, () => {
    it("are registered by importing their module, and serve every region", () => {
      for (const tag of [language, `${language}-XX`, language.toUpperCase()])
        expect(wordsFor(tag, undefined), tag).to.deep.equal({ ...locales[language], language });
    });

    it("are complete, and none is English in another language", () => {
      expect(Object.keys(locales[language]!)).to.deep.equal(Object.keys(english));
      for (const [key, text] of textsOf(language)) {
        expect(text, key).to.match(/[\p{L}]/u);
        if (language !== "en") expect(text, key).not.to.equal(english[key]);
      }
    });

    it("contain the placeholder where English does, once, and no bold words", () => {
      for (const [key, text] of textsOf(language)) {
        // The other forms may say "one" in words.
        const gaps =
          text
            .split("|")
            .at(-1)!
            .match(/\{[^}]*\}?|\}/g) ?? [];
        expect(gaps, key).to.deep.equal(/\{\w+\}/.exec(english[key])?.slice() ?? []);
        expect(text, key).not.to.contain("*");
      }
    });

    it("have a form for each number of tries and digits, and each form is used", () => {
      const used = (numbers: number[]) =>
        numbers.map((number) => new Intl.PluralRules(language).select(number));
      for (const [key, text] of textsOf(language)) {
        if (!/\{(tries|digits)\}/.test(english[key])) continue;
        const categories = text
          .split("|")
          .slice(0, -1)
          .map((form) => form.split(":")[0]!);
        const all = used(key === "wrongNumber" ? [1, 2, 3, 100] : [4, 6]);
        expect(all, key).to.include.members(categories);
        for (const count of [1, 2, 3, 4, 5, 6, 100]) {
          const filled = fillCount(text, count, language);
          expect(filled, key).not.to.match(/[{}|]|^(zero|one|two|few|many|other):/);
          expect(filled, key).to.match(/^[\p{Lu}\p{Lo}]/u);
        }
      }
    });

    it("end with the same punctuation as in English, without double spaces, exclamation marks and hyphens for dashes", () => {
      for (const [key, text] of textsOf(language)) {
        expect(ending(text), `${key}: ${text}`).to.equal(ending(english[key]));
        expect(text, key).not.to.match(/^\s|\s$|\s\s|[!！¡]|\.\.|['"`]|[<>&]| - |--/u);
        expect(text, key).to.equal(text.normalize("NFC"));
      }
    });

    it("have the signs and spaces of the language's rules of style", () => {
      for (const [key, text] of textsOf(language)) {
        const words = text.replace(/(^|\|)\w+:/g, "$1");
        expect(typography[language]?.exec(words)?.[0], `${key}: ${text}`).to.equal(undefined);
        if (language !== "en") expect(words, key).not.to.match(partedNumber);
      }
    });

    it("use the language's own letters, and no invisible character except one that allows a line break", () => {
      for (const [key, text] of textsOf(language)) {
        expect(arabic.test(text), key).to.equal(language === "ar");
        expect(japanese.test(text), key).to.equal(language === "ja");
        expect(text, key).not.to.match(language === "ja" ? /(?!\u200b)[\p{Cc}\p{Cf}]/u : /[\p{Cc}\p{Cf}]/u);
      }
    });

    it("keep to one form of address, and to one word for a thing", () => {
      for (const [key, text] of textsOf(language))
        expect(slips[language]?.exec(text)?.[0], `${key}: ${text}`).to.equal(undefined);
    });

    it("name the Enlarge button by its visible text, and each failure differently", () => {
      const words = locales[language]!;
      expect(words.enlargeName.toLowerCase()).to.contain(words.enlarge.toLowerCase());
      const failures = [
        "unavailable",
        "noNetwork",
        "loginFailed",
        "loginRefused",
        "pairingFailed",
        "numberLimit",
        "ended",
        "tooMany",
        "cookies",
        "notHere",
        "paused",
      ] as const;
      expect(new Set(failures.map((key) => words[key])).size).to.equal(failures.length);
      expect(new Set(failures.map((key) => words[`${key}Hint`])).size).to.equal(failures.length);
    });

    it("have times as Intl formats them, in the same digits as the steps", () => {
      const { newCodeIn, numberLimitHint } = locales[language]!;
      const plain = (ms: number) => formatTime(ms, language, newCodeIn).replace(/\s/gu, " ");
      expect([plain(42_000), plain(240_000)]).to.deep.equal(times[language]);
      expect(fill(numberLimitHint, formatTime(240_000, language, numberLimitHint))).not.to.contain("..");
      expect(new Intl.NumberFormat(language).resolvedOptions().numberingSystem).to.equal("latn");
    });
  });

describe("the language of a page", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  afterEach(() => {
    document.documentElement.lang = "en";
    document.documentElement.removeAttribute("dir");
  });

  const isIn = (element: OneginiOtpLogin, language: string): boolean => {
    const { shadowRoot } = element;
    const words = locales[language]!;
    const steps = [...shadowRoot!.querySelectorAll("li > :last-child")].map((step) => step.textContent);
    return (
      part(element, "base").lang === language &&
      part(element, "title").textContent === words.title &&
      steps.join() === [words.step1, words.step2, words.step3].join() &&
      part(element, "qr").ariaLabel === words.codeName &&
      shadowRoot!.querySelector(".enlarge")!.getAttribute("aria-label") === words.enlargeName &&
      shadowRoot!.querySelector(".time")!.textContent.startsWith(words.newCodeIn.split("{time}")[0]!)
    );
  };

  it("can change to each language while a code is shown, and the attempt continues", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    const calls = api.calls.length;
    for (const language of [...Object.keys(locales), "en"]) {
      document.documentElement.lang = language;
      document.documentElement.dir = directionOf(language);
      await until(() => isIn(element, language));
      expect(getComputedStyle(part(element, "base")).direction).to.equal(directionOf(language));
    }
    expect(element.state).to.equal("pending");
    expect(api.calls.length).to.equal(calls);
  });

  it("is Portuguese as in Brazil and as in Portugal, Japanese for Japan, and English where there are no words", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    for (const [tag, language] of [
      ["pt-BR", "pt"],
      ["zh", "en"],
      ["pt-PT", "pt-PT"],
      ["zh-Hant-TW", "en"],
      ["ja-JP", "ja"],
      ["", "en"],
      ["es-419", "es"],
      ["ar-EG", "ar"],
    ] as const) {
      document.documentElement.lang = tag;
      await until(() => isIn(element, language));
    }
  });
});
