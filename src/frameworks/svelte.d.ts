import type { HTMLAttributes } from "svelte/elements";
import type { Attributes, Listeners, OneginiOtpLogin, Properties } from "./tag.js";

type Html = Omit<HTMLAttributes<OneginiOtpLogin>, "onerror">;
type Tag = Html & Attributes & Properties & Listeners;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "onegini-otp-login": Tag;
  }
}
