import { currentUser } from "../../sessions";
import { logOut } from "./log-out";

export default async function AccountPage() {
  const user = await currentUser();
  if (!user) return <p>Nobody is logged in</p>;
  return (
    <form action={logOut}>
      <p>{`Logged in as ${user}`}</p>
      <button>Log out</button>
    </form>
  );
}
