import type { OneginiOtpLogin } from "onegini-otp-login";
import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
import "onegini-otp-login/locales/fr";
import "onegini-otp-login/locales/de";
import { shareCodePixels } from "./code-broadcast.js";
import { hasSession, openSessionChanges } from "./session-changes.js";
import { widgetMessages } from "./widget-messages.js";

const widget = document.querySelector("onegini-otp-login");
if (widget) {
  const session = openSessionChanges((change) => {
    if (change === "begun" && asksToLogIn(widget)) location.reload();
  });
  widget.addEventListener("login", () => session.tell("begun"));
  // For a login that this tab did not hear of, because it was frozen or in the back-forward cache.
  document.addEventListener("visibilitychange", () => void reloadIfLoggedIn(widget));

  const address = new URL(location.href);
  if (address.searchParams.get("notice") === "logged-out") session.tell("ended");
  // What the page says once is not said again after a reload.
  address.searchParams.delete("notice");
  history.replaceState(history.state, "", address);

  const { lang } = document.documentElement;
  widget.messages = widgetMessages[lang as keyof typeof widgetMessages];

  shareCodePixels(() => widget);
}

/** Whether the element has nothing to say about a login of its own. */
function asksToLogIn({ state }: OneginiOtpLogin): boolean {
  switch (state) {
    case "idle":
    case "requesting":
    case "pending":
    case "expired":
      return true;
    case "approved":
    case "completed":
    case "denied":
    case "failed":
      return false;
    default:
      return state satisfies never;
  }
}

/** The server then shows that one is logged in. */
async function reloadIfLoggedIn(widget: OneginiOtpLogin): Promise<void> {
  if (document.visibilityState !== "visible" || !asksToLogIn(widget)) return;
  if ((await hasSession()) && asksToLogIn(widget)) location.reload();
}
