import { browserKey, defaultPath } from "./protocol/login-api.js";

/**
 * For a page that is no server's own work: sends the first request of `<onegini-otp-login>` while the element's file
 * still loads. A classic script, to stand before that file in the page's head:
 *
 *     <script src="early.js" data-endpoint="/otp-login"></script>
 *
 * The element takes the answer over, if it asks at the same endpoint for the same language. Does nothing where the
 * element would not begin: in a page that nobody sees, and in one that comes back from the app.
 */
const { currentScript: script, documentElement: root, baseURI, visibilityState } = document;
const given = script?.getAttribute("data-endpoint") || defaultPath;
const endpoint = URL.canParse(given, baseURI)
  ? new URL(given, baseURI).href.replace(/\/*([?#].*)?$/s, "")
  : undefined;
const key = browserKey(endpoint ?? "");
const language = root.lang || undefined;

const isLeftForApp = (): boolean => {
  try {
    return sessionStorage.getItem(key) !== null;
  } catch {
    return false;
  }
};

const start = (): Promise<Response | undefined> =>
  fetch(endpoint!, {
    method: "POST",
    body: JSON.stringify({ language }),
    headers: { "Content-Type": "application/json" },
    credentials: "include",
    cache: "no-store",
  }).catch(() => undefined);

if (
  endpoint &&
  !("oneginiOtpLoginEarly" in globalThis) &&
  visibilityState === "visible" &&
  !(document as Document & { prerendering?: boolean }).prerendering &&
  !isLeftForApp()
) {
  const answer = start();
  // It waits for no turn, but others wait for it: a tab that begins anew finds this one's cookie.
  const locks = navigator.locks as LockManager | undefined;
  locks?.request(key, { signal: AbortSignal.timeout(3_000) }, () => answer).catch(() => {});
  const early = { endpoint, language, at: Date.now(), answer, text: undefined as string | undefined };
  // Read once more, so that it is at hand without waiting where it is there before the element.
  answer
    .then(async (response) => {
      if (response?.ok) early.text = await response.clone().text();
    })
    .catch(() => {});
  Object.assign(globalThis, { oneginiOtpLoginEarly: early });
}
