import type { Messages } from "../element/i18n/messages.js";
import { it } from "./it.js";

/**
 * Italian with “Lei”. Importing this module registers it as `it`. Buttons keep their usual words, as on
 * sites that say “Lei”.
 */
export const itLei: Messages = {
  ...it,
  title: "Acceda con il telefono",
  titleApp: "Acceda con l’app",
  step1: "Apra l’app sul telefono",
  step2: "Inquadri questo codice con l’app",
  step3: "Controlli i dati e accetti",
  scanned: "Guardi il telefono",
  scannedHint: "Accetti sul telefono per accedere qui.",
  codeReady: "Il QR code è pronto. Lo inquadri con l’app.",
  offline: "È offline. Continuiamo a provare.",
  acceptInApp: "Accetti nell’app",
  acceptInAppHint: "Poi torna qui automaticamente.",
  scannedApp: "Controlli l’app",
  backToAppHint: "Accetti lì, poi torna qui automaticamente.",
  inApp: "L’app non si apre? Apra questa pagina nel suo browser.",
  returned: "Eccola di nuovo qui",
  openAppHint: "Accetti nell’app, poi torni a questa pagina.",
  pairing: "Digiti le cifre del telefono",
  pairingApp: "Digiti le cifre dell’app",
  numberIncomplete: "Digiti tutte e {digits} le cifre.",
  pairingAdvice: "Non comunichi queste cifre a nessuno, né al telefono né in una chat.",
  denied: "Ha rifiutato sul telefono",
  deniedHint: "Non ha effettuato l’accesso su questo dispositivo.",
  expired: "È ancora qui?",
  expiredHint: "Richieda un nuovo codice per continuare.",
  unavailableHint: "Riprovi tra poco.",
  noNetwork: "È offline",
  noNetworkHint: "Controlli la connessione a internet.",
  loginFailedHint: "Ha accettato, ma si è verificato un problema da parte nostra.",
  loginRefused: "Non può accedere qui con questo account",
  loginRefusedHint: "Acceda in un altro modo o chieda aiuto.",
  pairingFailedHint: "Ricominci e inquadri un nuovo codice.",
  numberLimitHint: "Acceda in un altro modo o attenda {time}.",
  endedHint: "Ricominci per ottenere un nuovo codice.",
  tooManyHint: "Attenda qualche istante.",
  cookiesHint: "Consenta i cookie per questo sito, poi riprovi.",
  notHere: "Qui non può accedere con il telefono",
  notHereHint: "Acceda in un altro modo.",
  pausedHint: "Per ora acceda in un altro modo.",
  pausedUntilHint: "Fino alle {time}. Acceda in un altro modo.",
  otherBrowser: "Continui nel browser in cui ha iniziato.",
  otherBrowserHint:
    "L’accesso che ha accettato non è iniziato qui. Se l’ha iniziato lei, torni lì. Se no, è stato qualcun altro: non dia le cifre a nessuno.",
  otherTab: "L’accesso che ha accettato è iniziato in un’altra scheda",
};

if (!Array.isArray(globalThis.oneginiOtpLoginLocales)) globalThis.oneginiOtpLoginLocales = [];
globalThis.oneginiOtpLoginLocales.push({ language: "it", messages: itLei });
