import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { auth, signOut } from "../../auth";
import { login } from "../../login-kit";

async function logOut(): Promise<void> {
  "use server";
  const jar = await cookies();
  for (const cookie of await login.forget()) jar.set(cookie);
  await signOut({ redirectTo: "/login" });
}

export default async function AccountPage() {
  const session = await auth();
  if (!session?.user) redirect("/login");
  return (
    <form action={logOut}>
      <p>{`Logged in as ${session.user.id}`}</p>
      <button>Log out</button>
    </form>
  );
}
