import type { HTMLAttributes } from "preact";
import type { Attributes, Listeners, OneginiOtpLogin, Properties } from "./tag.js";

type Html = Omit<HTMLAttributes<OneginiOtpLogin>, "onError" | "onErrorCapture">;

type Tag = Html & Attributes & Properties & Listeners;

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "onegini-otp-login": Tag;
    }
  }
}
