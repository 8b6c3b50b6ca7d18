import { AuthError } from "next-auth";
import { redirect } from "next/navigation";
import { sitePath } from "onegini-otp-login/server";
import { signIn } from "../../../auth";

export async function GET(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const ticket = searchParams.get("ticket");
  const next = searchParams.get("next") ?? searchParams.get("callbackUrl");
  const { origin } = new URL(process.env.AUTH_URL ?? request.url);
  // Auth.js writes a page's whole address. Anybody can name a page: only a path of this site counts.
  const path = next?.startsWith(`${origin}/`) ? next.slice(origin.length) : next;
  const redirectTo = sitePath(path) ?? "/account";
  try {
    return await signIn("otp-login", { ticket, redirectTo });
  } catch (error) {
    // A ticket that is used, too old or another browser's.
    if (error instanceof AuthError) redirect(`/login?next=${encodeURIComponent(redirectTo)}`);
    throw error; // signIn's own redirect
  }
}
