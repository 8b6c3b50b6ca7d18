import { headers } from "next/headers";
import { sessions } from "../../login-kit";

export default async function AccountPage() {
  const user = sessions.userOf((await headers()).get("cookie"));
  return <p>{user ? `Logged in as ${user}` : "Nobody is logged in"}</p>;
}
