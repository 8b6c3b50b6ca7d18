import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { languageDetector } from "hono/language";

/** The languages that the site speaks, by their own names. */
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

/** Sets the request's `language`: the one that the person chose, else the browser's, else English. */
export const detectLanguage = languageDetector({
  order: ["cookie", "header"],
  supportedLanguages: languages,
  fallbackLanguage: "en",
  lookupCookie: cookieName,
  // Only a choice is remembered, so that a browser that changes its language is still followed.
  caches: false,
});

export const languageOf = (c: Context): Language => {
  const language: unknown = c.get("language");
  return typeof language === "string" && isLanguage(language) ? language : "en";
};

/** Remembers the person's choice for a year; with none, forgets it. */
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
