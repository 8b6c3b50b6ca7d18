import { cookies } from "next/headers";
import { userOf } from "../../login-kit";

export default async function AccountPage() {
  const user = userOf((await cookies()).get("session")?.value);
  return <p>{user ? `Logged in as ${user}` : "Nobody is logged in"}</p>;
}
