import { expect } from "chai";
import { wordsFor } from "../../../src/element/i18n/languages.js";
import type { Messages } from "../../../src/element/i18n/messages.js";
import { locales } from "../support/locales.js";
import { variants } from "../support/variants.js";

/** All that may differ from the language's own file: pronouns, and the verbs and possessives that go with them. */
const pairs: Record<string, Record<string, string>> = {
  "de-du": {
    "Sie sind": "du bist",
    "sind Sie": "bist du",
    "Sie haben": "du hast",
    "Sie werden": "du wirst",
    "Sie bestätigt haben": "du bestätigt hast",
    "Sie begonnen haben": "du begonnen hast",
    "Sie sie begonnen haben": "du sie begonnen hast",
    "kommen Sie": "kommst du",
    "um sich": "um dich",
    "melden Sie sich": "melde dich",
    "warten Sie": "warte",
    Ihr: "dein",
    Ihre: "deine",
    Ihrem: "deinem",
    "beginnen Sie": "beginne",
    "bestätigen Sie": "bestätige",
    "erlauben Sie": "erlaube",
    "fordern Sie": "fordere",
    "geben Sie": "gib",
    "holen Sie": "hole",
    "kehren Sie": "kehre",
    "machen Sie": "mach",
    "nennen Sie": "nenne",
    "öffnen Sie": "öffne",
    "prüfen Sie": "prüfe",
    "scannen Sie": "scanne",
    "schauen Sie": "schau",
    "starten Sie": "starte",
    "versuchen Sie": "versuche",
  },
  "es-usted": {
    tu: "su",
    te: "le",
    estás: "está",
    has: "ha",
    puedes: "puede",
    sigues: "sigue",
    tienes: "tiene",
    empezaste: "empezó",
    "lo empezaste tú": "lo empezó usted",
    "después vuelves": "después vuelve",
    vuelve: "vuelva",
    "abre esta": "abra esta",
    "abre la app en": "abra la app en",
    accede: "acceda",
    acepta: "acepte",
    comprueba: "compruebe",
    consulta: "consulte",
    continúa: "continúe",
    des: "dé",
    empieza: "empiece",
    escanea: "escanee",
    escanéalo: "escanéelo",
    escribe: "escriba",
    espera: "espere",
    inténtalo: "inténtelo",
    mira: "mire",
    permite: "permita",
    pide: "pida",
    revisa: "revise",
  },
  "fr-tu": {
    votre: "ton",
    "votre connexion": "ta connexion",
    "vous êtes": "tu es",
    "êtes-vous": "es-tu",
    "vous n’êtes": "tu n’es",
    "vous avez": "tu as",
    "vous l’avez": "tu l’as",
    "vous revenez": "tu reviens",
    "vous reste": "te reste",
    "vous connecter": "te connecter",
    "connectez-vous": "connecte-toi",
    "acceptez-y": "acceptes-y",
    "retournez-y": "retournes-y",
    acceptez: "accepte",
    autorisez: "autorise",
    consultez: "consulte",
    continuez: "continue",
    demandez: "demande",
    donnez: "donne",
    ouvrez: "ouvre",
    patientez: "patiente",
    recommencez: "recommence",
    recopiez: "recopie",
    regardez: "regarde",
    revenez: "reviens",
    réessayez: "réessaie",
    scannez: "scanne",
    vérifiez: "vérifie",
  },
  "it-lei": {
    tuo: "suo",
    tu: "lei",
    sei: "è",
    hai: "ha",
    puoi: "può",
    eccoti: "eccola",
    "poi torni": "poi torna",
    "poi torna": "poi torni",
    "torna lì": "torni lì",
    "accedi con": "acceda con",
    "accedi in": "acceda in",
    accetta: "accetti",
    "apri l’app sul": "apra l’app sul",
    "apri questa": "apra questa",
    attendi: "attenda",
    chiedi: "chieda",
    comunicare: "comunichi",
    consenti: "consenta",
    "continua nel": "continui nel",
    controlla: "controlli",
    dare: "dia",
    digita: "digiti",
    guarda: "guardi",
    "inquadra questo": "inquadri questo",
    "inquadra un": "inquadri un",
    inquadralo: "lo inquadri",
    richiedi: "richieda",
    "ricomincia e": "ricominci e",
    "ricomincia per": "ricominci per",
    "riprova tra poco": "riprovi tra poco",
    "poi riprova": "poi riprovi",
  },
  "nl-u": {
    je: "uw",
    "je bent": "u bent",
    "ben je": "bent u",
    "je hebt": "u hebt",
    "je wordt": "u wordt",
    "kom je": "komt u",
    "kun je": "kunt u",
    "je begon": "u begon",
    "jij begon": "u begon",
  },
};

const baseOf = (variant: string): Messages => locales[variant.replace(/-.*/, "")]!;

for (const [variant, messages] of Object.entries(variants))
  describe(`the words in ${variant}`, () => {
    const phrases = pairs[variant]!;
    // The longest first, so that a phrase goes before a word in it.
    const longest = Object.keys(phrases).sort((a, b) => b.length - a.length);
    const any = new RegExp(`(?<!\\p{L})(?:${longest.join("|")})(?!\\p{L})`, "giu");
    const used = new Set<string>();

    /** The text with the other form of address, with a capital where there was one at a sentence's beginning. */
    const readdress = (text: string): string =>
      text.replace(any, (found, at: number) => {
        const phrase = longest.find((each) => each.toLowerCase() === found.toLowerCase())!;
        used.add(phrase);
        const other = phrases[phrase]!;
        return /(^|[.?|:¿] ?)$/u.test(text.slice(0, at)) && /^\p{Lu}/u.test(found)
          ? other[0]!.toUpperCase() + other.slice(1)
          : other;
      });

    it("differ from the language's own in the form of address alone", () => {
      const base = Object.entries(baseOf(variant)) as [string, string][];
      expect(messages).to.deep.equal(Object.fromEntries(base.map(([key, text]) => [key, readdress(text)])));
      expect([...used].sort(), "pairs that are used").to.deep.equal(longest.toSorted());
    });

    it("have letters alone in each pair, so that punctuation and placeholders stay", () => {
      for (const phrase of Object.entries(phrases).flat()) expect(phrase).to.match(/^[\p{L}’ -]+$/u);
    });

    it("take the place of the language's own where both are imported, in the same order of texts", () => {
      const [language = ""] = variant.split("-");
      expect(wordsFor(`${language}-XX`, undefined)).to.deep.equal({ ...messages, language });
      expect(Object.keys(messages)).to.deep.equal(Object.keys(baseOf(variant)));
    });
  });
