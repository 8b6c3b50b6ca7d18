import { OneginiOtpLogin } from "./element/onegini-otp-login.js";

declare global {
  interface HTMLElementTagNameMap {
    "onegini-otp-login": OneginiOtpLogin;
  }
}

const tag = "onegini-otp-login";

// A server that renders the page may import this too: it has no registry, or Lit's.
if (globalThis.customElements && !customElements.get(tag)) customElements.define(tag, OneginiOtpLogin);
