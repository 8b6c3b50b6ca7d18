import { takeFromAddress } from "./element/app-link/app-return.js";
import { canLogIn } from "./element/can-log-in.js";
import { storedAttempt } from "./element/app-link/resume-storage.js";
import { browserKey, defaultPath, endpointUrl } from "./protocol/login-api.js";
import { isLoopback } from "./protocol/loopback.js";

/**
 * For static pages: sends the first request of `<onegini-otp-login>` while the element's file still loads. A classic script
 * for the page's head, before that file:
 *
 *     <script src="early.js" data-endpoint="/otp-login"></script>
 *
 * The element takes the answer if it has the same endpoint and language. Does nothing where the element would not start at
 * once either: in a hidden or prerendered page, in one that resumes an attempt or to which the app has come back, and in a
 * browser that is too old.
 */
const { currentScript: script, documentElement: root, baseURI, visibilityState } = document;

const start = (endpoint: string, language: string | undefined): Promise<Response | undefined> =>
  fetch(endpoint, {
    method: "POST",
    body: JSON.stringify({ language }),
    headers: { "Content-Type": "application/json" },
    credentials: "include",
    cache: "no-store",
  }).catch(() => undefined);

function requestCode(): void {
  const endpoint = endpointUrl(script?.getAttribute("data-endpoint") || defaultPath, baseURI);
  const key = browserKey(endpoint);
  const language = root.lang || undefined;
  if (storedAttempt(endpoint)) return;
  const answer = start(endpoint, language);
  // It does not wait for the lock of starts, but holds it, so that a tab that starts again has this answer's cookie.
  const locks = navigator.locks as LockManager | undefined;
  locks?.request(key, { signal: AbortSignal.timeout(3_000) }, () => answer).catch(() => {});
  const early = { endpoint, language, at: Date.now(), answer, text: undefined as string | undefined };
  // Its text is read here too, so that the element can use it synchronously if it has arrived.
  answer
    .then(async (response) => {
      if (response?.ok) early.text = await response.clone().text();
    })
    .catch(() => {});
  Object.assign(globalThis, { oneginiOtpLoginEarly: early });
}

// Before the other scripts of the page can see it.
const appReturn = takeFromAddress();
// A frame with that name is a global too, but no property of the window's own.
if (canLogIn && !Object.hasOwn(globalThis, "oneginiOtpLoginEarly"))
  if (appReturn) Object.assign(globalThis, { oneginiOtpLoginEarly: { appReturn } });
  else if (visibilityState === "visible" && !(document as Document & { prerendering?: boolean }).prerendering)
    requestCode();

// Without a bundler nothing else tells development from production.
if (canLogIn && isLoopback(location.hostname))
  addEventListener("load", () =>
    setTimeout(() => {
      if (document.querySelector("onegini-otp-login:not(:defined)"))
        console.warn("<onegini-otp-login>: its script has not run");
    }, 3_000),
  );
