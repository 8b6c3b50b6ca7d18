import { NextResponse } from "next/server";
import { auth } from "./auth";
import { login } from "./login-kit";

export const config = { matcher: ["/login", "/account/:path*"] };

/** Gives the browser the kit's cookie before the login page is rendered, and sends those without a session to that page. */
export const proxy = auth((request) => {
  const { pathname, search } = request.nextUrl;
  if (pathname === "/login") return login.setBrowserCookie(request, NextResponse.next());
  if (request.auth) return NextResponse.next();
  return NextResponse.redirect(
    new URL(`/login?next=${encodeURIComponent(pathname + search)}`, request.nextUrl),
  );
});
