import { redirect } from "@sveltejs/kit";
import { currentUser } from "../../lib/server/sessions";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = ({ url, cookies, setHeaders }) => {
  const user = currentUser(cookies);
  if (user === undefined) redirect(303, `/?next=${encodeURIComponent(url.pathname + url.search)}`);
  // For pages of people who are logged in: browsers do not keep them, and no other page can frame them.
  setHeaders({ "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'" });
  return { user };
};
