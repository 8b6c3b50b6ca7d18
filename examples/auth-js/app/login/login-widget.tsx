"use client";
import type { LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/react";
import type { ComponentProps } from "react";

/** Takes the page that was asked for along to the route that redeems the ticket, which checks it. Auth.js calls it `callbackUrl`. */
function takeNextAlong(event: LoginEvent) {
  const asked = new URLSearchParams(location.search);
  const next = asked.get("next") ?? asked.get("callbackUrl");
  if (!next || !event.redirectTo) return;
  event.preventDefault();
  const target = new URL(event.redirectTo);
  target.searchParams.set("next", next);
  location.replace(target);
}

export const LoginWidget = (props: ComponentProps<"onegini-otp-login">) => (
  <onegini-otp-login
    {...props}
    // Not `onlogin`: React attaches no listener to an element that the server has rendered.
    ref={(widget) => {
      widget?.addEventListener("login", takeNextAlong);
      return () => widget?.removeEventListener("login", takeNextAlong);
    }}
  />
);
