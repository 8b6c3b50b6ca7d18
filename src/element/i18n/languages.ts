import { en } from "../../locales/en.js";
import type { Locale, Messages } from "./messages.js";

/** The nearest `lang` around an element, through shadow roots; `undefined` if the page has none. */
export function nearestLanguage(element: Element): string | undefined {
  const lang = element.closest("[lang]")?.getAttribute("lang");
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? nearestLanguage(root.host) : undefined);
}

/** Calls back when a `lang` around an element changes. Returns a function that stops it. */
export function watchLanguage(element: Element, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (let root = element.getRootNode(); ; root = root.host.getRootNode()) {
    observer.observe(root, { attributes: true, attributeFilter: ["lang"], subtree: true });
    if (!(root instanceof ShadowRoot)) break;
  }
  return () => observer.disconnect();
}

/** All texts, and their language. */
export interface Words extends Messages {
  language: string;
}

/** The registered texts for a language (`nl` also for `nl-BE`), else English; the site's own texts come first. */
export function wordsFor(language: string | undefined, own: Partial<Messages> | undefined): Words {
  for (let tag = language?.toLowerCase(); tag; tag = tag.replace(/-?[^-]*$/, "")) {
    const found = locales().findLast((locale) => locale.language.toLowerCase() === tag);
    if (found)
      return {
        ...en,
        // English is better than nothing for what is seen, and worse for one word that is heard in each step.
        stepDone: "",
        // First what they were called.
        ...textsOf(textsOf(found.messages, renamed), nearest),
        ...textsOf(own, renamed),
        language: found.language,
      };
  }
  return { ...en, ...textsOf(own, renamed), language: "en" };
}

type Fallbacks = Partial<Record<keyof Messages, keyof Messages>>;

/** What a text was called before, for locales and sites of then. */
const renamed: Fallbacks = {
  accepted: "approved",
  continueApp: "openApp",
  backToApp: "openAppAgain",
  pausedUntilHint: "pausedHint",
};

/** For a locale file of before: what comes nearest in the same language. */
const nearest: Fallbacks = {
  backToApp: "continueApp",
  acceptInApp: "titleApp",
  scannedApp: "scanned",
  numberIncomplete: "pairingHint",
  numberLimit: "tooMany",
  numberLimitHint: "notHereHint",
};

/** What a locale or a site has set: `undefined` and `null` count as not set. */
function textsOf(messages: Partial<Messages> | undefined, fallbacks: Fallbacks): Partial<Messages> {
  const texts: Partial<Record<string, string>> = Object.fromEntries(
    Object.entries(messages ?? {}).filter(([, text]) => typeof text === "string"),
  );
  // It has both sentences in it.
  if (texts["approved"] !== undefined && texts["accepted"] === undefined) texts["acceptedHint"] = "";
  for (const [key, fallback] of Object.entries(fallbacks)) {
    const text = texts[key] ?? texts[fallback];
    if (text !== undefined) texts[key] = text;
  }
  return texts;
}

const listeners = new Set<() => void>();
let watched: Locale[] | undefined;

/** Calls back when a language is registered. Returns a function that stops it. */
export function watchLocales(changed: () => void): () => void {
  const queue = locales();
  if (queue !== watched) {
    watched = queue;
    // Wrapped, not replaced: another copy of the element in the page may have done the same.
    const push = queue.push.bind(queue);
    queue.push = (...items) => {
      const length = push(...items);
      for (const listener of listeners) listener();
      return length;
    };
  }
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** An element with that id is a global of that name too, but not an array. */
const locales = (): Locale[] =>
  Array.isArray(globalThis.oneginiOtpLoginLocales)
    ? globalThis.oneginiOtpLoginLocales
    : (globalThis.oneginiOtpLoginLocales = []);
