import type { Language } from "./site-language.js";

/** The texts of the site's pages. `client/widget-messages.ts` has the widget's texts that the site replaces. */
export interface PageTexts {
  demoNotice: string;
  /** The notice of a demo that everybody can reach, with its emulator. */
  publicNotice: string;
  openPhone: string;
  openLogin: string;
  home: string;
  mainNavigation: string;
  skip: string;
  language: string;
  accounts: string;
  cards: string;
  noCards: string;
  help: string;
  logIn: string;
  or: string;
  needsNewerBrowser: string;
  safety: string;
  cannotScan: string;
  withPassword: string;
  userName: string;
  password: string;
  forgot: string;
  passwordNotice: string;
  yourAccount: string;
  /** With `{time}`: one of the two below. */
  loggedInWithPhone: string;
  justNow: string;
  /** With `{time}` on the clock. */
  atTime: string;
  currentAccount: string;
  balance: string;
  user: string;
  loggedInAt: string;
  logOut: string;
  logins: string;
  loginsHint: string;
  thisBrowser: string;
  /** With `{browser}` and `{system}`. */
  deviceOn: string;
  unknownDevice: string;
  ipAddress: string;
  unknownAddress: string;
  sameNetwork: string;
  otherNetwork: string;
  thatWasntMe: string;
  loginEnded: string;
  loggedIn: string;
  continue: string;
  loggedOut: string;
  notLoggedIn: string;
  notLoggedInHint: string;
  loggedOutHere: string;
  loggedOutHereHint: string;
  notFound: string;
  notFoundHint: string;
  notHere: string;
  notHereHint: string;
  toLogin: string;
}

export const pageTexts: Record<Language, PageTexts> = {
  en: {
    demoNotice: "This is a demo. There is no bank, and no money.",
    publicNotice: "This is a public demo with a pretend Token Server. Anyone can log in here as anyone.",
    openPhone: "Open the demo phone",
    openLogin: "Open the login page",
    home: "Demo Bank, to the login page",
    mainNavigation: "Main",
    skip: "Skip to the content",
    language: "Language",
    accounts: "Accounts",
    cards: "Cards",
    noCards: "A demo bank without money has no cards either.",
    help: "Help",
    logIn: "Log in",
    or: "or",
    needsNewerBrowser: "To log in with your phone, use a newer browser and allow JavaScript for this page.",
    safety: "Only accept a login on your phone that you started yourself, on this page.",
    cannotScan: "I can’t scan",
    withPassword: "Log in with a password",
    userName: "User name",
    password: "Password",
    forgot: "Forgot your password?",
    passwordNotice: "This demo has no passwords: nothing was checked. Log in with the phone instead.",
    yourAccount: "Your account",
    loggedInWithPhone: "Logged in with your phone, {time}, in this browser.",
    justNow: "just now",
    atTime: "at {time}",
    currentAccount: "Current account",
    balance: "Balance",
    user: "User",
    loggedInAt: "Logged in at",
    logOut: "Log out",
    logins: "Where you’re logged in",
    loginsHint: "If you don’t know one of these, end it. That browser is logged out at once.",
    thisBrowser: "This browser",
    deviceOn: "{browser} on {system}",
    unknownDevice: "Unknown device",
    ipAddress: "IP address",
    unknownAddress: "IP address unknown",
    sameNetwork: "The phone was in the same network.",
    otherNetwork: "The phone was in another network, which is common.",
    thatWasntMe: "That wasn’t me",
    loginEnded: "That login has ended, and its browser is logged out.",
    loggedIn: "You’re logged in",
    continue: "Continue",
    loggedOut: "You’re logged out.",
    notLoggedIn: "You’re not logged in",
    notLoggedInHint: "Log in to see your account.",
    loggedOutHere: "This browser is logged out",
    loggedOutHereHint:
      "We can’t reach our list of sessions at the moment, so yours could not be ended there. Nothing in this browser opens it any more, and it ends by itself within an hour.",
    notFound: "This page doesn’t exist",
    notFoundHint: "The address may be mistyped, or the page was never here.",
    notHere: "This can’t be done here",
    notHereHint: "The page was asked for in a way that it doesn’t answer to.",
    toLogin: "To the login page",
  },
  nl: {
    demoNotice: "Dit is een demo. Er is geen bank, en geen geld.",
    publicNotice:
      "Dit is een openbare demo met een nagebootste Token Server. Iedereen kan hier als wie dan ook inloggen.",
    openPhone: "Open de demotelefoon",
    openLogin: "Open de inlogpagina",
    home: "Demo Bank, naar de inlogpagina",
    mainNavigation: "Hoofdmenu",
    skip: "Naar de inhoud",
    language: "Taal",
    accounts: "Rekeningen",
    cards: "Passen",
    noCards: "Een demobank zonder geld heeft ook geen passen.",
    help: "Hulp",
    logIn: "Inloggen",
    or: "of",
    needsNewerBrowser:
      "Gebruik een nieuwere browser en sta JavaScript toe op deze pagina om met je telefoon in te loggen.",
    safety: "Accepteer op je telefoon alleen een login die je zelf op deze pagina bent begonnen.",
    cannotScan: "Scannen lukt niet",
    withPassword: "Inloggen met een wachtwoord",
    userName: "Gebruikersnaam",
    password: "Wachtwoord",
    forgot: "Wachtwoord vergeten?",
    passwordNotice: "Deze demo kent geen wachtwoorden: er is niets gecontroleerd. Log in met de telefoon.",
    yourAccount: "Je rekening",
    loggedInWithPhone: "Ingelogd met je telefoon, {time}, in deze browser.",
    justNow: "zojuist",
    atTime: "om {time}",
    currentAccount: "Betaalrekening",
    balance: "Saldo",
    user: "Gebruiker",
    loggedInAt: "Ingelogd om",
    logOut: "Uitloggen",
    logins: "Waar je bent ingelogd",
    loginsHint: "Herken je er een niet? Beëindig die dan. De browser is meteen uitgelogd.",
    thisBrowser: "Deze browser",
    deviceOn: "{browser} op {system}",
    unknownDevice: "Onbekend apparaat",
    ipAddress: "IP-adres",
    unknownAddress: "IP-adres onbekend",
    sameNetwork: "De telefoon zat op hetzelfde netwerk.",
    otherNetwork: "De telefoon zat op een ander netwerk. Dat komt vaak voor.",
    thatWasntMe: "Dat was ik niet",
    loginEnded: "Die login is beëindigd, en de browser is uitgelogd.",
    loggedIn: "Je bent ingelogd",
    continue: "Doorgaan",
    loggedOut: "Je bent uitgelogd.",
    notLoggedIn: "Je bent niet ingelogd",
    notLoggedInHint: "Log in om je rekening te zien.",
    loggedOutHere: "Deze browser is uitgelogd",
    loggedOutHereHint:
      "We kunnen onze lijst van sessies nu niet bereiken, dus daar kon de jouwe niet worden beëindigd. Niets in deze browser geeft er nog toegang toe, en hij eindigt vanzelf binnen een uur.",
    notFound: "Deze pagina bestaat niet",
    notFoundHint: "Misschien is het adres verkeerd getypt, of was de pagina hier nooit.",
    notHere: "Dit kan hier niet",
    notHereHint: "De pagina is opgevraagd op een manier waarop ze niet antwoordt.",
    toLogin: "Naar de inlogpagina",
  },
  fr: {
    demoNotice: "Ceci est une démo. Il n’y a ni banque, ni argent.",
    publicNotice:
      "Ceci est une démo publique avec un Token Server simulé. N’importe qui peut s’y connecter sous n’importe quel nom.",
    openPhone: "Ouvrir le mobile de démo",
    openLogin: "Ouvrir la page de connexion",
    home: "Demo Bank, vers la page de connexion",
    mainNavigation: "Menu principal",
    skip: "Aller au contenu",
    language: "Langue",
    accounts: "Comptes",
    cards: "Cartes",
    noCards: "Une banque de démo sans argent n’a pas de cartes non plus.",
    help: "Aide",
    logIn: "Connexion",
    or: "ou",
    needsNewerBrowser:
      "Pour vous connecter avec votre mobile, utilisez un navigateur plus récent et autorisez JavaScript sur cette page.",
    safety: "N’acceptez sur votre mobile qu’une connexion que vous avez lancée vous-même, sur cette page.",
    cannotScan: "Je ne peux pas scanner",
    withPassword: "Connexion avec un mot de passe",
    userName: "Identifiant",
    password: "Mot de passe",
    forgot: "Mot de passe oublié ?",
    passwordNotice:
      "Cette démo n’a pas de mots de passe : rien n’a été vérifié. Connectez-vous avec le mobile.",
    yourAccount: "Votre compte",
    loggedInWithPhone: "Connexion avec votre mobile, {time}, dans ce navigateur.",
    justNow: "à l’instant",
    atTime: "à {time}",
    currentAccount: "Compte courant",
    balance: "Solde",
    user: "Utilisateur",
    loggedInAt: "Connexion à",
    logOut: "Déconnexion",
    logins: "Où vous êtes connecté",
    loginsHint:
      "Si vous ne reconnaissez pas l’une de ces connexions, mettez-y fin. Le navigateur est aussitôt déconnecté.",
    thisBrowser: "Ce navigateur",
    deviceOn: "{browser} sur {system}",
    unknownDevice: "Appareil inconnu",
    ipAddress: "Adresse IP",
    unknownAddress: "Adresse IP inconnue",
    sameNetwork: "Le mobile était sur le même réseau.",
    otherNetwork: "Le mobile était sur un autre réseau, ce qui est courant.",
    thatWasntMe: "Ce n’était pas moi",
    loginEnded: "Cette connexion est terminée, et son navigateur est déconnecté.",
    loggedIn: "Vous êtes connecté",
    continue: "Continuer",
    loggedOut: "Vous êtes déconnecté.",
    notLoggedIn: "Vous n’êtes pas connecté",
    notLoggedInHint: "Connectez-vous pour voir votre compte.",
    loggedOutHere: "Ce navigateur est déconnecté",
    loggedOutHereHint:
      "Notre liste de sessions est injoignable pour le moment : la vôtre n’a pas pu y être fermée. Plus rien dans ce navigateur n’y donne accès, et elle prend fin d’elle-même en moins d’une heure.",
    notFound: "Cette page n’existe pas",
    notFoundHint: "L’adresse est peut-être mal saisie, ou la page n’a jamais été ici.",
    notHere: "Impossible ici",
    notHereHint: "La page a été demandée d’une manière à laquelle elle ne répond pas.",
    toLogin: "Vers la page de connexion",
  },
  de: {
    demoNotice: "Dies ist eine Demo. Es gibt keine Bank und kein Geld.",
    publicNotice:
      "Dies ist eine öffentliche Demo mit einem nachgebauten Token Server. Jeder kann sich hier als jeder anmelden.",
    openPhone: "Demo-Handy öffnen",
    openLogin: "Anmeldeseite öffnen",
    home: "Demo Bank, zur Anmeldeseite",
    mainNavigation: "Hauptmenü",
    skip: "Zum Inhalt",
    language: "Sprache",
    accounts: "Konten",
    cards: "Karten",
    noCards: "Eine Demo-Bank ohne Geld hat auch keine Karten.",
    help: "Hilfe",
    logIn: "Anmelden",
    or: "oder",
    needsNewerBrowser:
      "Um sich mit dem Handy anzumelden, verwenden Sie einen neueren Browser und erlauben Sie JavaScript für diese Seite.",
    safety:
      "Bestätigen Sie auf dem Handy nur eine Anmeldung, die Sie selbst auf dieser Seite begonnen haben.",
    cannotScan: "Ich kann nicht scannen",
    withPassword: "Mit Passwort anmelden",
    userName: "Benutzername",
    password: "Passwort",
    forgot: "Passwort vergessen?",
    passwordNotice:
      "Diese Demo kennt keine Passwörter: Nichts wurde geprüft. Melden Sie sich mit dem Handy an.",
    yourAccount: "Ihr Konto",
    loggedInWithPhone: "Mit dem Handy angemeldet, {time}, in diesem Browser.",
    justNow: "gerade eben",
    atTime: "um {time} Uhr",
    currentAccount: "Girokonto",
    balance: "Kontostand",
    user: "Benutzer",
    loggedInAt: "Angemeldet um",
    logOut: "Abmelden",
    logins: "Wo Sie angemeldet sind",
    loginsHint:
      "Kommt Ihnen eine Anmeldung unbekannt vor? Dann beenden Sie sie. Der Browser wird sofort abgemeldet.",
    thisBrowser: "Dieser Browser",
    deviceOn: "{browser} auf {system}",
    unknownDevice: "Unbekanntes Gerät",
    ipAddress: "IP-Adresse",
    unknownAddress: "IP-Adresse unbekannt",
    sameNetwork: "Das Handy war im selben Netz.",
    otherNetwork: "Das Handy war in einem anderen Netz. Das kommt oft vor.",
    thatWasntMe: "Das war ich nicht",
    loginEnded: "Diese Anmeldung ist beendet, und der Browser ist abgemeldet.",
    loggedIn: "Sie sind angemeldet",
    continue: "Weiter",
    loggedOut: "Sie sind abgemeldet.",
    notLoggedIn: "Sie sind nicht angemeldet",
    notLoggedInHint: "Melden Sie sich an, um Ihr Konto zu sehen.",
    loggedOutHere: "Dieser Browser ist abgemeldet",
    loggedOutHereHint:
      "Wir erreichen unsere Liste der Sitzungen gerade nicht, deshalb konnte Ihre dort nicht beendet werden. In diesem Browser führt nichts mehr zu ihr, und sie endet von selbst innerhalb einer Stunde.",
    notFound: "Diese Seite gibt es nicht",
    notFoundHint: "Vielleicht ist die Adresse vertippt, oder die Seite war nie hier.",
    notHere: "Das geht hier nicht",
    notHereHint: "Die Seite wurde auf eine Weise aufgerufen, auf die sie nicht antwortet.",
    toLogin: "Zur Anmeldeseite",
  },
};
