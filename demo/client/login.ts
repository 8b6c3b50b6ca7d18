import "onegini-otp-login/define";
import "onegini-otp-login/locales/nl";
import "onegini-otp-login/locales/fr";
import "onegini-otp-login/locales/de";
import { letPhonesLook } from "./beside.js";
import { ownWords } from "./words.js";

const widget = document.querySelector("onegini-otp-login");
if (widget) {
  const { lang } = document.documentElement;
  widget.messages = ownWords[lang as keyof typeof ownWords];

  letPhonesLook(() => {
    const canvas = widget.shadowRoot?.querySelector<HTMLCanvasElement>("canvas[part~=qr]");
    return canvas?.checkVisibility({ visibilityProperty: true }) ? canvas : undefined;
  });
}
