import type { JSX as Solid } from "solid-js";
import type { Attributes, Events, OneginiOtpLogin, Properties } from "./tag.js";

type Html = Omit<Solid.HTMLAttributes<OneginiOtpLogin>, "onError" | "onerror" | "on:error">;

/** The attributes whose property has the same name. */
type SameNamed = Pick<Attributes, Exclude<keyof Attributes, `${string}-${string}`>>;

/** Solid writes an attribute's name in small letters, so that `appLink` needs its `prop:`. */
type Prefixed = { [Name in keyof Attributes as `attr:${Name}`]: Attributes[Name] } & {
  [Name in keyof (SameNamed & Properties) as `prop:${Name}`]: (SameNamed & Properties)[Name];
};

type Handlers<Spelling extends Record<string, keyof Events>> = {
  [Name in keyof Spelling]?: Solid.EventHandlerUnion<OneginiOtpLogin, Events[Spelling[Name]]> | undefined;
};
type Listeners = Handlers<{ onLogin: "login"; onStateChange: "statechange"; onError: "error" }> & {
  [Name in keyof Events as `on:${Name}`]?:
    Solid.EventHandlerWithOptionsUnion<OneginiOtpLogin, Events[Name]> | undefined;
};

type Tag = Html & Attributes & Pick<Properties, "messages"> & Prefixed & Listeners;

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "onegini-otp-login": Tag;
    }
  }
}
