import { redirect, type RequestHandler } from "@sveltejs/kit";
import { sitePath } from "onegini-otp-login/server";
import { kit } from "../../../lib/server/login-kit";
import { beginSession } from "../../../lib/server/sessions";

/** Redeems the ticket. Another browser's, an old or a used one logs nobody in. */
export const GET: RequestHandler = async ({ url, request, cookies }) => {
  const login = await kit.redeem(url.searchParams.get("ticket"), request);
  if (!login) redirect(303, "/");
  beginSession(cookies, login.userId);
  // Anybody can name a page: only a path of this site counts.
  redirect(303, sitePath(url.searchParams.get("next")) ?? "/account");
};
