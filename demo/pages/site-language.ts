import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { languageDetector } from "hono/language";

/** The site's languages, by their own names. */
export const languageNames = {
  en: "English",
  nl: "Nederlands",
  fr: "Français",
  de: "Deutsch",
} as const;

export type Language = keyof typeof languageNames;

export const languages = Object.keys(languageNames) as Language[];

const cookieName = "demo-language";

export const isLanguage = (text: string | undefined): text is Language =>
  text !== undefined && Object.hasOwn(languageNames, text);

/** Sets the request's `language`: the person's choice, else the browser's language, else English. */
export const detectLanguage = languageDetector({
  order: ["cookie", "header"],
  supportedLanguages: languages,
  fallbackLanguage: "en",
  lookupCookie: cookieName,
  // Only the person's choice is stored, so that a change of the browser's language still takes effect.
  caches: false,
});

export const languageOf = (c: Context): Language => {
  const language: unknown = c.get("language");
  return typeof language === "string" && isLanguage(language) ? language : "en";
};

/** Stores the person's choice for a year; `undefined` removes it. */
export function rememberLanguage(c: Context, language: Language | undefined, secure: boolean): void {
  if (language === undefined) deleteCookie(c, cookieName, { path: "/", secure });
  else {
    setCookie(c, cookieName, language, {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      secure,
      maxAge: 31_536_000,
    });
  }
}
