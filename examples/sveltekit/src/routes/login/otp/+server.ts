import { redirect, type RequestHandler } from "@sveltejs/kit";
import { sitePath } from "onegini-otp-login/server";
import { kit } from "../../../lib/server/login-kit";
import { beginSession } from "../../../lib/server/sessions";

/** Redeems the ticket. Another browser's, an old or a used one logs nobody in. */
export const GET: RequestHandler = async ({ url, request, cookies }) => {
  // Anybody can name a page: only a path of this site counts.
  const next = sitePath(url.searchParams.get("next")) ?? "/account";
  const login = await kit.redeem(url.searchParams.get("ticket"), request);
  if (!login) redirect(303, `/?next=${encodeURIComponent(next)}`);
  beginSession(cookies, login.userId);
  // With `pairing` the headers make this browser known. A redirect() has no headers of its own.
  return new Response(null, { status: 303, headers: [["Location", next], ...login.headers] });
};
