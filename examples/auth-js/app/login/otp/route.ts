import { AuthError } from "next-auth";
import { redirect } from "next/navigation";
import { signIn } from "../../../auth";

export async function GET(request: Request): Promise<Response> {
  const ticket = new URL(request.url).searchParams.get("ticket");
  try {
    return await signIn("otp-login", { ticket, redirectTo: "/account" });
  } catch (error) {
    if (error instanceof AuthError) redirect("/login"); // a ticket that is used, too old or another browser's
    throw error; // signIn's own redirect
  }
}
