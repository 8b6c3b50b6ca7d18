"use server";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { login } from "../../login-kit";
import { endSession } from "../../sessions";

export async function logOut(): Promise<void> {
  await endSession();
  const jar = await cookies();
  for (const cookie of await login.forget()) jar.set(cookie);
  redirect("/login");
}
