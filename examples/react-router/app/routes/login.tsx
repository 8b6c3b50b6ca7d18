import { sitePath } from "onegini-otp-login";
import "onegini-otp-login/react";
import type { Route } from "./+types/login";

export function loader({ request }: Route.LoaderArgs) {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  return { next: sitePath(new URL(request.url).searchParams.get("next")) ?? "/account" };
}

export default function LoginPage({ loaderData }: Route.ComponentProps) {
  return <onegini-otp-login endpoint="/otp-login" redirect={loaderData.next} />;
}
