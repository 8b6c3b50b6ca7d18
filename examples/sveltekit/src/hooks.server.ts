import type { Handle } from "@sveltejs/kit/hooks";
import { kit } from "./lib/server/login-kit";

export const handle: Handle = ({ event, resolve }) =>
  event.url.pathname.startsWith("/otp-login") ? kit.fetch(event.request, event) : resolve(event);
