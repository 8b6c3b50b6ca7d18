import { redirect } from "next/navigation";
import { auth } from "../../auth";
import { logOut } from "./log-out";

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
