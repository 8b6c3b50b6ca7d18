import type { Messages } from "../element/i18n/messages.js";
import { nl } from "./nl.js";

/** Dutch with “u”. Importing this module registers it as `nl`. */
export const nlU: Messages = {
  ...nl,
  title: "Inloggen met uw telefoon",
  step1: "Open de app op uw telefoon",
  scanned: "Kijk op uw telefoon",
  offline: "U bent offline. We blijven proberen.",
  acceptInAppHint: "Daarna komt u vanzelf hier terug.",
  backToAppHint: "Accepteer daar, dan komt u vanzelf hier terug.",
  inApp: "Gaat de app niet open? Open deze pagina in uw browser.",
  returned: "U bent terug",
  acceptedHint: "U wordt ingelogd…",
  pairing: "Typ de cijfers van uw telefoon",
  pairingHint: "Uw telefoon toont {digits} cijfers.",
  pairingLabel: "Cijfers van uw telefoon, {digits} stuks",
  completed: "U bent ingelogd",
  denied: "Geweigerd op uw telefoon",
  deniedHint: "U bent niet ingelogd op dit apparaat.",
  expired: "Bent u er nog?",
  noNetwork: "U bent offline",
  noNetworkHint: "Controleer uw internetverbinding.",
  loginFailedHint: "U hebt geaccepteerd, maar bij ons ging er iets mis.",
  loginRefused: "Met dit account kunt u hier niet inloggen",
  notHere: "Inloggen met uw telefoon kan hier niet",
  paused: "Inloggen met uw telefoon is even uit",
  otherBrowser: "Ga verder in de browser waarin u begon.",
  otherBrowserHint:
    "De login die u hebt geaccepteerd, is niet hier begonnen. Als u begon, ga dan daar verder. Zo niet, dan was het iemand anders: geef de cijfers aan niemand.",
  otherTab: "De login die u hebt geaccepteerd, begon in een ander tabblad",
};

if (!Array.isArray(globalThis.oneginiOtpLoginLocales)) globalThis.oneginiOtpLoginLocales = [];
globalThis.oneginiOtpLoginLocales.push({ language: "nl", messages: nlU });
