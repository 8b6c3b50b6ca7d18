import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
import "onegini-otp-login/locales/fr";
import "onegini-otp-login/locales/de";
import { letPhonesLook } from "./code-broadcast.js";
import { ownWords } from "./widget-messages.js";

const widget = document.querySelector("onegini-otp-login");
if (widget) {
  const { lang } = document.documentElement;
  widget.messages = ownWords[lang as keyof typeof ownWords];

  letPhonesLook(() => {
    const canvas = widget.shadowRoot?.querySelector<HTMLCanvasElement>("canvas[part~=qr]");
    return canvas?.checkVisibility({ visibilityProperty: true }) ? canvas : undefined;
  });
}
