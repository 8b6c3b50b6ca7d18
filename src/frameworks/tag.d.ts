// Imported for its types alone: it makes the tag known to the DOM's methods.
import "onegini-otp-login/define";
import type { OneginiOtpLogin, OneginiOtpLoginEventMap } from "onegini-otp-login";

type Optional<Members> = { [Name in keyof Members]?: Members[Name] | undefined };

/** The attributes in HTML's spelling. A template writes numbers as text too. */
export interface Attributes extends Optional<
  Pick<OneginiOtpLogin, "endpoint" | "manual" | "redirect" | "attempt" | "otp">
> {
  /** How many fresh codes there are before it pauses. Default 5. */
  renewals?: number | `${number}` | undefined;
  /** A link into the app, such as `https://bank.example/app#otp={otp}`: a button, first on a phone. */
  "app-link"?: OneginiOtpLogin["appLink"] | undefined;
  /** A link that the code holds in place of the OTP alone, such as `https://bank.example/app#otp={otp}`. */
  "qr-link"?: OneginiOtpLogin["qrLink"] | undefined;
  /** The time that the code had left when the page was written, in seconds. */
  "expires-in"?: number | `${number}` | null | undefined;
  /** How many digits the number on the phone has, if a login may ask for it: the card has room for it from the start. */
  digits?: number | `${number}` | null | undefined;
}

/** The properties that are no attribute, or an attribute of another spelling. */
export type Properties = Optional<Pick<OneginiOtpLogin, "appLink" | "qrLink" | "expiresIn" | "messages">>;

/** The element's own events, as a listener in a template gets them. */
export type Events = {
  [Name in "login" | "statechange" | "error"]: OneginiOtpLoginEventMap[Name] & {
    readonly currentTarget: OneginiOtpLogin;
  };
};

/** The listeners as attributes, such as `onlogin`. */
export type Listeners = {
  [Name in keyof Events as `on${Name}`]?: ((event: Events[Name]) => void) | undefined;
};

export type { OneginiOtpLogin };
