import type { Language } from "../pages/site-language.js";

/** The widget's messages that a site should replace: the name of its app, and where its scanner is. */
export const widgetMessages: Record<Language, { step1: string; step2: string }> = {
  en: {
    step1: "Open the Demo Bank app",
    step2: "Tap **Scan** and point at this code",
  },
  nl: {
    step1: "Open de Demo Bank-app",
    step2: "Tik op **Scan**, richt op deze code",
  },
  fr: {
    step1: "Ouvrez l’application Demo Bank",
    step2: "Touchez **Scan**, visez ce code",
  },
  de: {
    step1: "Demo-Bank-App öffnen",
    step2: "Auf **Scan** tippen, Code erfassen",
  },
};
