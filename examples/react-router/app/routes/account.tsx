import { Form, redirect } from "react-router";
import { currentUser } from "../sessions.server";
import type { Route } from "./+types/account";

/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
export const headers = () => ({
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
});

export async function loader({ request }: Route.LoaderArgs) {
  const user = await currentUser(request);
  if (user === undefined) {
    const { pathname, search } = new URL(request.url);
    throw redirect(`/?next=${encodeURIComponent(pathname + search)}`);
  }
  return { user };
}

export default function AccountPage({ loaderData }: Route.ComponentProps) {
  return (
    <Form method="post" action="/logout">
      <p>Logged in as {loaderData.user}</p>
      <button>Log out</button>
    </Form>
  );
}
