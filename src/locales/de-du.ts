import type { Messages } from "../element/i18n/messages.js";
import { de } from "./de.js";

/** German with “du”. Importing this module registers it as `de`. */
export const deDu: Messages = {
  ...de,
  scanned: "Schau auf dein Handy",
  scannedHint: "Bestätige dort, um dich hier anzumelden.",
  codeReady: "Der QR-Code ist bereit. Scanne ihn in der App.",
  acceptInAppHint: "Danach kommst du von selbst hierher zurück.",
  scannedApp: "Schau in die App",
  backToAppHint: "Bestätige dort, dann kommst du von selbst hierher zurück.",
  inApp: "Öffnet sich die App nicht? Öffne diese Seite in deinem Browser.",
  returned: "Du bist zurück",
  openAppHint: "Bestätige in der App und kehre hierher zurück.",
  acceptedHint: "Du wirst angemeldet…",
  pairingHint: "Dein Handy zeigt {digits} Ziffern.",
  numberIncomplete: "Gib alle {digits} Ziffern ein.",
  pairingAdvice: "Nenne diese Zahl niemandem, weder am Telefon noch im Chat.",
  completed: "Du bist angemeldet",
  redirecting: "Du wirst weitergeleitet…",
  denied: "Du hast auf dem Handy abgelehnt",
  deniedHint: "Du bist auf diesem Gerät nicht angemeldet.",
  expired: "Bist du noch da?",
  expiredHint: "Fordere einen neuen Code an.",
  unavailableHint: "Versuche es gleich noch einmal.",
  noNetwork: "Du bist offline",
  noNetworkHint: "Prüfe deine Internetverbindung.",
  loginFailedHint: "Du hast bestätigt, aber bei uns ging etwas schief.",
  loginRefusedHint: "Melde dich anders an oder hole Hilfe.",
  pairingFailedHint: "Beginne neu und scanne einen neuen Code.",
  numberLimitHint: "Melde dich anders an oder warte {time}.",
  endedHint: "Starte neu, um einen Code zu erhalten.",
  tooManyHint: "Bitte warte kurz.",
  cookiesHint: "Erlaube Cookies für diese Website und versuche es noch einmal.",
  notHereHint: "Melde dich bitte anders an.",
  pausedHint: "Melde dich vorerst anders an.",
  pausedUntilHint: "Bis {time} Uhr. Bitte melde dich anders an.",
  otherBrowser: "Mach in dem Browser weiter, in dem du begonnen hast.",
  otherBrowserHint:
    "Die Anmeldung, die du bestätigt hast, hat nicht hier begonnen. Wenn du sie begonnen hast, kehre dorthin zurück. Wenn nicht, war es jemand anderes: Nenne niemandem die Zahl.",
  otherTab: "Die Anmeldung, die du bestätigt hast, begann in einem anderen Tab",
};

if (!Array.isArray(globalThis.oneginiOtpLoginLocales)) globalThis.oneginiOtpLoginLocales = [];
globalThis.oneginiOtpLoginLocales.push({ language: "de", messages: deDu });
