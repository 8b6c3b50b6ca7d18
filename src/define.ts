import { canLogIn } from "./element/can-log-in.js";
import { OneginiOtpLogin } from "./element/onegini-otp-login.js";

declare global {
  interface HTMLElementTagNameMap {
    "onegini-otp-login": OneginiOtpLogin;
  }
}

// A browser that is too old keeps the element's children: another way to log in.
// A server that renders the page may import this too: it has no registry, or Lit's.
if (globalThis.customElements && canLogIn && !customElements.get("onegini-otp-login"))
  customElements.define("onegini-otp-login", OneginiOtpLogin);
