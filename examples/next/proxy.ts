import { NextResponse, type NextRequest } from "next/server";
import { login } from "./login-kit";

export const config = { matcher: "/login" };

/** Gives the browser the kit's cookie before the page is rendered, because a page cannot set cookies. */
export const proxy = (request: NextRequest) => login.setBrowserCookie(request, NextResponse.next());
