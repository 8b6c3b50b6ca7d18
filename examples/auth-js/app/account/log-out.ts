"use server";
import { cookies } from "next/headers";
import { signOut } from "../../auth";
import { login } from "../../login-kit";

export async function logOut(): Promise<void> {
  const jar = await cookies();
  for (const cookie of await login.forget()) jar.set(cookie);
  await signOut({ redirectTo: "/login" });
}
