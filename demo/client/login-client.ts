import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
import "onegini-otp-login/locales/fr";
import "onegini-otp-login/locales/de";
import { shareCodePixels } from "./code-broadcast.js";
import { widgetMessages } from "./widget-messages.js";

// What the page says once is not said again after a reload.
const address = new URL(location.href);
if (address.searchParams.has("notice")) {
  address.searchParams.delete("notice");
  history.replaceState(history.state, "", address);
}

const widget = document.querySelector("onegini-otp-login");
if (widget) {
  const { lang } = document.documentElement;
  widget.messages = widgetMessages[lang as keyof typeof widgetMessages];

  shareCodePixels(() => {
    const canvas = widget.shadowRoot?.querySelector<HTMLCanvasElement>("canvas[part~=qr]");
    return canvas?.checkVisibility({ visibilityProperty: true }) ? canvas : undefined;
  });
}
