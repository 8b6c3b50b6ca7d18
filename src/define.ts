import { OneginiOtpLogin } from "./element/onegini-otp-login.js";

declare global {
  interface HTMLElementTagNameMap {
    "onegini-otp-login": OneginiOtpLogin;
  }
}

// A server that renders the page may import this too: it has no registry, or Lit's.
if (globalThis.customElements && !customElements.get("onegini-otp-login"))
  customElements.define("onegini-otp-login", OneginiOtpLogin);
