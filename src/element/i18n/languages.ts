import { en } from "../../locales/en.js";
import type { Locale, Messages } from "./messages.js";

/** The language that is written nearest to an element, through shadow roots; `undefined` if the page names none. */
export function nearestLanguage(element: Element): string | undefined {
  const lang = element.closest("[lang]")?.getAttribute("lang");
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? nearestLanguage(root.host) : undefined);
}

/** Hears of every change of a `lang` around an element. The return value ends it. */
export function watchLanguage(element: Element, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (let root = element.getRootNode(); ; root = root.host.getRootNode()) {
    observer.observe(root, { attributes: true, attributeFilter: ["lang"], subtree: true });
    if (!(root instanceof ShadowRoot)) break;
  }
  return () => observer.disconnect();
}

/** What is said, and the language that it is in. */
export interface Words extends Messages {
  language: string;
}

/** The registered words for a language (`nl` serves `nl-BE`), else English; the site's own words before both. */
export function wordsFor(language: string | undefined, own: Partial<Messages> | undefined): Words {
  // A word that is set to nothing is none of the site's own.
  const said = Object.fromEntries(Object.entries(own ?? {}).filter(([, text]) => typeof text === "string"));
  for (let tag = language?.toLowerCase(); tag; tag = tag.replace(/-?[^-]*$/, "")) {
    const found = locales().findLast((locale) => locale.language.toLowerCase() === tag);
    if (found) return { ...en, ...found.messages, ...said, language: found.language };
    if (tag === "en") break;
  }
  return { ...en, ...said, language: "en" };
}

const listeners = new Set<() => void>();
let hearing: Locale[] | undefined;

/** Hears of languages that are registered from now on. The return value ends it. */
export function watchLocales(changed: () => void): () => void {
  const queue = locales();
  if (queue !== hearing) {
    hearing = queue;
    // Another copy of the element in the same page may hear too.
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

/** An element of the page with that id would be found under the same global name: it is not ours. */
const locales = (): Locale[] =>
  Array.isArray(globalThis.oneginiOtpLoginLocales)
    ? globalThis.oneginiOtpLoginLocales
    : (globalThis.oneginiOtpLoginLocales = []);
