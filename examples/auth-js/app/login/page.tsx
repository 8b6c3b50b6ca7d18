"use client";
import type { LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/react";

/** Takes `?next=` of this page along to the route that redeems the ticket, which checks it. */
function takeNextAlong(event: LoginEvent) {
  const next = new URLSearchParams(location.search).get("next");
  if (!next || !event.redirectTo) return;
  event.preventDefault();
  const target = new URL(event.redirectTo);
  target.searchParams.set("next", next);
  location.replace(target);
}

export default function LoginPage() {
  return (
    <onegini-otp-login
      endpoint="/otp-login"
      // Not `onlogin`: React attaches no listener to an element that the server has rendered.
      ref={(widget) => {
        widget?.addEventListener("login", takeNextAlong);
        return () => widget?.removeEventListener("login", takeNextAlong);
      }}
    />
  );
}
