// src/locales/nl.ts
/** Dutch. Importing this module registers it. */
var nl = {
	title: "Inloggen met je telefoon",
	titleApp: "Inloggen met de app",
	showCode: "Toon QR-code",
	requesting: "Code ophalen…",
	step1: "Open de app op je telefoon",
	step2: "Scan deze code in de app",
	step3: "Controleer de gegevens en accepteer",
	newCodeIn: "Nieuwe code over {time}",
	lastCode: "Code werkt nog {time}",
	scanned: "Kijk op je telefoon",
	scannedHint: "Bevestig daar om hier in te loggen.",
	enlarge: "Vergroten",
	enlargeName: "QR-code vergroten",
	close: "Sluiten",
	codeName: "QR-code om in te loggen",
	codeReady: "De QR-code is klaar. Scan hem in de app.",
	reconnecting: "Opnieuw verbinden…",
	offline: "Je bent offline. We blijven proberen.",
	openApp: "Open de app",
	openAppHint: "Accepteer in de app en kom terug naar deze pagina.",
	otherPhone: "Andere telefoon gebruiken",
	openHere: "Open de app op dit apparaat",
	approved: "Geaccepteerd. Je wordt ingelogd…",
	completed: "Je bent ingelogd",
	redirecting: "De volgende pagina opent…",
	denied: "Je hebt geweigerd op je telefoon",
	deniedHint: "Er is niemand ingelogd.",
	tryAgain: "Probeer opnieuw",
	expired: "Ben je er nog?",
	expiredHint: "De code is gepauzeerd.",
	newCode: "Toon een nieuwe code",
	unavailable: "De inlogdienst reageert niet",
	unavailableHint: "Probeer het zo nog eens.",
	noNetwork: "Je bent offline",
	noNetworkHint: "Controleer je internetverbinding.",
	loginFailed: "Inloggen is niet gelukt",
	loginFailedHint: "Je accepteerde, maar bij ons ging iets mis.",
	loginRefused: "Met dit account kun je hier niet inloggen",
	loginRefusedHint: "Log op een andere manier in of vraag om hulp.",
	ended: "Deze inlogpoging is voorbij",
	endedHint: "Begin opnieuw voor een nieuwe code.",
	tooMany: "Te veel pogingen",
	tooManyHint: "Wacht even.",
	tryAgainIn: "Opnieuw over {time}",
	cookies: "Cookies staan uit",
	cookiesHint: "Sta cookies voor deze site toe en probeer opnieuw.",
	notHere: "Inloggen met je telefoon kan hier niet",
	notHereHint: "Log op een andere manier in."
};
(globalThis.oneginiOtpLoginLocales ??= []).push({
	language: "nl",
	messages: nl
});
export { nl };

//# sourceMappingURL=nl.js.map