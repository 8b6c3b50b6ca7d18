import { html } from "hono/html";
import { pageTexts } from "./page-texts.js";
import { layout, type Html, type PageSetting } from "./page-layout.js";
import type { Language } from "./site-language.js";

interface HelpTexts {
  withPhone: string;
  open: Html;
  scan: string;
  scanWithDemoPhone: Html;
  accept: string;
  cannotScan: string;
  /** What to try, in this order. */
  tries: readonly Html[];
  otherWays: string;
  onThisPhone: Html;
  password: Html;
  seeAll: string;
  playground: Html;
}

const loginPage = (words: string): Html => html`<a href="/">${words}</a>`;
const playground = (words: string): Html => html`<a href="/playground">${words}</a>`;
const passwordForm = (words: string): Html => html`<a href="/#password-login">${words}</a>`;
const demoPhone = (words: string): Html => html`<a href="/phone" target="_blank" rel="noopener">${words}</a>`;

const helpTexts: Record<Language, HelpTexts> = {
  en: {
    withPhone: "Log in with the phone",
    open: html`Open the ${loginPage("login page")}. It shows a QR code.`,
    scan: "Scan it with the app on your phone.",
    scanWithDemoPhone: html`Open the ${demoPhone("demo phone")} in another tab or window, press
      <b>Scan QR code</b> and choose <b>Page</b>. Your camera or a photo of the code do as well.`,
    accept: "Check what the phone shows, and accept. The login page goes on to the account by itself.",
    cannotScan: "If you can’t scan",
    tries: [
      html`Scan in the Demo Bank app. The phone’s own camera shows only letters.`,
      html`Press <b>Enlarge</b> next to the code, and hold the phone a little further away.`,
      html`Make the screen brighter, and wipe the phone’s camera.`,
      html`If the page asks “Still there?”, press <b>Show a new code</b>.`,
      html`If the app says that the code no longer works, scan the one that is on the page now.`,
    ],
    otherWays: "Other ways to log in",
    onThisPhone: html`Open the ${loginPage("login page")} on the phone that has the app. There you press a
    button, and scan nothing. After you accept, you come back to the page by yourself.`,
    password: html`Use the ${passwordForm("form for a password")}. It is there to show how the two stand side
    by side: this demo has no passwords and checks none.`,
    seeAll: "See all of it",
    playground: html`The ${playground("playground")} has the element with every attribute, phase, language and
    theme at hand, its events, and a network that breaks on demand.`,
  },
  nl: {
    withPhone: "Inloggen met de telefoon",
    open: html`Open de ${loginPage("inlogpagina")}. Je ziet er een QR-code.`,
    scan: "Scan die met de app op je telefoon.",
    scanWithDemoPhone: html`Open de ${demoPhone("demotelefoon")} in een ander tabblad of venster, druk op
      <b lang="en">Scan QR code</b> en kies <b lang="en">Page</b>. Je camera of een foto van de code kan ook.`,
    accept: "Controleer wat de telefoon laat zien, en accepteer. De inlogpagina gaat vanzelf verder.",
    cannotScan: "Als scannen niet lukt",
    tries: [
      html`Scan in de Demo Bank-app. De gewone camera van je telefoon laat alleen letters zien.`,
      html`Druk op <b>Vergroten</b> naast de code, en houd de telefoon iets verder weg.`,
      html`Maak het scherm lichter, en veeg de camera van je telefoon schoon.`,
      html`Vraagt de pagina “Ben je er nog?”, druk dan op <b>Toon een nieuwe code</b>.`,
      html`Zegt de app dat de code niet meer werkt, scan dan de code die nu op de pagina staat.`,
    ],
    otherWays: "Andere manieren om in te loggen",
    onThisPhone: html`Open de ${loginPage("inlogpagina")} op de telefoon met de app. Daar druk je op een knop,
    en hoef je niets te scannen. Na het accepteren kom je vanzelf terug op de pagina.`,
    password: html`Gebruik het ${passwordForm("formulier voor een wachtwoord")}. Het laat zien hoe de twee
    naast elkaar staan: deze demo kent geen wachtwoorden en controleert er geen.`,
    seeAll: "Alles bekijken",
    playground: html`In de ${playground("playground")} (Engels) probeer je elk attribuut, elke fase, taal en
    stijl van het element, zijn events, en een netwerk met storingen.`,
  },
  fr: {
    withPhone: "Connexion avec le mobile",
    open: html`Ouvrez la ${loginPage("page de connexion")}. Elle affiche un code QR.`,
    scan: "Scannez-le avec l’application de votre mobile.",
    scanWithDemoPhone: html`Ouvrez le ${demoPhone("mobile de démo")} dans un autre onglet ou une autre
      fenêtre, touchez <b lang="en">Scan QR code</b> et choisissez <b lang="en">Page</b>. Votre caméra ou une
      photo du code conviennent aussi.`,
    accept:
      "Vérifiez ce que le mobile affiche, et acceptez. La page de connexion passe d’elle-même au compte.",
    cannotScan: "Si vous ne pouvez pas scanner",
    tries: [
      html`Scannez dans l’application Demo Bank. L’appareil photo du mobile n’affiche que des lettres.`,
      html`Touchez <b>Agrandir</b> à côté du code, et éloignez un peu le mobile.`,
      html`Augmentez la luminosité de l’écran, et essuyez l’objectif du mobile.`,
      html`Si la page demande « Êtes-vous toujours là ? », touchez <b>Afficher un nouveau code</b>.`,
      html`Si l’application dit que le code ne marche plus, scannez celui qui est maintenant sur la page.`,
    ],
    otherWays: "Autres moyens de connexion",
    onThisPhone: html`Ouvrez la ${loginPage("page de connexion")} sur le mobile qui a l’application. Vous y
    touchez un bouton, sans rien scanner. Après avoir accepté, vous revenez automatiquement sur la page.`,
    password: html`Utilisez le ${passwordForm("formulaire avec mot de passe")}. Il montre les deux moyens côte
    à côte : cette démo n’a pas de mots de passe et n’en vérifie aucun.`,
    seeAll: "Tout voir",
    playground: html`Le ${playground("playground")} (en anglais) offre tous les attributs, phases, langues et
    styles de l’élément, ses événements, et un réseau en panne à la demande.`,
  },
  de: {
    withPhone: "Mit dem Handy anmelden",
    open: html`Öffnen Sie die ${loginPage("Anmeldeseite")}. Sie zeigt einen QR-Code.`,
    scan: "Scannen Sie ihn mit der App auf Ihrem Handy.",
    scanWithDemoPhone: html`Öffnen Sie das ${demoPhone("Demo-Handy")} in einem anderen Tab oder Fenster,
      tippen Sie auf <b lang="en">Scan QR code</b> und wählen Sie <b lang="en">Page</b>. Ihre Kamera oder ein
      Foto des Codes gehen auch.`,
    accept: "Prüfen Sie, was das Handy zeigt, und bestätigen Sie. Die Anmeldeseite geht von selbst weiter.",
    cannotScan: "Wenn Sie nicht scannen können",
    tries: [
      html`Scannen Sie in der Demo-Bank-App. Die Kamera des Handys zeigt nur Buchstaben.`,
      html`Drücken Sie neben dem Code auf <b>Vergrößern</b>, und halten Sie das Handy etwas weiter weg.`,
      html`Stellen Sie den Bildschirm heller, und wischen Sie die Kamera des Handys ab.`,
      html`Fragt die Seite „Sind Sie noch da?“, drücken Sie auf <b>Neuen Code anzeigen</b>.`,
      html`Sagt die App, dass der Code nicht mehr gilt, scannen Sie den, der jetzt auf der Seite steht.`,
    ],
    otherWays: "Andere Wege zur Anmeldung",
    onThisPhone: html`Öffnen Sie die ${loginPage("Anmeldeseite")} auf dem Handy mit der App. Dort drücken Sie
    eine Taste und scannen nichts. Nach dem Bestätigen kommen Sie von selbst auf die Seite zurück.`,
    password: html`Nutzen Sie das ${passwordForm("Formular mit Passwort")}. Es zeigt, wie beide nebeneinander
    stehen: Diese Demo kennt keine Passwörter und prüft keine.`,
    seeAll: "Alles ansehen",
    playground: html`Im ${playground("Playground")} (Englisch) liegen alle Attribute, Phasen, Sprachen und
    Stile des Elements bereit, seine Events und ein Netz mit Störungen.`,
  },
};

export function helpPage(setting: PageSetting): Html {
  const texts = helpTexts[setting.language];
  const { help } = pageTexts[setting.language];
  return layout({
    ...setting,
    title: help,
    main: html`<h1>${help}</h1>
      <section>
        <h2>${texts.withPhone}</h2>
        <ol>
          <li>${texts.open}</li>
          <li>${setting.hasPhone ? texts.scanWithDemoPhone : texts.scan}</li>
          <li>${texts.accept}</li>
        </ol>
      </section>
      <section id="scanning">
        <h2>${texts.cannotScan}</h2>
        <ul>
          ${texts.tries.map((each) => html`<li>${each}</li>`)}
        </ul>
      </section>
      <section id="password">
        <h2>${texts.otherWays}</h2>
        ${setting.hasPhone ? html`<p>${texts.onThisPhone}</p>` : ""}
        <p>${texts.password}</p>
      </section>
      ${
        setting.hasPhone
          ? html`<section>
              <h2>${texts.seeAll}</h2>
              <p>${texts.playground}</p>
            </section>`
          : ""
      }`,
  });
}
