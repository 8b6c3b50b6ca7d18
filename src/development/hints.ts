import { canLogIn } from "../element/can-log-in.js";
import type { LoginErrorEvent } from "../element/events.js";
import { nearestLanguage } from "../element/i18n/languages.js";
import { OneginiOtpLogin } from "../element/onegini-otp-login.js";

const said = new Set<string>();

function hint(text: string): void {
  if (!said.has(text)) console.warn(`<onegini-otp-login>: ${text}`);
  said.add(text);
}

/** What a page loads after the element, such as a language's file, has come by then. In milliseconds. */
const settledAfterMs = 3_000;

function onError({ code, cause, answer }: LoginErrorEvent): void {
  while (cause instanceof Error && cause.cause) cause = cause.cause;
  if (code === "forbidden_origin")
    // Not `location.origin`: a frame may have no origin.
    hint(`the kit's "origin" is not ${origin}: open the page at the kit's "origin", or change it`);
  // What the site's `signIn` answered is no matter of the endpoint.
  else if (
    cause instanceof Response &&
    !/\/[\w-]{22}\/login$/.test(cause.url) &&
    (code === "invalid_response" || answer === undefined)
  )
    hint(
      `${cause.url} answers ${cause.status} ${cause.headers.get("Content-Type") ?? "without a Content-Type"}, which is not the kit: start its server, or set "endpoint" or the development server's proxy`,
    );
}

function checkLanguage(element: OneginiOtpLogin): void {
  const wanted = nearestLanguage(element)?.toLowerCase();
  const shown = element.shadowRoot!.querySelector("section")?.lang.toLowerCase();
  // A removed element renders nothing: it may still show what was there before its texts came.
  if (element.isConnected && wanted && shown && !wanted.startsWith(shown) && !element.messages)
    hint(`no texts for lang="${wanted}": load its file in locales/, or set "messages"`);
}

/**
 * Says in the browser's console, in development, what a developer did wrong and a person cannot, each once. To be called before
 * the element is registered.
 */
export function giveHints(): void {
  OneginiOtpLogin.addInitializer((element) => {
    (element as OneginiOtpLogin).addEventListener("error", onError);
    // Never in the DOM of a unit test, in which the element stays idle.
    element.addEventListener(
      "statechange",
      () => setTimeout(checkLanguage, settledAfterMs, element as OneginiOtpLogin),
      { once: true },
    );
  });
}

/** Says why the children of a tag are still shown. */
export function checkRegistration(): void {
  if ("Path2D" in globalThis)
    setTimeout(() => {
      if (document.querySelector("onegini-otp-login:not(:defined)"))
        hint(canLogIn ? `not registered: import "onegini-otp-login/define"` : "the browser is too old");
    }, settledAfterMs);
}
