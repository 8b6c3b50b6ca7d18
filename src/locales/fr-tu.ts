import type { Messages } from "../element/i18n/messages.js";
import { fr } from "./fr.js";

/** French with “tu”. Importing this module registers it as `fr`. */
export const frTu: Messages = {
  ...fr,
  title: "Connexion avec ton mobile",
  step1: "Ouvre l’application sur ton mobile",
  step2: "Scanne ce code dans l’application",
  step3: "Vérifie les détails et accepte",
  scanned: "Regarde ton mobile",
  scannedHint: "Accepte sur ton mobile pour te connecter ici.",
  codeReady: "Le code QR est prêt. Scanne-le dans l’application.",
  acceptInApp: "Accepte dans l’application",
  acceptInAppHint: "Tu reviens ensuite ici automatiquement.",
  scannedApp: "Consulte l’application",
  backToAppHint: "Acceptes-y la demande, puis tu reviens ici automatiquement.",
  inApp: "L’application ne s’ouvre pas\u00a0? Ouvre cette page dans ton navigateur.",
  returned: "Tu es de retour",
  openAppHint: "Accepte dans l’application, puis reviens sur cette page.",
  pairing: "Recopie les chiffres du mobile",
  pairingApp: "Recopie les chiffres de l’application",
  pairingHint: "Ton mobile affiche {digits} chiffres.",
  pairingLabel: "Chiffres affichés sur ton mobile, {digits} chiffres",
  wrongNumber:
    "one:Ces chiffres ne correspondent pas. Il te reste {tries} essai.|Ces chiffres ne correspondent pas. Il te reste {tries} essais.",
  numberIncomplete: "Recopie les {digits} chiffres.",
  pairingAdvice: "Ne donne ces chiffres à personne, ni au téléphone, ni dans un chat.",
  denied: "Tu as refusé sur ton mobile",
  deniedHint: "Tu n’es pas connecté sur cet appareil.",
  expired: "Es-tu toujours là\u00a0?",
  expiredHint: "Demande un nouveau code pour continuer.",
  unavailableHint: "Réessaie dans un instant.",
  noNetwork: "Tu es hors connexion",
  noNetworkHint: "Vérifie ta connexion internet.",
  loginFailedHint: "Tu as accepté, mais un problème est survenu.",
  loginRefusedHint: "Connecte-toi autrement ou demande de l’aide.",
  pairingFailedHint: "Recommence et scanne un nouveau code.",
  numberLimitHint: "Connecte-toi autrement ou patiente {time}.",
  endedHint: "Recommence pour obtenir un code.",
  tooManyHint: "Patiente un peu.",
  cookiesHint: "Autorise les cookies pour ce site, puis réessaie.",
  notHereHint: "Connecte-toi autrement.",
  pausedHint: "Connecte-toi autrement pour l’instant.",
  pausedUntilHint: "Jusqu’à {time}. Connecte-toi autrement.",
  otherBrowser: "Continue dans le navigateur où tu as commencé.",
  otherBrowserHint:
    "La connexion que tu as acceptée n’a pas commencé ici. Si tu l’as commencée, retournes-y. Sinon, c’est quelqu’un d’autre\u00a0: ne donne les chiffres à personne.",
  otherTab: "La connexion que tu as acceptée a commencé dans un autre onglet",
};

if (!Array.isArray(globalThis.oneginiOtpLoginLocales)) globalThis.oneginiOtpLoginLocales = [];
globalThis.oneginiOtpLoginLocales.push({ language: "fr", messages: frTu });
