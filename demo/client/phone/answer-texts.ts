import type { Language } from "../../pages/site-language.js";

/** The texts of the screens on which the person answers. The phone's other screens are in English only. */
interface AnswerTexts {
  question: string;
  /** Above the number. */
  number: string;
  device: string;
  place: string;
  /** After a scan, and after a link. */
  safety: string;
  safetyLink: string;
  accept: string;
  decline: string;
  accepted: string;
  /** After Accept: with a number, and without one. */
  typeNumber: string;
  neverTell: string;
  carryOn: string;
  declined: string;
  nobody: string;
  done: string;
  /** After a link, over what is about the number. */
  asksForNumber: string;
  goingBack: string;
  /** After Accept, where the app goes back on a press. */
  backTo: (browser: string | undefined) => string;
  /** After Accept, where only the person can go back: to a browser of this name, or to where the app was opened. */
  goBackByHand: (browser: string | undefined) => string;
  backToBrowser: string;
  /** The demo's chooser of a browser. */
  linkSaid: (browser: string | undefined) => string;
  byItself: string;
  anotherBrowser: string;
  privateWindow: string;
  noLogin: string;
}

export const answerTexts: Record<Language, AnswerTexts> = {
  en: {
    question: "Is this you logging in?",
    number: "Number for the page",
    device: "Device",
    place: "Place",
    safety: "Only accept if you scanned the code on the Demo Bank page yourself.",
    safetyLink: "Only accept if you came here from the Demo Bank page yourself.",
    accept: "Accept",
    decline: "Decline",
    accepted: "Accepted",
    typeNumber: "Type this number on the page.",
    neverTell: "Never tell it to anybody.",
    carryOn: "Carry on in your browser.",
    declined: "Declined",
    nobody: "Nobody was logged in.",
    done: "Done",
    asksForNumber: "Does the page ask for a number?",
    goingBack: "Going back to your browser…",
    backTo: (browser = "the page") => `Back to ${browser}`,
    goBackByHand: (browser) =>
      browser === undefined ? "Go back to where you came from." : `Tap “‹ ${browser}” at the top left.`,
    backToBrowser: "Back to the browser",
    linkSaid: (browser = "other, so the default browser") => `The link said: ${browser}.`,
    byItself: "An app opens the page there by itself. Here you choose.",
    anotherBrowser: "Another browser",
    privateWindow: "Open this address in a private window:",
    noLogin: "No login began there, and the page says so.",
  },
  nl: {
    question: "Log jij nu in?",
    number: "Cijfers voor de pagina",
    device: "Apparaat",
    place: "Plaats",
    safety: "Accepteer alleen als je de code op de pagina van Demo Bank zelf hebt gescand.",
    safetyLink: "Accepteer alleen als je zelf van de pagina van Demo Bank hier bent gekomen.",
    accept: "Accepteer",
    decline: "Weiger",
    accepted: "Geaccepteerd",
    typeNumber: "Typ deze cijfers op de pagina.",
    neverTell: "Geef ze aan niemand.",
    carryOn: "Ga verder in je browser.",
    declined: "Geweigerd",
    nobody: "Er is niemand ingelogd.",
    done: "Klaar",
    asksForNumber: "Vraagt de pagina om cijfers?",
    goingBack: "Terug naar je browser…",
    backTo: (browser = "de pagina") => `Terug naar ${browser}`,
    goBackByHand: (browser) =>
      browser === undefined ? "Ga terug naar waar je vandaan kwam." : `Tik linksboven op “‹ ${browser}”.`,
    backToBrowser: "Terug naar de browser",
    linkSaid: (browser = "other, dus de standaardbrowser") => `De link zei: ${browser}.`,
    byItself: "Een app opent de pagina daar vanzelf. Hier kies jij.",
    anotherBrowser: "Een andere browser",
    privateWindow: "Open dit adres in een privévenster:",
    noLogin: "Daar begon geen login, en dat zegt de pagina.",
  },
  fr: {
    question: "Est-ce bien vous ?",
    number: "Chiffres pour la page",
    device: "Appareil",
    place: "Lieu",
    safety: "N’acceptez que si vous avez scanné vous-même le code sur la page de Demo Bank.",
    safetyLink: "N’acceptez que si vous venez vous-même de la page de Demo Bank.",
    accept: "Accepter",
    decline: "Refuser",
    accepted: "Accepté",
    typeNumber: "Recopiez ces chiffres sur la page.",
    neverTell: "Ne les donnez à personne.",
    carryOn: "Continuez dans votre navigateur.",
    declined: "Refusé",
    nobody: "Personne n’a été connecté.",
    done: "Terminé",
    asksForNumber: "La page demande-t-elle des chiffres ?",
    goingBack: "Retour au navigateur…",
    backTo: (browser = "la page") => `Revenir à ${browser}`,
    goBackByHand: (browser) =>
      browser === undefined ? "Revenez là d’où vous venez." : `Touchez « ‹ ${browser} » en haut à gauche.`,
    backToBrowser: "Revenir au navigateur",
    linkSaid: (browser = "other, donc le navigateur par défaut") => `Le lien indiquait : ${browser}.`,
    byItself: "Une application y ouvre la page d’elle-même. Ici, vous choisissez.",
    anotherBrowser: "Un autre navigateur",
    privateWindow: "Ouvrez cette adresse dans une fenêtre privée :",
    noLogin: "Aucune connexion n’y a commencé, et la page le dit.",
  },
  de: {
    question: "Sind Sie das?",
    number: "Zahl für die Seite",
    device: "Gerät",
    place: "Ort",
    safety: "Bestätigen Sie nur, wenn Sie den Code selbst auf der Demo-Bank-Seite gescannt haben.",
    safetyLink: "Bestätigen Sie nur, wenn Sie selbst von der Demo-Bank-Seite hierher gekommen sind.",
    accept: "Bestätigen",
    decline: "Ablehnen",
    accepted: "Bestätigt",
    typeNumber: "Geben Sie diese Zahl auf der Seite ein.",
    neverTell: "Nennen Sie sie niemandem.",
    carryOn: "Fahren Sie im Browser fort.",
    declined: "Abgelehnt",
    nobody: "Niemand wurde angemeldet.",
    done: "Fertig",
    asksForNumber: "Fragt die Seite nach einer Zahl?",
    goingBack: "Zurück zum Browser…",
    backTo: (browser) => (browser === undefined ? "Zurück zur Seite" : `Zurück zu ${browser}`),
    goBackByHand: (browser) =>
      browser === undefined
        ? "Gehen Sie dorthin zurück, woher Sie kamen."
        : `Tippen Sie oben links auf „‹ ${browser}“.`,
    backToBrowser: "Zurück zum Browser",
    linkSaid: (browser = "other, also der Standardbrowser") => `Der Link nannte: ${browser}.`,
    byItself: "Eine App öffnet die Seite dort von selbst. Hier wählen Sie.",
    anotherBrowser: "Ein anderer Browser",
    privateWindow: "Öffnen Sie diese Adresse in einem privaten Fenster:",
    noLogin: "Dort hat keine Anmeldung begonnen, und das sagt die Seite.",
  },
};
