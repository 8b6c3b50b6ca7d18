import type { Messages } from "../element/i18n/messages.js";
import { es } from "./es.js";

/** Spanish with “usted”. Importing this module registers it as `es`. */
export const esUsted: Messages = {
  ...es,
  title: "Acceda con su teléfono",
  titleApp: "Acceda con la app",
  step1: "Abra la app en su teléfono",
  step2: "Escanee este código en la app",
  step3: "Revise los datos y acepte",
  scanned: "Mire su teléfono",
  scannedHint: "Acepte en su teléfono para acceder aquí.",
  codeReady: "El código QR está listo. Escanéelo en la app.",
  acceptInApp: "Acepte en la app",
  acceptInAppHint: "Después vuelve aquí automáticamente.",
  scannedApp: "Consulte la app",
  backToAppHint: "Acepte allí y después vuelve aquí automáticamente.",
  inApp: "¿No se abre la app? Abra esta página en su navegador.",
  returned: "Ya está de vuelta",
  openAppHint: "Acepte en la app y vuelva a esta página.",
  pairing: "Escriba las cifras del teléfono",
  pairingApp: "Escriba las cifras de la app",
  pairingHint: "Su teléfono muestra {digits} cifras.",
  pairingLabel: "Cifras de su teléfono, {digits} cifras",
  wrongNumber:
    "one:Las cifras no coinciden. Le queda {tries} intento.|Las cifras no coinciden. Le quedan {tries} intentos.",
  numberIncomplete: "Escriba las {digits} cifras.",
  pairingAdvice: "No dé estas cifras a nadie, ni por teléfono ni en un chat.",
  completed: "Ha iniciado sesión",
  denied: "Lo ha rechazado en su teléfono",
  deniedHint: "No ha iniciado sesión en este dispositivo.",
  expired: "¿Sigue ahí?",
  expiredHint: "Pida un código nuevo para continuar.",
  unavailableHint: "Inténtelo de nuevo en un momento.",
  noNetwork: "No tiene conexión",
  noNetworkHint: "Compruebe su conexión a internet.",
  loginFailedHint: "Ha aceptado, pero algo ha fallado por nuestra parte.",
  loginRefused: "No puede acceder aquí con esta cuenta",
  loginRefusedHint: "Acceda de otra forma o pida ayuda.",
  pairingFailed: "Ha escrito mal las cifras tres veces",
  pairingFailedHint: "Empiece de nuevo y escanee un código nuevo.",
  numberLimitHint: "Acceda de otra forma o espere {time}.",
  endedHint: "Empiece de nuevo para obtener un código.",
  tooManyHint: "Espere un poco.",
  cookiesHint: "Permita las cookies de este sitio e inténtelo de nuevo.",
  notHere: "Aquí no puede acceder con el teléfono",
  notHereHint: "Acceda de otra forma.",
  pausedHint: "De momento, acceda de otra forma.",
  pausedUntilHint: "Hasta las {time}. Acceda de otra forma.",
  otherBrowser: "Continúe en el navegador donde empezó.",
  otherBrowserHint:
    "El acceso que ha aceptado no empezó aquí. Si lo empezó usted, vuelva allí. Si no, lo hizo otra persona: no dé las cifras a nadie.",
  otherTab: "El acceso que ha aceptado empezó en otra pestaña",
};

if (!Array.isArray(globalThis.oneginiOtpLoginLocales)) globalThis.oneginiOtpLoginLocales = [];
globalThis.oneginiOtpLoginLocales.push({ language: "es", messages: esUsted });
