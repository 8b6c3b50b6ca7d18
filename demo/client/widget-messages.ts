import type { Language } from "../pages/site-language.js";

/** The widget's messages that a site should replace: the name of its app, and where its scanner is. */
export const widgetMessages: Record<Language, { step1: string; step2: string; openApp: string }> = {
  en: {
    step1: "Open the Demo Bank app",
    step2: "Tap **Scan** and point at this code",
    openApp: "Open the Demo Bank app",
  },
  nl: {
    step1: "Open de Demo Bank-app",
    step2: "Tik op **Scan** en richt op deze code",
    openApp: "Open de Demo Bank-app",
  },
  fr: {
    step1: "Ouvrez l’appli Demo Bank",
    step2: "Touchez **Scan** et visez ce code",
    openApp: "Ouvrir l’appli Demo Bank",
  },
  de: {
    step1: "Demo-Bank-App öffnen",
    step2: "Auf **Scan** tippen, Code erfassen",
    openApp: "Demo-Bank-App öffnen",
  },
};
