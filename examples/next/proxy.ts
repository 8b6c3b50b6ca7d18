import { NextResponse, type NextRequest } from "next/server";
import { loginKit } from "./login-kit";

export const config = { matcher: "/login" };

/** Gives the browser the kit's cookie before the page is rendered, because a page cannot set cookies. */
export function proxy(request: NextRequest): NextResponse {
  const response = NextResponse.next();
  const cookie = loginKit().browserCookie(request);
  if (cookie) response.cookies.set(cookie);
  return response;
}
