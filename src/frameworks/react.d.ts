import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { Attributes, Listeners, OneginiOtpLogin, Properties } from "./tag.js";

// React's own `onError` is for images and the like: it attaches no listener here.
type Html = Omit<HTMLAttributes<OneginiOtpLogin>, "onError" | "onErrorCapture">;

type Tag = DetailedHTMLProps<Html, OneginiOtpLogin> & Attributes & Properties & Listeners;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "onegini-otp-login": Tag;
    }
  }
}
