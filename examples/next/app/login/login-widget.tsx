"use client";
import { sitePath, type LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/react";
import { useRouter } from "next/navigation";
import type { ComponentProps } from "react";

export function LoginWidget(props: ComponentProps<"onegini-otp-login">) {
  const router = useRouter();
  return (
    <onegini-otp-login
      {...props}
      // Not `onlogin`: React attaches no listener to an element that the server has rendered.
      ref={(widget) => {
        const onLogin = (event: LoginEvent) => {
          event.preventDefault(); // no redirect: the router goes on without loading a page
          // Anybody can name a page in the link to this one: only a path of this site counts.
          const next = sitePath(new URLSearchParams(location.search).get("next"));
          router.push(next ?? event.redirectTo ?? "/");
        };
        widget?.addEventListener("login", onLogin);
        return () => widget?.removeEventListener("login", onLogin);
      }}
    />
  );
}
