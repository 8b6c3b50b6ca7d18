import { redirect } from "react-router";
import { endSession, kit } from "../sessions.server";
import type { Route } from "./+types/logout";

export async function action({ request }: Route.ActionArgs): Promise<Response> {
  // The answer to a form of another site would end the cookies too.
  if (request.headers.get("sec-fetch-site") !== "same-origin") return new Response(null, { status: 403 });
  return redirect("/", { headers: [["Set-Cookie", await endSession(request)], ...kit.forget()] });
}
