import type { Language } from "../../pages/site-language.js";

/** The texts of the screens on which the person answers. The phone's other screens are in English only. */
interface AnswerTexts {
  question: string;
  /** Above the number. */
  number: string;
  device: string;
  place: string;
  safety: string;
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
}

export const answerTexts: Record<Language, AnswerTexts> = {
  en: {
    question: "Is this you logging in?",
    number: "Number for the page",
    device: "Device",
    place: "Place",
    safety: "Only accept if you scanned the code on the Demo Bank page yourself.",
    accept: "Accept",
    decline: "Decline",
    accepted: "Accepted",
    typeNumber: "Type this number on the page.",
    neverTell: "Never tell it to anybody.",
    carryOn: "Carry on in your browser.",
    declined: "Declined",
    nobody: "Nobody was logged in.",
    done: "Done",
  },
  nl: {
    question: "Log jij nu in?",
    number: "Cijfers voor de pagina",
    device: "Apparaat",
    place: "Plaats",
    safety: "Accepteer alleen als je de code op de pagina van Demo Bank zelf hebt gescand.",
    accept: "Accepteer",
    decline: "Weiger",
    accepted: "Geaccepteerd",
    typeNumber: "Typ deze cijfers op de pagina.",
    neverTell: "Geef ze aan niemand.",
    carryOn: "Ga verder in je browser.",
    declined: "Geweigerd",
    nobody: "Er is niemand ingelogd.",
    done: "Klaar",
  },
  fr: {
    question: "Est-ce bien vous ?",
    number: "Chiffres pour la page",
    device: "Appareil",
    place: "Lieu",
    safety: "N’acceptez que si vous avez scanné vous-même le code sur la page de Demo Bank.",
    accept: "Accepter",
    decline: "Refuser",
    accepted: "Accepté",
    typeNumber: "Recopiez ces chiffres sur la page.",
    neverTell: "Ne les donnez à personne.",
    carryOn: "Continuez dans votre navigateur.",
    declined: "Refusé",
    nobody: "Personne n’a été connecté.",
    done: "Terminé",
  },
  de: {
    question: "Sind Sie das?",
    number: "Zahl für die Seite",
    device: "Gerät",
    place: "Ort",
    safety: "Bestätigen Sie nur, wenn Sie den Code selbst auf der Demo-Bank-Seite gescannt haben.",
    accept: "Bestätigen",
    decline: "Ablehnen",
    accepted: "Bestätigt",
    typeNumber: "Geben Sie diese Zahl auf der Seite ein.",
    neverTell: "Nennen Sie sie niemandem.",
    carryOn: "Fahren Sie im Browser fort.",
    declined: "Abgelehnt",
    nobody: "Niemand wurde angemeldet.",
    done: "Fertig",
  },
};
