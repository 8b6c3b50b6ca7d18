import type { HTMLAttributes } from "svelte/elements";
import type { Attributes, Events, Listeners, OneginiOtpLogin, Properties } from "./tag.js";

type Html = Omit<HTMLAttributes<OneginiOtpLogin>, "onerror" | "on:error">;

/** Svelte 4's spelling, which Svelte 5 still takes. */
type Directives = { [Name in keyof Events as `on:${Name}`]?: (event: Events[Name]) => void };

type Tag = Html & Attributes & Properties & Listeners & Directives;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "onegini-otp-login": Tag;
  }
}
