import { Suspense } from "react";
import { currentUser } from "../../sessions";
import { logOut } from "./log-out";

export default function AccountPage() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const user = await currentUser();
  if (!user) return <p>Nobody is logged in</p>;
  return (
    <form action={logOut}>
      <p>{`Logged in as ${user}`}</p>
      <button>Log out</button>
    </form>
  );
}
