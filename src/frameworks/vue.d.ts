import type { HTMLAttributes, ReservedProps } from "vue";
import type { Attributes, Events, OneginiOtpLogin, Properties } from "./tag.js";

/** Vue's spelling of `@login` and so on. */
type Listeners = { [Name in keyof Events as `on${Capitalize<Name>}`]?: (event: Events[Name]) => void };

interface Tag extends Omit<HTMLAttributes, "onError">, ReservedProps, Attributes, Properties, Listeners {}

declare module "vue" {
  interface GlobalComponents {
    "onegini-otp-login": new () => OneginiOtpLogin & { $props: Tag };
  }
}
